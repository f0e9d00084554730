import { describe, expect, it } from "vitest";
import { equity, requirement } from "../../../../ledger/margin.js";
import type { Account } from "../../../../ledger/types.js";
import { accountIn, type World } from "../../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../../helpers/expect-refusal.js";
import { BTC_CALL, BTC_PERP, makeWorld, patchAccount, quote, START, signedLiquidate, userKey } from "../../../helpers/ledger-fixtures.js";

const LOTS = 100_000n; // 5,000 quote; maintenance 16.5 % = 825 quote
const MAINTENANCE = quote(825);
const NO_SIZES = Array.from({ length: 12 }, () => 0n);

/** Account 0 is long the BTC perpetual with this cash, account 2 short; account 1 liquidates. */
function stage(cash: bigint, config = {}, extra: Partial<Record<number, bigint>> = {}) {
  const venue = makeWorld({ spot: 0n, config });
  const sizes = NO_SIZES.map((_, i) => (i === BTC_PERP ? LOTS : (extra[i] ?? 0n)));
  const { perpIndex } = venue.world.prices;
  const { markets } = venue.world.header;
  const w = patchAccount(venue.world, 0, { cash, sizes, perpCheckpoints: perpIndex });
  const short = patchAccount(w, 2, { sizes: sizes.map((x, i) => (i < 2 ? 0n : -x)), perpCheckpoints: perpIndex });
  const openInterest = markets.openInterest.map((_, i) => sizes[i + 2] ?? 0n);
  return { venue, world: { ...short, header: { ...short.header, markets: { ...markets, openInterest } } } satisfies World };
}

const must = (w: World, index: number): Account => {
  const account = accountIn(w, index);
  if (account === undefined) throw new Error("no account");
  return account;
};

