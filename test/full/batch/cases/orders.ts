// What two signed orders allow.
import { EMPTY_LANES, withLane } from "../../../../ledger/orders.js";
import type { Lane } from "../../../../ledger/types.js";
import { cancel, type TradeOver, trade } from "../../../helpers/acts.js";
import { BTC_CALL, BTC_PERP, ETH_PERP, price, START } from "../../../helpers/ledger-fixtures.js";
import { A, B, type SceneOptions, scene, sizes } from "../../../helpers/scene.js";
import { type Cases, stepwise, within } from "./case.js";

const venue = scene();
const mark = price(50_000);

const order = (side: 0 | 1, part: string) => ({
  template: /OrderSide|OrderLanes/,
  wire: new RegExp(`slot\\[0\\]\\.orders\\[${side}\\]\\.${part}`),
});
const expiry = (side: 0 | 1) => ({ template: /Slot/, wire: new RegExp(`slot\\[0\\]\\.unexpired\\[${side}\\]`) });
const shrink = (side: 0 | 1) => ({ template: /SideAfter/, wire: new RegExp(`slot\\[0\\]\\.side\\[${side}\\]\\.(sameSign|notGrown)`) });
const market = { template: /TradeMarket/, wire: /slot\[0\]\.market/ };

/** The buyer's lane 5, or the seller's, before the trade. */
const laned = (index: number, lane: Lane) => scene({ accounts: { [index]: { lanes: withLane(EMPTY_LANES, 5, lane) } } });
const positions = (a: bigint, b: bigint, over: SceneOptions = {}) =>
  scene({ ...over, accounts: { [A]: { sizes: sizes({ [BTC_PERP]: a }) }, [B]: { sizes: sizes({ [BTC_PERP]: b }) } } });
const capped = (cap: bigint, openInterest: bigint, a = 0n, b = 0n) =>
  positions(a, b, {
    config: { openInterestCap: Array.from({ length: 10 }, (_, i) => (i === 0 ? cap : 0n)) },
    markets: { openInterest: Array.from({ length: 10 }, () => openInterest) },
  });
const expiring = (optionExpiry: bigint) => scene({ config: { optionExpiry: Array.from({ length: 8 }, () => optionExpiry) } });

const partly = laned(A, { orderId: 5n, filled: 50n });
const taken = laned(B, { orderId: 69n, filled: 50n });
const brim = laned(A, { orderId: 5n, filled: (1n << 47n) - 1n });
const [long, short] = [positions(0n, 100n), positions(-100n, 0n)];
const dead = scene({ accounts: { [A]: { minOrderId: 5n }, [B]: { minOrderId: 5n } } });

/** Both values of one number of a trade in one venue. */
const number =
  (over: (x: bigint) => TradeOver, v = venue) =>
  (x: bigint) =>
    [v, trade(v, over(x))] as const;

