// The scalar work of prover and verifier, against the definitions.
import { describe, expect, it } from "vitest";
import { mod } from "../../../core/field.js";
import { evaluateProduct, geometricSum, power, powers, productCoefficients, quotient } from "../../../core/snarkpack/polynomials.js";
import { randomField } from "../../helpers/mutate.js";

const random = randomField(29n);
const list = (n: number) => Array.from({ length: n }, random);
const evaluate = (f: readonly bigint[], x: bigint) => f.reduceRight((sum, c) => mod(sum * x + c), 0n);

describe("scalars", () => {
  it("have powers and sums of powers", () => {
    const x = random();
    expect(powers(x, 0)).toEqual([]);
    expect(powers(x, 5)).toEqual([1n, x, mod(x * x), mod(x ** 3n), mod(x ** 4n)]);
    expect(powers(x, 40).map((_, i) => power(x, i))).toEqual(powers(x, 40));
    expect(power(0n, 0)).toBe(1n);
    for (const n of [1, 2, 3, 31, 32, 1000]) expect(geometricSum(x, n)).toBe(mod(powers(x, n).reduce((sum, y) => sum + y, 0n)));
  });
});

describe("the product that the halvings leave", () => {
  it.each([1, 2, 3, 6])("of %i factors has the coefficients of its definition", (k) => {
    const [xs, s] = [list(k), random()];
    const bit = (i: number, j: number) => Math.floor(i / 2 ** (k - 1 - j)) % 2 === 1;
    const expected = Array.from({ length: 2 ** k }, (_, i) => mod(xs.reduce((c, x, j) => (bit(i, j) ? mod(c * x) : c), power(s, i))));
    expect(productCoefficients(xs, s)).toEqual(expected);
  });

  it("is evaluated as by its coefficients", () => {
    for (const k of [1, 4, 7]) {
      const [xs, s, z] = [list(k), random(), random()];
      expect(evaluateProduct(xs, s, z)).toBe(evaluate(productCoefficients(xs, s), z));
    }
  });

  it("is what folding by halves leaves of the powers", () => {
    const [xs, s] = [list(4), random()];
    const folded = xs.reduce(
      (v, x) => {
        const half = v.length / 2;
        return v.slice(0, half).map((low, i) => mod(low + x * (v[half + i] ?? 0n)));
      },
      powers(s, 16),
    );
    expect(folded).toEqual([evaluateProduct(xs, 1n, s)]);
  });
});

describe("quotients", () => {
  it("satisfy f(X) - f(z) = q(X) (X - z)", () => {
    for (const n of [1, 2, 3, 17]) {
      const f = list(n);
      for (const z of [0n, 1n, random()]) {
        const [q, x] = [quotient(f, z), random()];
        expect(q).toHaveLength(n - 1);
        expect(mod(evaluate(f, x) - evaluate(f, z))).toBe(mod(evaluate(q, x) * (x - z)));
      }
    }
  });

  it("of nothing are nothing", () => {
    expect(quotient([], 5n)).toEqual([]);
  });
});
