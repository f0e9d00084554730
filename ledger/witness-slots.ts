// The slot columns of the circuit's input: docs/circuit-inputs.md, groups slots, orders and signatures.
import { accountsOf } from "./apply.js";
import { KIND, LANE_GROUPS } from "./constants.js";
import { groupHashes, groupOf, groupWords, laneOf } from "./orders.js";
import type { Account, Order, Signature, Trade, Transition } from "./types.js";
import { accountIn, type World } from "./world.js";

const zeros = (n: number): bigint[] => Array.from({ length: n }, () => 0n);

/** One slot's own fields. Unused ones are 0. */
export function slotFields(t: Transition) {
  const [a = 0, b = 0] = accountsOf(t);
  return {
    kind: BigInt(KIND[t.kind]),
    a: BigInt(a),
    b: BigInt(b),
    instrument: "instrument" in t ? BigInt(t.instrument) : 0n,
    chain: "chain" in t ? BigInt(t.chain) : 0n,
    fraction: "fraction" in t ? BigInt(t.fraction) : 0n,
    amount: "amount" in t ? t.amount : 0n,
    price: "price" in t ? t.price : 0n,
    fee: t.kind === "trade" ? [t.buyerFee, t.sellerFee] : zeros(2),
    key: keyOf(t),
    address: t.kind === "deposit" ? t.exitAddress : t.kind === "withdraw" ? t.recipient : 0n,
    newMinOrderId: "newMinOrderId" in t ? t.newMinOrderId : 0n,
    leastReward: "leastReward" in t ? t.leastReward : 0n,
  };
}

function keyOf(t: Transition): bigint[] {
  if (t.kind === "deposit") return [t.owner.ax, t.owner.ay];
  return t.kind === "setKey" ? [t.newOwner.ax, t.newOwner.ay] : zeros(2);
}

const NO_ORDER = {
  orderId: 0n,
  orderSize: 0n,
  limitPrice: 0n,
  maxFee: 0n,
  expiry: 0n,
  reduceOnly: 0n,
  laneOrderId: 0n,
  laneFilled: 0n,
  groupLanes: zeros(LANE_GROUPS),
  groups: zeros(LANE_GROUPS),
};

type OrderFields = typeof NO_ORDER;

function orderFields(order: Order, account: Account | undefined): OrderFields {
  const lane = laneOf(order.orderId);
  const lanes = account?.lanes ?? [];
  return {
    orderId: order.orderId,
    orderSize: order.orderSize,
    limitPrice: order.limitPrice,
    maxFee: order.maxFee,
    expiry: order.expiry,
    reduceOnly: order.reduceOnly ? 1n : 0n,
    laneOrderId: lanes[lane]?.orderId ?? 0n,
    laneFilled: lanes[lane]?.filled ?? 0n,
    groupLanes: groupWords(lanes, groupOf(lane)),
    groups: groupHashes(lanes),
  };
}

/** Both sides' orders over the accounts as they are before the slot. */
export function ordersBefore(before: World, t: Transition): [OrderFields, OrderFields] {
  if (t.kind === "trade") return tradeOrders(before, t);
  return [NO_ORDER, t.kind === "liquidate" ? { ...NO_ORDER, expiry: t.expiry } : NO_ORDER];
}

const tradeOrders = (before: World, t: Trade): [OrderFields, OrderFields] => [
  orderFields(t.buyOrder, accountIn(before, t.buyer)),
  orderFields(t.sellOrder, accountIn(before, t.seller)),
];

const NO_SIGNATURE: Signature = { r8x: 0n, r8y: 0n, s: 0n };

/** The signatures of sides 0 and 1; zeros where a kind has none. */
export function signaturesOf(t: Transition): [Signature, Signature] {
  switch (t.kind) {
    case "noop":
    case "deposit":
      return [NO_SIGNATURE, NO_SIGNATURE];
    case "withdraw":
    case "transfer":
    case "cancel":
      return [t.signature, NO_SIGNATURE];
    case "trade":
      return [t.buyOrder.signature, t.sellOrder.signature];
    case "liquidate":
      return [NO_SIGNATURE, t.signature];
    case "setKey":
      return [t.signature, t.newSignature];
    default: {
      const gone: never = t;
      return gone;
    }
  }
}
