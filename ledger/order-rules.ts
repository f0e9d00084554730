// What one signed order allows: docs/rules.md section 7, trade.
import { BITS } from "./constants.js";
import { grewOrTurned } from "./margin.js";
import type { Side } from "./messages.js";
import { laneOf, withLane } from "./orders.js";
import { fits } from "./range.js";
import { type Refused, refused } from "./refusal.js";
import type { Account, Lane, Order, Trade } from "./types.js";
import type { World } from "./world.js";

/** Fills so far of an order on an account: a lane with a smaller id is taken over from zero. */
function filledOf(account: Account, orderId: bigint): bigint {
  const lane = account.lanes[laneOf(orderId)];
  return lane !== undefined && lane.orderId === orderId ? lane.filled : 0n;
}

/** The account with `amount` more lots filled in the order's lane. */
export function fillLane(account: Account, order: Order, amount: bigint): Account {
  const lane: Lane = { orderId: order.orderId, filled: filledOf(account, order.orderId) + amount };
  return { ...account, lanes: withLane(account.lanes, laneOf(order.orderId), lane) };
}

function rangeRefusal(order: Order): Refused | undefined {
  const fields: readonly (readonly [string, bigint, number])[] = [
    ["order id", order.orderId, BITS.orderId],
    ["order size", order.orderSize, BITS.orderSize],
    ["limit price", order.limitPrice, BITS.price],
    ["largest fee", order.maxFee, BITS.maxFee],
    ["expiry", order.expiry, BITS.time],
  ];
  for (const [name, value, bits] of fields) {
    if (!fits(value, bits)) return refused("FIELD_OUT_OF_RANGE", `a ${name} in [0, 2^${bits})`, value);
  }
  return order.orderId === 0n ? refused("FIELD_OUT_OF_RANGE", "an order id of at least 1", 0n) : undefined;
}

function lifeRefusal(world: World, order: Order, account: Account, amount: bigint): Refused | undefined {
  if (world.prices.time > order.expiry) return refused("ORDER_EXPIRED", `time at most ${order.expiry}`, world.prices.time);
  if (order.orderId < account.minOrderId) return refused("ORDER_CANCELLED", `an id of at least ${account.minOrderId}`, order.orderId);
  const held = account.lanes[laneOf(order.orderId)]?.orderId ?? 0n;
  if (held > order.orderId) return refused("ORDER_REPLAYED", `an id of at least ${held} in its lane`, order.orderId);
  const filled = filledOf(account, order.orderId) + amount;
  return filled <= order.orderSize ? undefined : refused("ORDER_OVERFILLED", `at most ${order.orderSize} lots`, filled);
}

function priceRefusal(t: Trade, side: Side): Refused | undefined {
  if (side === 0) {
    const { limitPrice } = t.buyOrder;
    return t.price <= limitPrice ? undefined : refused("LIMIT_VIOLATED", `at most ${limitPrice}`, t.price);
  }
  const { limitPrice } = t.sellOrder;
  return t.price >= limitPrice ? undefined : refused("LIMIT_VIOLATED", `at least ${limitPrice}`, t.price);
}

/** fee * orderSize <= maxFee * amount: 61 + 47 bits against 60 + 46. */
function feeRefusal(order: Order, fee: bigint, amount: bigint): Refused | undefined {
  const asked = fee * order.orderSize;
  const most = order.maxFee * amount;
  return asked <= most ? undefined : refused("FEE_TOO_HIGH", `fee * orderSize at most ${most}`, asked);
}

/** What an order says no to before any balance moves. */
export function orderRefusal(world: World, t: Trade, side: Side, account: Account): Refused | undefined {
  const order = side === 0 ? t.buyOrder : t.sellOrder;
  return (
    rangeRefusal(order) ??
    lifeRefusal(world, order, account, t.amount) ??
    priceRefusal(t, side) ??
    feeRefusal(order, side === 0 ? t.buyerFee : t.sellerFee, t.amount)
  );
}

/** A reduce-only order neither grows nor turns the size of its side. */
export function sizeRefusal(order: Order, column: number, before: Account, after: Account): Refused | undefined {
  const [was, is] = [before.sizes[column] ?? 0n, after.sizes[column] ?? 0n];
  return order.reduceOnly && grewOrTurned(was, is) ? refused("REDUCE_ONLY_VIOLATED", `no more than ${was} lots`, is) : undefined;
}
