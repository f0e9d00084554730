import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { K, M, MOVES, SCENARIOS, U, underlyingOf } from "../../../ledger/constants.js";
import { belowMaintenance, equity, grewOrTurned, healthy, notRiskier, requirement } from "../../../ledger/margin.js";
import type { Prices } from "../../../ledger/prices.js";
import { maxOf } from "../../../ledger/range.js";
import { acceptReport } from "../../../ledger/report.js";
import type { PriceReport } from "../../../ledger/types.js";
import { basePrices, emptyVenue, price, testConfig } from "../../helpers/ledger-fixtures.js";

const SEED = { seed: 2024, numRuns: 300 };

function pricesOf(over: Partial<PriceReport> = {}): Prices {
  const result = acceptReport(emptyVenue().header, { ...basePrices(over), signatures: [] }, false);
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value.prices;
}

const prices = pricesOf();
const none = Array.from({ length: M }, () => 0n);
const only = (column: number, lots: bigint) => none.with(column, lots);
const account = (cash: bigint, sizes: readonly bigint[]) => ({ cash, sizes });

/** Section 6 written out as it stands, in rationals scaled by hand. */
function byTheBook(shock: readonly bigint[], phi: readonly bigint[], sizes: readonly bigint[]): bigint {
  let m = 0n;
  for (let u = 0; u < U; u++) {
    const losses = Array.from({ length: SCENARIOS }, (_, j) => {
      const move = BigInt(MOVES[Math.floor(j / 2)] ?? 0);
      if ((move < 0n ? -move : move) > (shock[u] ?? 0n)) return 0n;
      let loss = 0n;
      for (let i = 0; i < M; i++) {
        if (underlyingOf(i) !== u) continue;
        const [size, ref] = [sizes[i] ?? 0n, prices.ref[i] ?? 0n];
        loss += i < 2 * U ? -move * size * ref : 100n * size * (ref - (prices.scenario[i - 2 * U]?.[j] ?? 0n));
      }
      return loss;
    });
    m += 100n * losses.reduce(maxOf, 0n);
  }
  for (let i = 0; i < M; i++) {
    const size = sizes[i] ?? 0n;
    const ref = i >= 2 * U && size < 0n ? prices.under[underlyingOf(i)] : prices.ref[i];
    m += (phi[i] ?? 0n) * (size < 0n ? -size : size) * (ref ?? 0n);
  }
  return m;
}

const sizesArbitrary = fc
  .array(fc.bigInt(-(1n << 30n), 1n << 30n), { minLength: M, maxLength: M })
  .map((sizes) => sizes.map((size, i) => (i < U && size < 0n ? -size : size)));
const shockArbitrary = fc.tuple(fc.constantFrom(0n, 8n, 16n, 32n), fc.constantFrom(0n, 8n, 16n, 32n));

describe("equity", () => {
  it("counts cash, spot less haircut and options at mark, but no perpetual", () => {
    expect(equity(prices, account(-7n, none))).toBe(-7n << 24n);
    expect(equity(prices, account(0n, only(1, 3n)))).toBe(3n * (prices.collateralPrice[1] ?? 0n));
    expect(equity(prices, account(0n, only(2, 1n << 40n)))).toBe(0n);
    expect(equity(prices, account(0n, only(4 + K - 1, -2n)))).toBe(-2n * price(1_500));
  });
});

