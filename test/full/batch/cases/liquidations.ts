// Who may be liquidated, how much of him, and what it pays.
import type { Liquidate } from "../../../../ledger/types.js";
import { liquidate } from "../../../helpers/acts.js";
import { BTC_CALL, BTC_PERP, BTC_SPOT, price, quote } from "../../../helpers/ledger-fixtures.js";
import { A, B, type SceneOptions, scene, sizes } from "../../../helpers/scene.js";
import { type Act, type Cases, stepwise, within } from "./case.js";

/** A is long 5,000 quote of the BTC perpetual; maintenance 825 quote. */
const LOTS = 100_000n;
const MAINTENANCE = quote(825);
const DEEP = MAINTENANCE / 2n;

const terms = (part: string) => ({ template: /Liquidate/, wire: new RegExp(`slot\\[0\\]\\.terms\\.${part}`) });
const rule = { template: /PassRule/, wire: /slot\[0\]\.side\[1\]\.rule/ };
const kinds = { template: /Kinds/, wire: /^main\.kinds\[0\]/ };

const victim = (cash: bigint, lots = LOTS, over: SceneOptions = {}, b = {}) =>
  scene({ ...over, accounts: { [A]: { cash, sizes: sizes({ [BTC_PERP]: lots }) }, [B]: b } });
const takes =
  (over: Partial<Liquidate>, scenes: (x: bigint) => ReturnType<typeof scene>) =>
  (x: bigint): ReturnType<Act> => {
    const venue = scenes(x);
    return [venue, liquidate(venue, over)];
  };
const short = victim(MAINTENANCE - quote(100));
/** A quarter of LOTS needs 257.8125 quote of margin, 6.25 of which is the reward. */
const NEEDED = 257_812_500n - 6_250_000n;
const BOUNDS = {
  prices: { index: [1n << 55n, price(1)] as const },
  markets: { openInterest: Array.from({ length: 10 }, () => 1n << 40n) },
};

export const liquidations: Cases = {
  "an account at its maintenance | one unit below": stepwise(
    "NOT_LIQUIDATABLE",
    terms("below"),
    takes({}, (cash) => victim(cash)),
    MAINTENANCE,
    MAINTENANCE - 1n,
  ),
  "an account without anything": within("NOT_LIQUIDATABLE", terms("below"), victim(0n, 0n), (v) => liquidate(v, { fraction: 4 })),
  "a quarter of nothing but debt | of one lot": stepwise(
    "SLICE_EMPTY",
    { template: /Liquidate/, wire: /slot\[0\]\.(terms\.inverse|slice\.lotsMoved)/ },
    takes({}, (lots) => victim(-1n, lots)),
    0n,
    1n,
  ),
  "half of nothing but debt | of one lot, short": stepwise(
    "SLICE_EMPTY",
    { template: /Liquidate/, wire: /slot\[0\]\.(terms\.inverse|slice\.lotsMoved)/ },
    takes({ fraction: 2 }, (lots) => victim(-1n, -lots)),
    0n,
    1n,
  ),
  "three quarters": within(
    "FRACTION_NOT_ALLOWED",
    kinds,
    short,
    (v) => liquidate(v, { fraction: 3 }),
    (v) => liquidate(v, { fraction: 2 }),
  ),
  "no quarter": within("FRACTION_NOT_ALLOWED", kinds, short, (v) => liquidate(v, { fraction: 0 })),
  "all of an account with half of its maintenance | with one unit less": stepwise(
    "FRACTION_NOT_ALLOWED",
    terms("whole"),
    takes({ fraction: 4 }, (cash) => victim(cash, LOTS, { config: { dustEquity: 0n } })),
    DEEP,
    DEEP - 1n,
  ),
  "all of an account at the dust limit | below it": stepwise(
    "FRACTION_NOT_ALLOWED",
    terms("whole"),
    takes({ fraction: 4 }, (dustEquity) => victim(DEEP, LOTS, { config: { dustEquity } })),
    DEEP,
    DEEP + 1n,
  ),
  "insurance one unit short of the top-up | that holds it": stepwise(
    "INSURANCE_TOO_SMALL",
    { ...terms("holds"), also: /terms\.rewarded/ },
    takes({}, (insurance) => victim(-quote(40), LOTS, { markets: { insurance } })),
    quote(10) - 1n,
    quote(10),
  ),
  "insurance one unit short of a rounded top-up | that holds it": stepwise(
    "INSURANCE_TOO_SMALL",
    { ...terms("holds"), also: /terms\.rewarded/ },
    takes({ fraction: 2 }, (insurance) => victim(-quote(40) - 1n, LOTS, { markets: { insurance } })),
    quote(20),
    quote(20) + 1n,
  ),
  "a reward one unit below the least | at it": stepwise(
    "REWARD_TOO_SMALL",
    terms("rewarded"),
    (leastReward) => [short, liquidate(short, { leastReward })],
    6_250_001n,
    6_250_000n,
  ),
  "a bounty that insurance cuts below the least reward | to it": stepwise(
    "REWARD_TOO_SMALL",
    terms("rewarded"),
    takes({ leastReward: 3n }, (insurance) => victim(-quote(40), LOTS, { markets: { insurance } })),
    quote(10) + 2n,
    quote(10) + 3n,
  ),
  "a liquidator one unit below the initial margin | at it": stepwise(
    "MARGIN_TOO_LOW",
    rule,
    takes({}, (cash) => victim(MAINTENANCE - quote(100), LOTS, {}, { cash })),
    NEEDED - 1n,
    NEEDED,
  ),
  "a liquidator who only gets less risky": within(
    "MARGIN_TOO_LOW",
    rule,
    victim(MAINTENANCE - quote(100), LOTS, {}, { cash: quote(1), sizes: sizes({ [BTC_PERP]: -30_000n }) }),
    (v) => liquidate(v),
    (v) => liquidate(v, { liquidator: 32 }),
  ),
  "a victim whose losses reach 2^72 | just below": stepwise(
    "MARGIN_OUT_OF_RANGE",
    { template: /MaintenanceUpper|SideAfter/, wire: /side\[0\]\.upper/, also: /side\[0\]|terms/ },
    takes({ fraction: 1 }, (lots) => victim(1n, lots, BOUNDS, { cash: 1n << 90n, sizes: sizes({ [BTC_PERP]: -(1n << 26n) }) })),
    1n << 28n,
    (1n << 28n) - 4n,
  ),
  "a reward for a portfolio of everything, one unit too small | enough": (() => {
    const mixed = sizes({ [BTC_SPOT]: 1_001n, [BTC_PERP]: LOTS, [BTC_CALL]: -403n, [BTC_CALL + 1]: 7n });
    const venue = scene({ accounts: { [A]: { cash: quote(700), sizes: mixed } } });
    return within(
      "REWARD_TOO_SMALL",
      terms("rewarded"),
      venue,
      () => liquidate(venue, { leastReward: quote(400) }),
      () => liquidate(venue),
    );
  })(),
};
