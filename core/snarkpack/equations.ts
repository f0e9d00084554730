// What a valid certificate satisfies. A* stands for what the halvings leave of a vector, D_X for X times all its cross products to their challenges,
// X prod_j XL_j^(x_j) XR_j^(1/x_j); g, h are the generators, a g, b g, a h, b h the setup, p the openings. Weights multiply each equation but the first
// and the tenth, so that a wrong one cannot hide behind another:
//
//    0      rho C* = Z_C + sum_j (x_j ZL_j + ZR_j / x_j)             by itself, in G1
//    1      e(A*, B*) = D_Z                                          the halvings are right
//    2, 3   e(A*, v1*) e(w1*, B*) = D_T;   with v2*, w2*: D_U
//    4, 5   e(C*, v1*) = D_TC;   with v2*: D_UC
//    6, 7   e(g, v1* - f_v(z) h) = e(a g - z g, p_v1);   with v2*, b: p_v2      the keys are right (Kate, Zaverucha and Goldberg 2010)
//    8, 9   e(w1* - f_w(z) g, h) = e(p_w1, a h - z h);   with w2*, b: p_w2
//    10     Z_AB = e(S alpha, beta) e(S IC_0 + old IC_1 + new IC_2, gamma) e(Z_C, delta)      the proofs are right (weight one; ChainSums)
//    11, 12 e(F - s_0 g, h) = e(W_0, a h);   e(F - y g, h) = e(W_t, a h - t h)      the states are a chain from s_0
//
// Equations 1 to 9: Gailly, Maller and Nitulescu, "SnarkPack", eprint 2021/529. 11 and 12 are weighted by the tenth and eleventh weight.
import { mod } from "../field.js";
import type { Elements } from "./elements.js";
import type { Scalars } from "./scalars.js";

/** Verification key and setup, decoded. */
export interface KeyElements<G1, G2, Gt> {
  readonly g: G1;
  readonly h: G2;
  readonly aG: G1;
  readonly bG: G1;
  readonly aH: G2;
  readonly bH: G2;
  /** e(alpha, beta). */
  readonly alphaBeta: Gt;
  readonly gamma: G2;
  readonly delta: G2;
  readonly ic: readonly [G1, G1, G1];
}

export type G1Terms<G1> = readonly (readonly [G1, bigint])[];

/** An entry that is there. A missing number must not become a zero, under which an equation would say nothing. */
function entry(list: readonly bigint[], i: number): bigint {
  const x = list[i];
  if (x === undefined) throw new RangeError(`no entry ${i} of ${list.length}`);
  return x;
}

/** Equation 0 as a sum that has to be infinity. */
export function sumOfC<G1, G2, Gt>(e: Elements<G1, G2, Gt>, s: Scalars): G1Terms<G1> {
  const cross = e.rounds.flatMap(({ zCLeft, zCRight }, j) => [[zCLeft, entry(s.xs, j)] as const, [zCRight, entry(s.inverses, j)] as const]);
  return [[e.final.c, mod(-s.rho)], [e.zC, 1n], ...cross];
}

/** The point h, and the sum that is paired with it. */
function pairedWithH<G1, G2, Gt>(k: KeyElements<G1, G2, Gt>, e: Elements<G1, G2, Gt>, s: Scalars): readonly [G1Terms<G1>, G2] {
  const [, , , , , c6, c7, c8, c9, c10, c11] = s.weights;
  const terms: G1Terms<G1> = [
    [k.g, mod((c6 + c7) * s.keyV + (c8 + c9) * s.keyW + c10 * s.firstState + c11 * s.evaluation)],
    [e.final.w1, mod(-c8)],
    [e.final.w2, mod(-c9)],
    [e.openings.w1, mod(-s.z * c8)],
    [e.openings.w2, mod(-s.z * c9)],
    [e.states, mod(-c10 - c11)],
    [e.openAtT, mod(-s.t * c11)],
  ];
  return [terms, k.h];
}

/** The left sides of equations 1 to 12, weighted: each point of G2 with the sum in G1 that is paired with it. */
export function pairedSums<G1, G2, Gt>(
  k: KeyElements<G1, G2, Gt>,
  e: Elements<G1, G2, Gt>,
  s: Scalars,
): readonly (readonly [G1Terms<G1>, G2])[] {
  const [c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11] = s.weights;
  const { final: f, openings: o } = e;
  return [
    [[[f.a, c1], [f.w1, c2], [f.w2, c3]], f.b],
    [[[f.a, c2], [f.c, c4], [k.g, mod(-c6)]], f.v1],
    [[[f.a, c3], [f.c, c5], [k.g, mod(-c7)]], f.v2],
    [[[k.aG, c6], [k.g, mod(-s.z * c6)]], o.v1],
    [[[k.bG, c7], [k.g, mod(-s.z * c7)]], o.v2],
    pairedWithH(k, e, s),
    [[[o.w1, c8], [e.openAtZero, c10], [e.openAtT, c11]], k.aH],
    [[[o.w2, c9]], k.bH],
    [[[k.ic[0], s.sum], [k.ic[1], s.oldStates], [k.ic[2], s.newStates]], k.gamma],
    [[[e.zC, 1n]], k.delta],
  ]; // biome-ignore format: one point of G2 a line
}

/** The right sides of equations 1 to 12, weighted; e(S alpha, beta) is here as a power, which costs less than a pairing. */
export function poweredProducts<G1, G2, Gt>(
  k: KeyElements<G1, G2, Gt>,
  e: Elements<G1, G2, Gt>,
  s: Scalars,
): readonly (readonly [Gt, bigint])[] {
  const [c1, c2, c3, c4, c5] = s.weights;
  const weights = [c2, c3, c1, c4, c5]; // of the five products, in their order on the wire
  const withProofs = [c2, c3, c1 + 1n, c4, c5]; // equation 10 has Z_AB once more
  const weighted = (products: readonly Gt[], by: readonly bigint[], x: bigint) =>
    products.map((product, i) => [product, mod(entry(by, i) * x)] as const);
  const rounds = e.rounds.flatMap(({ left, right }, j) => [
    ...weighted(left, weights, entry(s.xs, j)),
    ...weighted(right, weights, entry(s.inverses, j)),
  ]);
  return [...weighted(e.products, withProofs, 1n), ...rounds, [k.alphaBeta, mod(-s.sum)]];
}