export const orders: Cases = {
  "a buy order a second late | in time": stepwise(
    "ORDER_EXPIRED",
    expiry(0),
    number((x) => ({ buy: { expiry: x } })),
    START - 1n,
    START,
  ),
  "a sell order a second late | in time": stepwise(
    "ORDER_EXPIRED",
    expiry(1),
    number((x) => ({ sell: { expiry: x } })),
    START - 1n,
    START,
  ),
  "a buy order below the smallest live id | at it": stepwise(
    "ORDER_CANCELLED",
    order(0, "alive"),
    number((x) => ({ buy: { orderId: x }, sell: { orderId: 9n } }), dead),
    4n,
    5n,
  ),
  "a sell order below the smallest live id | at it": stepwise(
    "ORDER_CANCELLED",
    order(1, "alive"),
    number((x) => ({ buy: { orderId: 9n }, sell: { orderId: x } }), dead),
    4n,
    5n,
  ),
  "an order whose lane a larger id took | the larger id": stepwise(
    "ORDER_REPLAYED",
    order(1, "lanes\\.larger"),
    number((x) => ({ sell: { orderId: x, orderSize: 500n } }), taken),
    5n,
    69n,
  ),
  "one lot beyond what an order has left | the rest": stepwise(
    "ORDER_OVERFILLED",
    order(0, "lanes\\.left"),
    number((x) => ({ amount: x, buy: { orderId: 5n, orderSize: 150n } }), partly),
    101n,
    100n,
  ),
  "one lot beyond a fresh order | all of it": stepwise(
    "ORDER_OVERFILLED",
    order(1, "lanes\\.left"),
    number((x) => ({ amount: x, sell: { orderSize: 100n } })),
    101n,
    100n,
  ),
  "a whole trade again": within("ORDER_OVERFILLED", order(0, "lanes\\.left"), brim, () =>
    trade(brim, { amount: 1n, buy: { orderId: 5n, orderSize: (1n << 47n) - 1n } }),
  ),
  "a price above the buyer's limit | at it": stepwise(
    "LIMIT_VIOLATED",
    order(0, "limit\\."),
    number((x) => ({ price: x, buy: { limitPrice: mark }, sell: { limitPrice: 0n } })),
    mark + 1n,
    mark,
  ),
  "a price below the seller's limit | at it": stepwise(
    "LIMIT_VIOLATED",
    order(1, "limit\\."),
    number((x) => ({ price: x, buy: { limitPrice: 2n * mark }, sell: { limitPrice: mark } })),
    mark - 1n,
    mark,
  ),
  "a fee above its share of the largest fee | at its share": stepwise(
    "FEE_TOO_HIGH",
    order(0, "fair"),
    number((x) => ({ amount: 50n, buyerFee: x, buy: { orderSize: 100n, maxFee: 10n } })),
    6n,
    5n,
  ),
  "a fee above its share, rounded down | at it": stepwise(
    "FEE_TOO_HIGH",
    order(1, "fair"),
    number((x) => ({ amount: 50n, sellerFee: x, sell: { orderSize: 100n, maxFee: 9n } })),
    5n,
    4n,
  ),
  "a rebate above the other side's fee | equal to it": stepwise(
    "FEES_NEGATIVE",
    { template: /FeeRange/, wire: /slot\[0\]\.feeRange/ },
    number((x) => ({ buyerFee: 3n, sellerFee: x }), scene({ markets: { fees: 100n } })),
    -4n,
    -3n,
  ),
  "a reduce-only sale beyond zero | to zero": stepwise(
    "REDUCE_ONLY_VIOLATED",
    shrink(1),
    number((x) => ({ amount: x, sell: { reduceOnly: true } }), long),
    101n,
    100n,
  ),
  "a reduce-only purchase beyond zero | to zero": stepwise(
    "REDUCE_ONLY_VIOLATED",
    shrink(0),
    number((x) => ({ amount: x, buy: { reduceOnly: true } }), short),
    101n,
    100n,
  ),
  "a reduce-only order that grows": within("REDUCE_ONLY_VIOLATED", shrink(0), long, () => trade(long, { buy: { reduceOnly: true } })),
  "a trade in an option that has expired | a second before": (() => {
    const at = (x: bigint) => {
      const v = expiring(x);
      return [v, trade(v, { instrument: BTC_CALL })] as const;
    };
    return stepwise("INSTRUMENT_EXPIRED", market, at, START, START + 1n);
  })(),
  "open interest above its cap | at it": (() => {
    const v = capped(1_100n, 1_000n);
    return stepwise("OPEN_INTEREST_CAP", market, (amount) => [v, trade(v, { amount })], 101n, 100n);
  })(),
  "open interest above its cap that grows | that changes hands": (() => {
    const v = capped(100n, 1_000n, 0n, 100n);
    return stepwise("OPEN_INTEREST_CAP", market, (amount) => [v, trade(v, { amount })], 101n, 100n);
  })(),
  "open interest of a column without a cap": (() => {
    const v = capped(100n, 0n);
    return within("OPEN_INTEREST_CAP", market, v, () => trade(v, { instrument: ETH_PERP, amount: 1n }));
  })(),
  "cancel up to the id that stands | to the next": stepwise(
    "MIN_ORDER_ID_NOT_RAISED",
    { template: /Slot/, wire: /slot\[0\]\.rises/ },
    (newMinOrderId) => [dead, cancel(dead, { newMinOrderId })],
    5n,
    6n,
  ),
};
