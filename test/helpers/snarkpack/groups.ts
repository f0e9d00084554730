// BN254 as a textbook has it: points and pairings of @noble/curves, one call an operation, nothing merged, nothing fast.
import { bn254, bn254_Fr as Fr } from "@noble/curves/bn254.js";

export type G1 = InstanceType<typeof bn254.G1.Point>;
export type G2 = InstanceType<typeof bn254.G2.Point>;
export type Gt = ReturnType<typeof bn254.pairing>;
const { Fp12 } = bn254.fields;

export const R = Fr.ORDER;
export const G = bn254.G1.Point.BASE;
export const H = bn254.G2.Point.BASE;
export const INFINITY_1 = bn254.G1.Point.ZERO;
export const INFINITY_2 = bn254.G2.Point.ZERO;
export const ONE: Gt = Fp12.ONE;

/** The representative in [0, r). */
export const mod = (x: bigint): bigint => Fr.create(x);
export const inverse = (x: bigint): bigint => Fr.inv(mod(x));
/** x^n, n of either sign. */
export const powerOf = (x: bigint, n: number): bigint => (n < 0 ? Fr.pow(inverse(x), BigInt(-n)) : Fr.pow(mod(x), BigInt(n)));

export const times1 = (point: G1, scalar: bigint): G1 => point.multiplyUnsafe(mod(scalar));
export const times2 = (point: G2, scalar: bigint): G2 => point.multiplyUnsafe(mod(scalar));
export const sum1 = (...points: readonly G1[]): G1 => points.reduce((sum, point) => sum.add(point), INFINITY_1);
export const sum2 = (...points: readonly G2[]): G2 => points.reduce((sum, point) => sum.add(point), INFINITY_2);

/** e(p, q), one where a point is infinity. */
export const pair = (p: G1, q: G2): Gt => (p.is0() || q.is0() ? ONE : bn254.pairing(p, q));
/** The product of e(p_i, q_i) over two vectors of one length. */
export function pairAll(ps: readonly G1[], qs: readonly G2[]): Gt {
  const pairs = ps.map((g1, i) => ({ g1, g2: qs[i] ?? INFINITY_2 })).filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
  return pairs.length === 0 ? ONE : bn254.pairingBatch(pairs);
}
export const product = (...elements: readonly Gt[]): Gt => elements.reduce((all, x) => Fp12.mul(all, x), ONE);
export const power = (x: Gt, exponent: bigint): Gt => Fp12.pow(x, mod(exponent));
export const over = (x: Gt, y: Gt): Gt => Fp12.div(x, y);
export const equal = (x: Gt, y: Gt): boolean => Fp12.eql(x, y);

/** The entry of a list that is known to have it. */
export function at<T>(list: readonly T[], i: number): T {
  const entry = list[i];
  if (entry === undefined) throw new RangeError(`no entry ${i} in a list of ${list.length}`);
  return entry;
}
