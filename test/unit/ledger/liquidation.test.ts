// Section 8 over random portfolios: a slice at fair value never creates a deficit.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { M, U } from "../../../ledger/constants.js";
import { fractionAllowed, liquidationTerms, sliceOf } from "../../../ledger/liquidation.js";
import { belowMaintenance, equity, fairEquity, requirement } from "../../../ledger/margin.js";
import { acceptReport } from "../../../ledger/report.js";
import { basePrices, emptyVenue, price, quote, testConfig } from "../../helpers/ledger-fixtures.js";

const opening = acceptReport(
  emptyVenue().header,
  { ...basePrices({ index: [price(50_000) + 12_345n, price(30_000) - 77n] }), signatures: [] },
  false,
);
if (!opening.ok) throw new Error(opening.refusal.code);
const { prices } = opening.value;

const sizes = fc
  .array(fc.bigInt(-200_000n, 200_000n), { minLength: M, maxLength: M })
  .map((list) => list.map((size, i) => (i < U && size < 0n ? -size : size)));
const share = fc.bigInt(-50n, 100n); // percent of the maintenance that the equity is
const rate = fc.bigInt(0n, 65_536n);

describe("liquidation terms", () => {
  it("never create a deficit, never deepen one, and leave nothing negative after the whole account", () => {
    let bankrupt = 0;
    fc.assert(
      fc.property(sizes, share, fc.constantFrom(1, 2, 4), rate, rate, (list, percent, quarters, discountRate, discountShare) => {
        const config = testConfig({ discountRate, discountShare });
        const { maintenance } = requirement(prices, config, list);
        const bare = equity(prices, { cash: 0n, sizes: list });
        const cash = ((maintenance << 16n) * percent) / 1_000_000n / (1n << 24n) - (bare >> 24n) - 1n;
        const victim = { cash, sizes: list };
        const e = equity(prices, victim);
        if (!belowMaintenance(e, maintenance) || !fractionAllowed(config, e, maintenance, quarters)) return;
        const f = fairEquity(prices, victim);
        const insurance = quote(1_000_000);
        const terms = liquidationTerms(prices, config, insurance, victim, e, f, maintenance, quarters);
        const left = list.map((size, i) => size - (terms.slice[i] ?? 0n));
        const after = { cash: cash + terms.pay - terms.discount + terms.topUp, sizes: left };
        const is = fairEquity(prices, after);
        if (f < 0n) bankrupt++;
        expect(is >= (f < 0n ? f : 0n)).toBe(true);
        if (f >= 0n) expect([terms.topUp, terms.bounty]).toEqual([0n, 0n]);
        if (quarters === 4) expect(is >= 0n).toBe(true);
        expect(terms.discount >= 0n && terms.toLiquidator >= 0n && terms.toInsurance >= 0n).toBe(true);
        expect(terms.toLiquidator + terms.toInsurance).toBe(terms.discount);
        expect(terms.bounty >= 0n && terms.topUp + terms.bounty <= insurance).toBe(true);
      }),
      { seed: 88, numRuns: 1_500 },
    );
    expect(bankrupt).toBeGreaterThan(50);
  });

  it("round slices away from zero on both sides", () => {
    expect(sliceOf([7n, 0n, -7n, 3n, -3n], 1n)).toEqual([2n, 0n, -2n, 1n, -1n]);
    expect(sliceOf([7n, -7n], 2n)).toEqual([4n, -4n]);
    expect(sliceOf([7n, -7n], 4n)).toEqual([7n, -7n]);
  });
});
