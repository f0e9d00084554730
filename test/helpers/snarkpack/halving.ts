// The vectors of the inner product argument, their products and how they are halved.
import { G, type G1, type G2, type Gt, H, inverse, mod, pair, pairAll, powerOf, product, sum1, sum2, times1, times2 } from "./groups.js";
import { addTimes, evaluate, monomial, type Polynomial } from "./polynomial.js";
import type { Secrets } from "./setup.js";

/** Proofs by place: N of each. */
export interface Vectors {
  readonly a: readonly G1[];
  readonly b: readonly G2[];
  readonly c: readonly G1[];
}

/** Vectors with their keys, as polynomials in the secret, and the powers of t. */
export interface Vault extends Vectors {
  readonly v: readonly Polynomial[];
  readonly w: readonly Polynomial[];
  readonly rho: readonly bigint[];
}

export const vault = (vectors: Vectors): Vault => {
  const n = vectors.a.length;
  return {
    ...vectors,
    v: vectors.a.map((_, i) => monomial(1n, i)),
    w: vectors.a.map((_, i) => monomial(1n, n + i)),
    rho: vectors.a.map(() => 1n),
  };
};

/** B_i, w_i and rho_i times t^i, t^-i and t^i. */
export const scaled = ({ a, b, c, v, w, rho }: Vault, t: bigint): Vault => ({
  a,
  b: b.map((point, i) => times2(point, powerOf(t, i))),
  c,
  v,
  w: w.map((f, i) => addTimes([], f, powerOf(t, -i))),
  rho: rho.map((x, i) => mod(x * powerOf(t, i))),
});

/** prod e(P_i, f_i(secret) h). */
const againstV = (points: readonly G1[], keys: readonly Polynomial[], secret: bigint): Gt =>
  pair(sum1(...points.map((point, i) => times1(point, evaluate(keys[i] ?? [], secret)))), H);
/** prod e(f_i(secret) g, Q_i). */
const againstW = (points: readonly G2[], keys: readonly Polynomial[], secret: bigint): Gt =>
  pair(G, sum2(...points.map((point, i) => times2(point, evaluate(keys[i] ?? [], secret)))));

/** Commitments of one side under the keys of another: A, C, w are of the first, B and v of the second. */
export const commitments = (first: Vault, second: Vault, { a, b }: Secrets) => ({
  tAB: product(againstV(first.a, second.v, a), againstW(second.b, first.w, a)),
  uAB: product(againstV(first.a, second.v, b), againstW(second.b, first.w, b)),
  tC: againstV(first.c, second.v, a),
  uC: againstV(first.c, second.v, b),
});

/** What is argued about: the product of A and B, and the sum of C by rho. */
export const innerProducts = (first: Vault, second: Vault) => ({
  zAB: pairAll(first.a, second.b),
  zC: sum1(...first.c.map((point, i) => times1(point, second.rho[i] ?? 0n))),
});

/** Places of one half. */
export function half(all: Vault, side: "left" | "right"): Vault {
  const n = all.a.length / 2;
  const part = <T>(list: readonly T[]): readonly T[] => (side === "left" ? list.slice(0, n) : list.slice(n));
  return { a: part(all.a), b: part(all.b), c: part(all.c), v: part(all.v), w: part(all.w), rho: part(all.rho) };
}

/** Left and right halves added: A, C, w with x times the right one, B, v, rho with 1/x times. */
export function folded(left: Vault, right: Vault, x: bigint): Vault {
  const y = inverse(x);
  const zip = <T>(l: readonly T[], r: readonly T[], add: (p: T, q: T) => T): T[] => l.map((p, i) => add(p, r[i] as T));
  return {
    a: zip(left.a, right.a, (p, q) => p.add(times1(q, x))),
    b: zip(left.b, right.b, (p, q) => p.add(times2(q, y))),
    c: zip(left.c, right.c, (p, q) => p.add(times1(q, x))),
    v: zip(left.v, right.v, (f, g) => addTimes(f, g, y)),
    w: zip(left.w, right.w, (f, g) => addTimes(f, g, x)),
    rho: zip(left.rho, right.rho, (p, q) => mod(p + y * q)),
  };
}