describe("liquidate", () => {
  it("takes a quarter at fair value and shares the discount", () => {
    const { venue, world } = stage(MAINTENANCE - quote(100));
    const after = expectAccepted(world, signedLiquidate(venue));
    // half of the shortfall's quarter: 100 * 0.5 / 4 = 12.5 quote, half of it to the liquidator
    expect(must(after, 0).cash).toBe(MAINTENANCE - quote(100) - 12_500_000n);
    expect(must(after, 1).cash).toBe(quote(100_000) + 6_250_000n);
    expect(after.header.markets.insurance).toBe(world.header.markets.insurance + 6_250_000n);
    expect(must(after, 0).sizes[BTC_PERP]).toBe(75_000n);
    expect(must(after, 1).sizes[BTC_PERP]).toBe(25_000n);
    expect(must(after, 1).nonce).toBe(1n);
    expect(must(after, 0).nonce).toBe(0n);
    expect(after.header.markets.openInterest[0]).toBe(LOTS);
  });

  it("needs equity strictly below maintenance", () => {
    const at = stage(MAINTENANCE);
    expectRefused(at.world, signedLiquidate(at.venue), "NOT_LIQUIDATABLE");
    const below = stage(MAINTENANCE - 1n);
    expectAccepted(below.world, signedLiquidate(below.venue));
  });

  it("allows the whole account only when it is deep below maintenance or dust", () => {
    const half = MAINTENANCE / 2n;
    const dry = { dustEquity: 0n };
    const at = stage(half, dry);
    expectRefused(at.world, signedLiquidate(at.venue, { fraction: 4 }), "FRACTION_NOT_ALLOWED");
    expectAccepted(at.world, signedLiquidate(at.venue, { fraction: 2 }));
    const below = stage(half - 1n, dry);
    expectAccepted(below.world, signedLiquidate(below.venue, { fraction: 4 }));
    const dust = stage(half, { dustEquity: half + 1n });
    expectAccepted(dust.world, signedLiquidate(dust.venue, { fraction: 4 }));
    const notDust = stage(half, { dustEquity: half });
    expectRefused(notDust.world, signedLiquidate(notDust.venue, { fraction: 4 }), "FRACTION_NOT_ALLOWED");
    for (const fraction of [0, 3, 5]) {
      expectRefused(at.world, { ...signedLiquidate(at.venue), fraction }, "FRACTION_NOT_ALLOWED");
    }
  });

  it("tops a bankrupt account up from insurance, with a bounty while it lasts", () => {
    const { venue, world } = stage(-quote(40));
    const after = expectAccepted(world, signedLiquidate(venue, { fraction: 4 }));
    expect(must(after, 0)).toMatchObject({ cash: 0n, sizes: NO_SIZES });
    expect(must(after, 1).cash).toBe(quote(100_005));
    expect(after.header.markets.insurance).toBe(quote(10_000 - 45));
    const poor = (insurance: bigint): World => ({ ...world, header: { ...world.header, markets: { ...world.header.markets, insurance } } });
    expectAccepted(poor(quote(40)), signedLiquidate(venue, { fraction: 4 }));
    const left = expectAccepted(poor(quote(40) + 3n), signedLiquidate(venue, { fraction: 4 }));
    expect(must(left, 1).cash).toBe(quote(100_000) + 3n);
    expectRefused(poor(quote(40) - 1n), signedLiquidate(venue, { fraction: 4 }), "INSURANCE_TOO_SMALL");
    expectAccepted(poor(quote(10)), signedLiquidate(venue, { fraction: 1 }));
    expectRefused(poor(quote(10) - 1n), signedLiquidate(venue, { fraction: 1 }), "INSURANCE_TOO_SMALL");
  });

  it("pays fair value for options, rounded up for the victim", () => {
    const { venue, world } = stage(quote(100), { bounty: 0n }, { [BTC_CALL]: 401n }); // a quarter, rounded up: 101 lots
    const prices = { ...world.prices, optionMark: world.prices.optionMark.with(0, (2_500n << 24n) + 1n) };
    const after = expectAccepted({ ...world, prices }, signedLiquidate(venue));
    const before = must(world, 0);
    const e = equity(prices, before);
    const m = requirement(prices, world.header.markets.config, before.sizes).maintenance;
    const discount = (32_768n * ((m << 16n) - e * 10_000n)) / (10_000n << 42n);
    const capped = discount < e >> 26n ? discount : e >> 26n;
    expect(must(after, 0).cash).toBe(before.cash + 252_501n - capped);
    expect(must(after, 1).sizes[BTC_CALL]).toBe(101n);
  });

  it("refuses too small a reward, late or forged or replayed orders, and unknown accounts", () => {
    const { venue, world } = stage(MAINTENANCE - quote(100));
    expectAccepted(world, signedLiquidate(venue, { leastReward: 6_250_000n }));
    expectRefused(world, signedLiquidate(venue, { leastReward: 6_250_001n }), "REWARD_TOO_SMALL");
    expectAccepted(world, signedLiquidate(venue, { expiry: START }));
    expectRefused(world, signedLiquidate(venue, { expiry: START - 1n }), "EXPIRED");
    const t = signedLiquidate(venue);
    expectRefused(world, { ...t, fraction: 2 }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, victim: 2 }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, leastReward: 1n }, "SIGNATURE_INVALID");
    expectRefused(world, signedLiquidate(venue, {}, userKey(0)), "SIGNATURE_INVALID");
    expectRefused(expectAccepted(world, t), t, "NONCE_MISMATCH");
    expectRefused(world, signedLiquidate(venue, { victim: 1 }), "ACCOUNT_SAME");
    expectRefused(world, signedLiquidate(venue, { victim: 88 }), "ACCOUNT_UNKNOWN");
    expectRefused(world, { ...t, leastReward: 1n << 60n }, "FIELD_OUT_OF_RANGE");
    expectRefused(world, { ...t, expiry: 1n << 40n }, "FIELD_OUT_OF_RANGE");
  });

  it("needs the liquidator healthy afterwards, exactly", () => {
    const { venue, world } = stage(MAINTENANCE - quote(100));
    // a quarter: 1,250 quote, requirement 16.5 % * 1.25 = 257.8125 quote, of which 6.25 is the reward
    const needed = 257_812_500n - 6_250_000n;
    expectAccepted(patchAccount(world, 1, { cash: needed }), signedLiquidate(venue));
    expectRefused(patchAccount(world, 1, { cash: needed - 1n }), signedLiquidate(venue), "MARGIN_TOO_LOW");
  });
});