describe("requirement", () => {
  it("is section 6 for random portfolios and shocks", () => {
    fc.assert(
      fc.property(sizesArbitrary, shockArbitrary, (sizes, shock) => {
        const config = testConfig({ shock });
        expect(requirement(prices, config, sizes).maintenance).toBe(byTheBook(shock, config.phi, sizes));
      }),
      SEED,
    );
  });

  it("takes the worst counted move on either side and offsets within an underlying only", () => {
    const free = testConfig({ phi: none });
    const perpetual = requirement(prices, free, only(2, 10n)).maintenance;
    expect(perpetual).toBe(100n * 16n * 10n * (50_000n << 8n));
    expect(requirement(prices, free, only(2, -10n)).maintenance).toBe(perpetual);
    expect(requirement(prices, free, only(2, 10n).with(0, 5n)).maintenance).toBe((perpetual * 3n) / 2n);
    expect(requirement(prices, free, only(2, -10n).with(0, 10n)).maintenance).toBe(0n);
    expect(requirement(prices, free, only(2, -10n).with(1, 10n)).maintenance).toBe(perpetual + 100n * 16n * 10n * (30_000n << 8n));
  });

  it("counts a short option's tail at the underlying's price", () => {
    const tail = testConfig({ shock: [0n, 0n] });
    const flat = pricesOf({ scenario: basePrices().optionMark.map((mark) => Array.from({ length: SCENARIOS }, () => mark >> 16n)) });
    expect(requirement(flat, tail, only(4, 7n)).maintenance).toBe(50n * 7n * (2_500n << 8n));
    expect(requirement(flat, tail, only(4, -7n)).maintenance).toBe(50n * 7n * (50_000n << 8n));
  });

  it("never falls when a risk parameter rises, and scales with the portfolio", () => {
    fc.assert(
      fc.property(sizesArbitrary, (sizes) => {
        const calm = requirement(prices, testConfig({ shock: [8n, 8n] }), sizes).maintenance;
        const wild = requirement(prices, testConfig({ shock: [32n, 32n] }), sizes).maintenance;
        expect(wild >= calm).toBe(true);
        const twice = requirement(
          prices,
          testConfig({ shock: [8n, 8n] }),
          sizes.map((size) => 2n * size),
        ).maintenance;
        expect(twice).toBe(2n * calm);
      }),
      SEED,
    );
  });

  it("is out of range from 2^72 on, for the worst loss and for the distance to the best", () => {
    const unit = pricesOf({ index: [1n << 24n, 1n << 24n], perpMark: [1n << 24n, 1n << 24n] }); // ref 2^8
    const config = testConfig({ shock: [16n, 16n] });
    // the perpetual's losses reach from -16 to 16 * size * 2^8, so the distance decides: 2^13 * size < 2^72
    const limit = 1n << 59n;
    expect(requirement(unit, config, only(2, limit - 1n)).inRange).toBe(true);
    expect(requirement(unit, config, only(2, limit)).inRange).toBe(false);
    // a single huge scenario value: distance 100 * size * value
    const spike = basePrices().scenario.map((row) => row.map(() => 0n).with(0, 1n << 39n));
    const spiked = pricesOf({ scenario: spike, optionMark: Array.from({ length: K }, () => 0n) });
    const lots = (1n << 33n) / 100n;
    expect(requirement(spiked, config, only(4, -lots)).inRange).toBe(true);
    expect(requirement(spiked, config, only(4, -lots - 1n)).inRange).toBe(false);
    expect(requirement(spiked, config, only(4, lots + 1n)).inRange).toBe(false);
  });
});

describe("comparisons", () => {
  it("are exact at equality", () => {
    const m = 12_345n * 10_000n;
    const e = 12_345n << 16n;
    expect(belowMaintenance(e, m)).toBe(false);
    expect(belowMaintenance(e - 1n, m)).toBe(true);
    expect(healthy(256n, e, m)).toBe(true);
    expect(healthy(256n, e - 1n, m)).toBe(false);
    expect(healthy(320n, 0n, 0n)).toBe(true);
    expect(healthy(320n, -1n, 0n)).toBe(false);
  });

  it("judge not riskier by fair equity or by its ratio, with zero and negative sides", () => {
    expect(notRiskier(-5n, 10n, -5n, 10n)).toBe(true);
    expect(notRiskier(-5n, 10n, -6n, 5n)).toBe(false);
    expect(notRiskier(-5n, 10n, 0n, 10n)).toBe(true);
    expect(notRiskier(10n, 9n, 5n, 4n)).toBe(true); // 5 * 10 >= 10 * 5
    expect(notRiskier(10n, 9n, 4n, 4n)).toBe(false);
    expect(notRiskier(10n, 10n, 100n, 11n)).toBe(false);
    expect(notRiskier(10n, 0n, 10n, 0n)).toBe(true);
    expect(notRiskier(10n, 0n, 9n, 0n)).toBe(false); // no margin to lose: fair equity must not fall
    expect(notRiskier(10n, 0n, -1n, 0n)).toBe(false);
  });

  it("see growth and turning of a size", () => {
    expect(grewOrTurned(5n, 6n)).toBe(true);
    expect(grewOrTurned(5n, 5n)).toBe(false);
    expect(grewOrTurned(5n, 0n)).toBe(false);
    expect(grewOrTurned(5n, -1n)).toBe(true);
    expect(grewOrTurned(-5n, -6n)).toBe(true);
    expect(grewOrTurned(0n, 1n)).toBe(true);
    expect(grewOrTurned(0n, 0n)).toBe(false);
  });
});
