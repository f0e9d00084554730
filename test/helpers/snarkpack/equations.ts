// The equations of docs/aggregation.md, one by one and numbered as in core/snarkpack/equations.ts, from a certificate's points and challenges.
import type { ChainStatement, VerifierSrs } from "../../../core/snarkpack/statement.js";
import { readG1, readG2 } from "./bytes.js";
import { at, G, type G1, type G2, type Gt, H, inverse, mod, pair, power, powerOf, product, sum1, times1, times2 } from "./groups.js";
import type { Key } from "./key.js";
import { addTimes, evaluate, monomial, type Polynomial } from "./polynomial.js";
import type { Padding } from "./proofs.js";

/** A certificate's elements by the names of their fields. */
export interface Points {
  readonly g1: (name: string) => G1;
  readonly g2: (name: string) => G2;
  readonly gt: (name: string) => Gt;
}

export interface Challenges {
  readonly t: bigint;
  readonly xs: readonly bigint[];
  readonly z: bigint;
  readonly y: bigint;
  readonly weights: readonly bigint[];
}

export interface Equation {
  readonly name: string;
  readonly weight: bigint;
  readonly left: Gt;
  readonly right: Gt;
}

/** What halvings leave of a list of polynomials, right halves times `factor(x)`. */
function foldAll(list: readonly Polynomial[], xs: readonly bigint[], factor: (x: bigint) => bigint): Polynomial {
  return at(
    xs.reduce<readonly Polynomial[]>((all, x) => {
      const n = all.length / 2;
      return all.slice(0, n).map((f, i) => addTimes(f, at(all, n + i), factor(x)));
    }, list),
    0,
  );
}

/** The factors of the Groth16 equations: how often IC_0, IC_1 and IC_2 come in. */
function signals({ oldRoot, newRoot, count }: ChainStatement, { t, y }: Challenges, n: number, padding: Padding): readonly bigint[] {
  const first = padding === "leading" ? n - count : 0;
  const sum = Array.from({ length: count }, (_, i) => powerOf(t, first + i)).reduce((x, power) => mod(x + power), 0n);
  const shift = powerOf(t, first);
  return [sum, mod(shift * y), mod(shift * (y - oldRoot) * inverse(t) + powerOf(t, first + count - 1) * newRoot)];
}

/** X prod_j XL_j^(x_j) XR_j^(1/x_j). */
const unfolded = (points: Points, name: string, xs: readonly bigint[]): Gt =>
  product(
    points.gt(name),
    ...xs.flatMap((x, j) => [power(points.gt(`round ${j} left ${name}`), x), power(points.gt(`round ${j} right ${name}`), inverse(x))]),
  );

/** Equation 0: rho C* - Z_C - sum_j (x_j ZL_j + ZR_j / x_j). */
function sumOfC({ g1 }: Points, { t, xs }: Challenges, n: number): G1 {
  const rho = foldAll(Array.from({ length: n }, (_, i) => [powerOf(t, i)]), xs, inverse); // biome-ignore format: one line
  const cross = xs.flatMap((x, j) => [times1(g1(`round ${j} left zC`), x), times1(g1(`round ${j} right zC`), inverse(x))]);
  return times1(g1("c"), evaluate(rho, 0n)).subtract(sum1(g1("zC"), ...cross));
}

type Bare = Omit<Equation, "weight">;

/** Equations 1 to 5: the folded products are those of what is left. */
function halvingsHold(points: Points, { xs }: Challenges): Bare[] {
  const { g1, g2 } = points;
  const right = (name: string) => unfolded(points, name, xs);
  return [
    { name: "1", left: pair(g1("a"), g2("b")), right: right("zAB") },
    { name: "2", left: product(pair(g1("a"), g2("v1")), pair(g1("w1"), g2("b"))), right: right("tAB") },
    { name: "3", left: product(pair(g1("a"), g2("v2")), pair(g1("w2"), g2("b"))), right: right("uAB") },
    { name: "4", left: pair(g1("c"), g2("v1")), right: right("tC") },
    { name: "5", left: pair(g1("c"), g2("v2")), right: right("uC") },
  ];
}

/** Equations 6 to 9: the keys that are left open, at z, to what folding the setup gives. */
function keysOpen({ g1, g2 }: Points, { t, xs, z }: Challenges, srs: VerifierSrs, n: number): Bare[] {
  const places = Array.from({ length: n }, (_, i) => i);
  const v = evaluate(foldAll(places.map((i) => monomial(1n, i)), xs, inverse), z); // biome-ignore format: one line
  const w = evaluate(foldAll(places.map((i) => monomial(powerOf(t, -i), n + i)), xs, mod), z); // biome-ignore format: one line
  const less1 = (point: G1, x: bigint) => point.subtract(times1(G, x));
  const less2 = (point: G2, x: bigint) => point.subtract(times2(H, x));
  return [
    { name: "6", left: pair(G, less2(g2("v1"), v)), right: pair(less1(readG1(srs.aG), z), g2("open v1")) },
    { name: "7", left: pair(G, less2(g2("v2"), v)), right: pair(less1(readG1(srs.bG), z), g2("open v2")) },
    { name: "8", left: pair(less1(g1("w1"), w), H), right: pair(g1("open w1"), less2(readG2(srs.aH), z)) },
    { name: "9", left: pair(less1(g1("w2"), w), H), right: pair(g1("open w2"), less2(readG2(srs.bH), z)) },
  ];
}

/** Equations 11 and 12: the polynomial of old states is the first one at 0, and y at t. */
function statesOpen({ g1 }: Points, { t, y }: Challenges, { oldRoot }: ChainStatement, srs: VerifierSrs): Bare[] {
  const aH = readG2(srs.aH);
  const less = (x: bigint) => g1("states").subtract(times1(G, x));
  return [
    { name: "11", left: pair(less(oldRoot), H), right: pair(g1("open at zero"), aH) },
    { name: "12", left: pair(less(y), H), right: pair(g1("open at t"), aH.subtract(times2(H, t))) },
  ];
}

export function equationsOf(
  points: Points,
  challenges: Challenges,
  statement: ChainStatement,
  key: Key,
  srs: VerifierSrs,
  padding: Padding,
): { readonly sumOfC: G1; readonly pairings: readonly Equation[] } {
  const n = 2 ** challenges.xs.length;
  const [sum = 0n, ...inputs] = signals(statement, challenges, n, padding);
  const combined = sum1(...key.ic.map((point, i) => times1(point, [sum, ...inputs][i] ?? 0n)));
  const weighted = [
    ...halvingsHold(points, challenges),
    ...keysOpen(points, challenges, srs, n),
    ...statesOpen(points, challenges, statement, srs),
  ].map((equation, i) => ({ ...equation, weight: at(challenges.weights, i) }));
  const right = product(pair(times1(key.alpha, sum), key.beta), pair(combined, key.gamma), pair(points.g1("zC"), key.delta));
  const proofs = { name: "10", weight: 1n, left: points.gt("zAB"), right };
  return { sumOfC: sumOfC(points, challenges, n), pairings: [...weighted, proofs] };
}
