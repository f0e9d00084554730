// The transform of every engine, from values on a domain to values on its odd coset, against bigint.
import { describe, expect, it } from "vitest";
import { nativeHooks } from "../../helpers/native-hooks.js";
import { decodeNumbers, encodeNumbers, inverseMod, mod, powerMod, SCALAR as R } from "./values.js";

const hooks = await nativeHooks();
const ENGINES = hooks.engines().map(({ name }) => name);

/** Of order 2^power, as snarkjs takes it. */
const root = (power: number) => powerMod(powerMod(5n, (R - 1n) >> 28n, R), 1n << BigInt(28 - power), R);

/** Values of the polynomial with these coefficients at the powers of w, by halves. */
function evaluate(coefficients: readonly bigint[], w: bigint): bigint[] {
  if (coefficients.length === 1) return [...coefficients];
  const square = (w * w) % R;
  const even = evaluate(coefficients.filter((_, i) => i % 2 === 0), square); // biome-ignore format: one line
  const odd = evaluate(coefficients.filter((_, i) => i % 2 === 1), square); // biome-ignore format: one line
  const low: bigint[] = [];
  const high: bigint[] = [];
  let x = 1n;
  for (const [i, e] of even.entries()) {
    const t = (x * (odd[i] ?? 0n)) % R;
    low.push((e + t) % R);
    high.push((e - t + R) % R);
    x = (x * w) % R;
  }
  return [...low, ...high];
}

/** By the definition: sums over all coefficients. */
const evaluateSlowly = (coefficients: readonly bigint[], w: bigint): bigint[] =>
  coefficients.map((_, i) => coefficients.reduce((sum, c, j) => (sum + c * powerMod(w, BigInt(i * j), R)) % R, 0n));

type Evaluate = typeof evaluate;
function toCoset(values: readonly bigint[], power: number, by: Evaluate): bigint[] {
  const w = root(power);
  const n = inverseMod(BigInt(values.length), R);
  const shift = root(power + 1);
  let scale = n;
  const coefficients = by(values, inverseMod(w, R)).map((c) => {
    const out = (c * scale) % R;
    scale = (scale * shift) % R;
    return out;
  });
  return by(coefficients, w);
}

const form256 = (values: readonly bigint[]) => encodeNumbers(values.map((v) => mod(v << 256n, R)));
const native = (engine: string, form: Uint8Array, power: number, threads: number) =>
  decodeNumbers(hooks.toCoset(engine, power, form, threads));

const random = (n: number): bigint[] =>
  Array.from({ length: n }, (_, i) => mod(0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251n ** BigInt(2 + (i % 3)) * BigInt(i + n), R));
const shapes: Readonly<Record<string, (n: number) => bigint[]>> = {
  random,
  zero: (n) => Array(n).fill(0n),
  largest: (n) => Array(n).fill(R - 1n),
  "first one": (n) => Array.from({ length: n }, (_, i) => (i === 0 ? 1n : 0n)),
  "last one": (n) => Array.from({ length: n }, (_, i) => (i === n - 1 ? 1n : 0n)),
  alternating: (n) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? R - 1n : 1n)),
};

describe("the reference", () => {
  it.each([0, 1, 2, 3, 5])("is the definition for 2^%i", (power) => {
    const values = random(2 ** power);
    expect(toCoset(values, power, evaluate)).toEqual(toCoset(values, power, evaluateSlowly));
  });
});

describe.each(Object.entries(shapes))("%s values", (_, make) => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])("2^%i", (power) => {
    const values = make(2 ** power);
    const want = toCoset(values, power, evaluate);
    const form = form256(values);
    for (const engine of ENGINES) for (const threads of [1, 2, 3]) expect(native(engine, form, power, threads), engine).toEqual(want);
  });
});

describe("large domains", () => {
  it.each([13, 14])("2^%i", (power) => {
    const values = random(2 ** power);
    const want = toCoset(values, power, evaluate);
    for (const engine of ENGINES) expect(native(engine, form256(values), power, 2), engine).toEqual(want);
  });
});
