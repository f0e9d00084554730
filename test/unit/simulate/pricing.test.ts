import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf, optionValue } from "../../../simulate/black-scholes.js";
import { seededRandom } from "../../../simulate/random.js";
import { coins, dollars, dollarsPerCoin, lots, priceAt, quote } from "../../../simulate/units.js";

describe("option values", () => {
  it("equals Hull's textbook example, chapter 15: S 42, K 40, r 0.1, vol 0.2, half a year, by its forward", () => {
    // With zero rates the discounted strike takes the strike's place: 40 exp(-0.05).
    const terms = { strike: 40 * Math.exp(-0.05), years: 0.5 };
    expect(optionValue({ ...terms, call: true }, 42, 0.2)).toBeCloseTo(4.76, 2);
    expect(optionValue({ ...terms, call: false }, 42, 0.2)).toBeCloseTo(0.81, 2);
  });

  it("keeps put-call parity, intrinsic value and order in volatility", () => {
    const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(range(10, 100_000), range(0.5, 2), range(0.01, 2), range(0.05, 2), (spot, moneyness, years, volatility) => {
        const strike = spot * moneyness;
        const call = optionValue({ call: true, strike, years }, spot, volatility);
        const put = optionValue({ call: false, strike, years }, spot, volatility);
        const error = spot * 1e-6;
        expect(Math.abs(call - put - (spot - strike))).toBeLessThan(error);
        expect(call).toBeGreaterThan(Math.max(0, spot - strike) - error);
        expect(optionValue({ call: true, strike, years }, spot, volatility * 1.2)).toBeGreaterThan(call - error);
      }),
      { seed: 7 },
    );
  });

  it("is worth its intrinsic value at and after expiry", () => {
    expect(optionValue({ call: true, strike: 90, years: 0 }, 100, 0.5)).toBe(10);
    expect(optionValue({ call: false, strike: 90, years: -1 }, 100, 0.5)).toBe(0);
    expect(normalCdf(0)).toBeCloseTo(0.5, 7);
  });
});

describe("units", () => {
  it("has lots of 1e-6 BTC and 1e-5 ETH, prices per lot at scale 2^24", () => {
    expect(lots(0, 1)).toBe(1_000_000n);
    expect(lots(1, 1)).toBe(100_000n);
    expect(priceAt(0, 40_000)).toBe(40_000n << 24n);
    expect(priceAt(1, 2_500)).toBe(25_000n << 24n);
    expect(quote(1.5)).toBe(1_500_000n);
    expect([dollars(quote(3)), coins(1, lots(1, 2)), dollarsPerCoin(0, priceAt(0, 7))]).toEqual([3, 2, 7]);
  });
});

describe("seeded randomness", () => {
  it("repeats, and differs by seed and by label", () => {
    const draw = (seed: string, label: string) => Array.from({ length: 5 }, seededRandom(seed, label).next);
    expect(draw("a", "x")).toEqual(draw("a", "x"));
    expect(draw("a", "x")).not.toEqual(draw("b", "x"));
    expect(draw("a", "x")).not.toEqual(draw("a", "y"));
    expect(draw("a", "x").every((v) => v >= 0 && v < 1)).toBe(true);
  });

  it("is uniform and normal enough", () => {
    const random = seededRandom("moments", "x");
    const normals = Array.from({ length: 20_000 }, random.normal);
    const mean = normals.reduce((a, b) => a + b, 0) / normals.length;
    const variance = normals.reduce((a, b) => a + b * b, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
    const dice = Array.from({ length: 6 }, () => 0);
    for (let i = 0; i < 12_000; i++) dice[random.int(6)] = (dice[random.int(6)] ?? 0) + 1;
    expect(dice.every((n) => n > 0)).toBe(true);
  });
});
