// The pass rule: healthy and below the exposure cap, or not riskier.
import type { Account } from "../../../../ledger/types.js";
import { type TradeOver, trade, transfer, withdraw } from "../../../helpers/acts.js";
import { BTC_PERP, BTC_SPOT, ETH_PERP, price, quote } from "../../../helpers/ledger-fixtures.js";
import { A, B, type SceneOptions, scene, sizes } from "../../../helpers/scene.js";
import { type Act, type Cases, stepwise, within } from "./case.js";

/** 100,000 lots of BTC are 5,000 quote: maintenance 16.5 % of that, initial 1.25 times as much. */
const LOTS = 100_000n;
const INITIAL = 1_031_250_000n;

const rule = (side: 0 | 1) => ({ template: /PassRule/, wire: new RegExp(`slot\\[0\\]\\.side\\[${side}\\]\\.rule`) });
/** The growth of the column shows on the not-riskier branch, which is the one that the hints take. */
const column = (side: 0 | 1) => ({
  template: /SideAfter|PassRule/,
  wire: new RegExp(`slot\\[0\\]\\.side\\[${side}\\]\\.(sameSign|notGrown)`),
  also: new RegExp(`slot\\[0\\]\\.side\\[${side}\\]\\.rule`),
});

type Pair = Readonly<Record<"a" | "b", Partial<Account>>>;
const pair = ({ a, b }: Partial<Pair>, over: SceneOptions = {}) => scene({ ...over, accounts: { [A]: a ?? {}, [B]: b ?? {} } });
const long = (cash: bigint, lots = LOTS): Partial<Account> => ({ cash, sizes: sizes({ [BTC_PERP]: lots }) });

const withdrawFrom = (cash: bigint): ReturnType<Act> => {
  const venue = pair({ a: long(cash + quote(10)) });
  return [venue, withdraw(venue)];
};

/** B is long and poor and sells to A, who is rich. */
const sells = (b: Partial<Account>, over: TradeOver): ReturnType<Act> => {
  const venue = pair({ b });
  return [venue, trade(venue, { instrument: BTC_PERP, ...over })];
};

/**
 * B, long LOTS with `cash` and below the initial margin, sells half for a fee: equity falls from cash to cash - fee while the margin halves. The
 * largest fee keeps (cash - fee) * (m0 + 1) >= cash * (m + 1) at scales 2^24 and 2^8 * 1e4.
 */
const CASH = quote(900);
const M0 = 825n * 1_000_000n * 10_000n * 256n;
const MOST = CASH - ((CASH << 24n) * (M0 / 2n + 1n) + (M0 + 1n) * (1n << 24n) - 1n) / ((M0 + 1n) << 24n);

const BIG = price(1 << 30) >> 16n;
const exposed = (amount: bigint): ReturnType<Act> => {
  const rich = { cash: 1n << 90n };
  const venue = pair({ a: rich, b: rich }, { prices: { index: [price(1 << 30), price(1)] }, config: NO_CAP });
  return [venue, trade(venue, { amount })];
};
const NO_CAP = { openInterestCap: Array.from({ length: 10 }, () => (1n << 63n) - 1n) };

/** One lot of BTC has the risk price 2^39, and moves of 16 % either way count: 2^28 lots are beyond the bounds of margin. */
const extreme = (left: bigint): ReturnType<Act> => {
  const b = long(-1n, (1n << 28n) + 10n);
  const a = { cash: 1n << 90n, sizes: sizes({ [BTC_PERP]: -1_000n }) };
  const venue = pair({ a, b }, { prices: { index: [1n << 55n, price(1)] }, config: NO_CAP });
  return [venue, trade(venue, { amount: (1n << 28n) + 10n - left })];
};

