// Sums of points and transforms of every engine against ffjavascript, which snarkjs proves with, on the same bytes.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { type Group, nativeHooks } from "../../helpers/native-hooks.js";
import { decodeNumbers, encodeNumbers, SCALAR } from "./values.js";

/** The part of ffjavascript's curve that snarkjs' prover uses; elements are bytes in Montgomery form, R = 2^256. */
interface CurveGroup {
  readonly g: Uint8Array;
  timesScalar(point: Uint8Array, scalar: Uint8Array): Uint8Array;
  neg(point: Uint8Array): Uint8Array;
  toAffine(point: Uint8Array): Uint8Array;
  isZero(point: Uint8Array): boolean;
  multiExpAffine(points: Uint8Array, scalars: Uint8Array): Promise<Uint8Array>;
  toObject(point: Uint8Array): readonly (bigint | readonly bigint[])[];
}
interface Curve {
  readonly G1: CurveGroup;
  readonly G2: CurveGroup;
  readonly Fr: {
    readonly one: Uint8Array;
    readonly w: readonly Uint8Array[];
    ifft(values: Uint8Array): Promise<Uint8Array>;
    fft(values: Uint8Array): Promise<Uint8Array>;
    batchToMontgomery(values: Uint8Array): Promise<Uint8Array>;
    batchFromMontgomery(values: Uint8Array): Promise<Uint8Array>;
    batchApplyKey(values: Uint8Array, first: Uint8Array, step: Uint8Array): Promise<Uint8Array>;
  };
}

const fromSnarkjs = createRequire(createRequire(import.meta.url).resolve("snarkjs"));
const { buildBn128 } = (await import(pathToFileURL(fromSnarkjs.resolve("ffjavascript")).href)) as {
  buildBn128: (singleThread: boolean) => Promise<Curve>;
};
const curve = await buildBn128(true);
const hooks = await nativeHooks();
const ENGINES = hooks.engines().map(({ name }) => name);
const group = (name: Group): CurveGroup => (name === "g1" ? curve.G1 : curve.G2);

/** Scalars of every length and both ends; a pinned sequence. */
const scalars = (n: number): bigint[] =>
  Array.from({ length: n }, (_, i) => {
    const any = (0x2545f4914f6cdd1dn ** BigInt(5 + (i % 4)) * BigInt(7 * i + 1)) % SCALAR;
    return [any, any, 0n, 1n, SCALAR - 1n, any >> 190n, SCALAR - 2n - (any >> 200n)][i % 7] ?? 0n;
  });

/** Affine multiples of the generator: all different, then repeated, opposite and infinite ones. */
function points(name: Group, n: number): Uint8Array {
  const g = group(name);
  const size = name === "g1" ? 64 : 128;
  const few = Array.from({ length: Math.min(n, 40) }, (_, i) => g.toAffine(g.timesScalar(g.g, encodeNumbers([BigInt(i * i + 3)]))));
  const at = (i: number): Uint8Array => {
    const p = few[(i * 7) % few.length] ?? g.g;
    return i % 11 === 5 ? new Uint8Array(size) : i % 5 === 3 ? g.toAffine(g.neg(p)) : p;
  };
  return Buffer.concat(Array.from({ length: n }, (_, i) => at(i)));
}

describe.each(ENGINES)("%s against ffjavascript", (engine) => {
  it.each([
    ["g1", 1],
    ["g1", 2],
    ["g1", 9],
    ["g1", 257],
    ["g1", 3000],
    ["g2", 1],
    ["g2", 33],
    ["g2", 700],
  ] as const)("sums in %s, %i terms", async (name, n) => {
    const [bases, by] = [points(name, n), encodeNumbers(scalars(n))];
    const g = group(name);
    const sum = await g.multiExpAffine(bases, by);
    const want = g.isZero(sum) ? Array(name === "g1" ? 2 : 4).fill(0n) : g.toObject(g.toAffine(sum)).slice(0, 2).flat();
    expect(decodeNumbers(hooks.msm(engine, name, bases, by, 2))).toEqual(want);
  });

  it.each([1, 3, 6, 9, 13])("transforms 2^%i values", async (power) => {
    const { Fr } = curve;
    const values = await Fr.batchToMontgomery(encodeNumbers(scalars(2 ** power)));
    const shifted = await Fr.batchApplyKey(await Fr.ifft(values), Fr.one, Fr.w[power + 1] ?? Fr.one);
    const want = await Fr.batchFromMontgomery(await Fr.fft(shifted));
    expect(decodeNumbers(hooks.toCoset(engine, power, values, 2))).toEqual(decodeNumbers(want));
  });
});