export const risk: Cases = {
  // healthy
  "withdraw one unit below the initial margin | down to it": stepwise("MARGIN_TOO_LOW", rule(0), withdrawFrom, INITIAL - 1n, INITIAL),
  "transfer one unit below the initial margin | down to it": stepwise(
    "MARGIN_TOO_LOW",
    rule(0),
    (cash) => {
      const venue = pair({ a: long(cash + 7n) });
      return [venue, transfer(venue, { amount: 7n })];
    },
    INITIAL - 1n,
    INITIAL,
  ),
  "buy with one unit less than the initial margin | with it": stepwise(
    "MARGIN_TOO_LOW",
    column(0),
    (cash) => {
      const venue = pair({ a: { cash } });
      return [venue, trade(venue, { amount: LOTS })];
    },
    INITIAL - 1n,
    INITIAL,
  ),
  "sell with one unit less than the initial margin | with it": stepwise(
    "MARGIN_TOO_LOW",
    column(1),
    (cash) => {
      const venue = pair({ b: { cash } });
      return [venue, trade(venue, { amount: LOTS })];
    },
    INITIAL - 1n,
    INITIAL,
  ),
  "withdraw into debt against nothing | all of the cash": stepwise(
    "MARGIN_TOO_LOW",
    rule(0),
    (cash) => {
      const venue = pair({ a: { cash } });
      return [venue, withdraw(venue)];
    },
    quote(10) - 1n,
    quote(10),
  ),
  // not riskier
  "a reduction of an account in debt that costs it one unit | nothing": stepwise(
    "MARGIN_TOO_LOW",
    rule(1),
    (sellerFee) => sells(long(-quote(10)), { amount: 1n, sellerFee }),
    1n,
    0n,
  ),
  "a reduction in debt below the mark | at it": stepwise(
    "MARGIN_TOO_LOW",
    rule(1),
    (x) => sells(long(-quote(10)), { amount: 1n, price: x }),
    price(50_000) - 1n,
    price(50_000),
  ),
  "half of a poor account sold for a fee that lowers equity to margin | for the largest fee that does not": stepwise(
    "MARGIN_TOO_LOW",
    rule(1),
    (sellerFee) => sells(long(CASH), { amount: LOTS / 2n, sellerFee }),
    MOST + 1n,
    MOST,
  ),
  "all of a poor account sold for more than it has | for all that it has": stepwise(
    "MARGIN_TOO_LOW",
    rule(1),
    (sellerFee) => sells(long(CASH), { amount: LOTS, sellerFee }),
    CASH + 1n,
    CASH,
  ),
  "a poor account that turns its position | that closes it": stepwise(
    "MARGIN_TOO_LOW",
    column(1),
    (amount) => sells(long(-quote(10)), { amount }),
    LOTS + 1n,
    LOTS,
  ),
  "a poor account that hedges spot by a new perpetual": (() => {
    const b = { cash: -quote(4_000), sizes: sizes({ [BTC_SPOT]: LOTS }) };
    const venue = pair({ b });
    return within(
      "MARGIN_TOO_LOW",
      column(1),
      venue,
      () => trade(venue, { amount: 10n }),
      () => trade(venue, { instrument: BTC_SPOT, amount: 10n }),
    );
  })(),
  "a poor account that buys spot: its margin grows | that sells it": (() => {
    const b = { cash: -quote(4_000), sizes: sizes({ [BTC_SPOT]: LOTS }) };
    const buyer = pair({ a: b, b: { sizes: sizes({ [BTC_SPOT]: LOTS }) } });
    return {
      code: "MARGIN_TOO_LOW",
      place: rule(0),
      refused: () => [buyer, trade(buyer, { instrument: BTC_SPOT, amount: 1n })],
      accepted: () => {
        const seller = pair({ b });
        return [seller, trade(seller, { instrument: BTC_SPOT, amount: 1n })];
      },
    };
  })(),
  "a position in a second underlying opened by a poor account": (() => {
    const venue = pair({ a: long(CASH) });
    return within("MARGIN_TOO_LOW", column(0), venue, () => trade(venue, { instrument: ETH_PERP, amount: 1n }));
  })(),
  // bounds
  "exposure of 2^60 | just below": stepwise(
    "EXPOSURE_TOO_LARGE",
    { ...column(0), also: /side/ },
    exposed,
    (1n << 60n) / BIG,
    (1n << 60n) / BIG - 1n,
  ),
  "losses of 2^72 left after a reduction | just below": stepwise(
    "MARGIN_OUT_OF_RANGE",
    { template: /MaintenanceUpper/, wire: /side\[1\]\.upper\.inRange/ },
    extreme,
    1n << 28n,
    (1n << 28n) - 1n,
  ),
};
