// The vectors of the inner product argument, or every stride-th entry of them, in wasm memory, and all that is done to them: see core/snarkpack/protocol.ts
// for the order, docs/wire-format.md for the argument.
//
// A slice holds entries c, c + P, c + 2 P, ... of vectors of length n. Entries i and i + n/2 are then in the same slice as long as n/2 >= P, so that a
// halving needs nothing from the other slices but sums of products.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { R } from "../../core/field.js";
import { AffineSteps } from "../curve/affine.js";
import { type Group, groupOf } from "../curve/group.js";
import { GtGroup } from "../curve/gt.js";
import { GT_BYTES, type MillerProduct, MillerLoops, RATIO_BYTES } from "../curve/miller.js";
import { PointMultiplier } from "../curve/multiply.js";
import { put, row, take } from "../curve/memory.js";
import type { Point } from "../curve/points.js";
import { sumOfMultiples } from "../curve/sums.js";
import type { Pause } from "./pause.js";

const IN_G1 = ["a", "c", "w1", "w2"] as const;
const IN_G2 = ["b", "v1", "v2"] as const;
type NameG1 = (typeof IN_G1)[number];
type NameG2 = (typeof IN_G2)[number];
export type VectorName = NameG1 | NameG2;

/** Points in a row, as they lie in memory, and the powers of t. */
export interface Vectors extends Readonly<Record<VectorName, Uint8Array>> {
  readonly rho: readonly bigint[];
}

/** Products of Miller loops that stand for products of pairings: the final exponentiation comes when the slices' shares are multiplied. */
export interface Commitments {
  readonly tAB: Uint8Array;
  readonly uAB: Uint8Array;
  readonly tC: Uint8Array;
  readonly uC: Uint8Array;
}

export interface CrossProducts extends Commitments {
  readonly zAB: Uint8Array;
}

/** A slice's share of one halving's message. */
export interface Halving {
  readonly left: CrossProducts;
  readonly right: CrossProducts;
  readonly zCLeft: Point;
  readonly zCRight: Point;
}

export interface Slice {
  readonly length: () => number;
  readonly commit: () => Promise<Commitments>;
  /** B times powers of t, w over them. @returns the share of Z_C */
  readonly rescale: (powers: readonly bigint[], inverses: readonly bigint[]) => Promise<Point>;
  readonly halve: () => Promise<Halving>;
  /** Folds the right half onto the left by x_j and its inverse. */
  readonly fold: (x: bigint, inverse: bigint) => Promise<void>;
  /** What is left of the vectors. */
  readonly vectors: () => Vectors;
}

/** The product of e(left[i], right[i]) over a range, with an offset each. */
interface Term {
  readonly left: NameG1;
  readonly leftFrom: number;
  readonly right: NameG2;
  readonly rightFrom: number;
  readonly count: number;
}

type ProductName = keyof CrossProducts;

/** Which vectors meet in which product: with keys in G2, and with B in G2. */
const WITH_KEYS: readonly (readonly [ProductName, NameG1, NameG2])[] = [
  ["tAB", "a", "v1"],
  ["uAB", "a", "v2"],
  ["tC", "c", "v1"],
  ["uC", "c", "v2"],
];
const WITH_PROOFS: readonly (readonly [ProductName, NameG1, NameG2])[] = [
  ["tAB", "w1", "b"],
  ["uAB", "w2", "b"],
  ["zAB", "a", "b"],
];

type Products = Partial<Record<ProductName, Uint8Array>>;
type Sums = Partial<Record<ProductName, readonly Term[]>>;

/** Which halves of the vectors meet. */
interface Sides {
  readonly leftFrom: number;
  readonly rightFrom: number;
  readonly count: number;
}

function sumsOf(meetings: readonly (readonly [ProductName, NameG1, NameG2])[], sides: Sides): Sums {
  const sums: Partial<Record<ProductName, Term[]>> = {};
  for (const [name, left, right] of meetings) sums[name] = [...(sums[name] ?? []), { left, right, ...sides }];
  return sums;
}

/** A slice in the memory of a curve that nobody else uses meanwhile; the curve is let go with the slice. */
export function makeSlice(curve: WasmCurve, initial: Vectors, pause: Pause): Slice {
  const groups = { g1: groupOf(curve, "g1m"), g2: groupOf(curve, "g2m") };
  const tools = { gt: new GtGroup(curve), loops: new MillerLoops(curve) };
  const multiply = { g1: new PointMultiplier(curve, groups.g1), g2: new PointMultiplier(curve, groups.g2) };
  const steps = { g1: new AffineSteps(curve, groups.g1), g2: new AffineSteps(curve, groups.g2) };
  const groupName = (name: VectorName): "g1" | "g2" => (name === "b" || name === "v1" || name === "v2" ? "g2" : "g1");
  let length = initial.a.length / groups.g1.affineBytes;
  let rho = initial.rho;

  const bases = Object.fromEntries(
    [...IN_G1, ...IN_G2].map((name) => {
      const base = curve.alloc(initial[name].length);
      put(curve, base, initial[name]);
      return [name, base];
    }),
  ) as Record<VectorName, number>;
  const ratioBases = Object.fromEntries(IN_G1.map((name) => [name, curve.alloc(length * RATIO_BYTES)])) as Record<NameG1, number>;
  const scratch = curve.alloc(tools.loops.scratchBytes(IN_G2.length * length));
  const results = row(curve.alloc(16 * GT_BYTES), GT_BYTES, 16);

  const bytesOf = (name: VectorName) => groups[groupName(name)].affineBytes;
  const addresses = (name: VectorName, from = 0, to = length) => row(bases[name] + from * bytesOf(name), bytesOf(name), to - from);
  const isInfinity = (group: Group) => {
    const isZero = group.op("isZeroAffine");
    return (address: number) => isZero(address) === 1;
  };
  const infinite = { g1: isInfinity(groups.g1), g2: isInfinity(groups.g2) };

  const drain = async (work: Generator<void, void>): Promise<void> => {
    for (const _ of work) await pause();
  };

  /** Places in a list of those entries that are not infinity, undefined for the others. */
  const placesOf = (name: VectorName, first: number) => {
    const finite: number[] = [];
    const places = addresses(name).map((address) => (infinite[groupName(name)](address) ? undefined : first + finite.push(address) - 1));
    return { finite, places };
  };

  const prepareRatios = (name: NameG1): readonly (number | undefined)[] => {
    const { finite, places } = placesOf(name, 0);
    tools.loops.prepare(finite, ratioBases[name]);
    return places.map((place) => (place === undefined ? undefined : ratioBases[name] + place * RATIO_BYTES));
  };

  /** All sums over the same lines. */
  const multiplyLoops = async (sums: readonly (readonly Term[])[]): Promise<Uint8Array[]> => {
    const used = <T extends VectorName>(names: readonly T[], side: "left" | "right") =>
      names.filter((name) => sums.some((terms) => terms.some((term) => term[side] === name)));
    const ratios = Object.fromEntries(used(IN_G1, "left").map((name) => [name, prepareRatios(name)]));
    const points: number[] = [];
    const places: Partial<Record<NameG2, readonly (number | undefined)[]>> = {};
    for (const name of used(IN_G2, "right")) {
      const found = placesOf(name, points.length);
      points.push(...found.finite);
      places[name] = found.places;
    }
    const products = sums.map((terms, k): MillerProduct => {
      const product = { result: results[k] ?? 0, ratios: [] as number[], points: [] as number[] };
      for (const { left, leftFrom, right, rightFrom, count } of terms)
        for (let i = 0; i < count; i++) {
          const [ratio, point] = [ratios[left]?.[leftFrom + i], places[right]?.[rightFrom + i]];
          if (ratio === undefined || point === undefined) continue; // a pair with infinity counts as one
          product.ratios.push(ratio);
          product.points.push(point);
        }
      return product;
    });
    await drain(tools.loops.run(points, products, scratch));
    return products.map(({ result }) => take(curve, result, GT_BYTES));
  };

  const multiplySums = async <T extends Sums>(all: readonly T[]): Promise<Products[]> => {
    const entries = all.map((sums) => Object.entries(sums) as [ProductName, readonly Term[]][]);
    const values = await multiplyLoops(entries.flat().map(([, terms]) => terms));
    let at = 0;
    return entries.map((own) => Object.fromEntries(own.map(([name]) => [name, values[at++]])));
  };

  const halves = (): { readonly left: Sides; readonly right: Sides } => {
    const count = length / 2;
    return { left: { leftFrom: count, rightFrom: 0, count }, right: { leftFrom: 0, rightFrom: count, count } };
  };

  // The first halving meets the same keys as the commitments, before and after the rescaling: their lines are made once for both.
  let early: readonly [Products, Products] | undefined;

  const commit: Slice["commit"] = async () => {
    const whole = sumsOf([...WITH_KEYS, ...WITH_PROOFS.filter(([name]) => name !== "zAB")], { leftFrom: 0, rightFrom: 0, count: length });
    const sides = length > 1 ? halves() : undefined;
    const ahead = sides === undefined ? [] : [sumsOf(WITH_KEYS, sides.left), sumsOf(WITH_KEYS, sides.right)];
    const [commitments, left, right] = await multiplySums([whole, ...ahead]);
    if (left !== undefined && right !== undefined) early = [left, right];
    return commitments as unknown as Commitments;
  };

  const join = (a: Products, b: Products): CrossProducts => {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as ProductName[];
    const both = (name: ProductName) => [a[name], b[name]].filter((value) => value !== undefined);
    return Object.fromEntries(names.map((name) => [name, tools.gt.multiply(both(name))])) as unknown as CrossProducts;
  };

  const halve: Slice["halve"] = async () => {
    const sides = halves();
    const meetings = early === undefined ? [...WITH_KEYS, ...WITH_PROOFS] : WITH_PROOFS;
    const [left = {}, right = {}] = await multiplySums([sumsOf(meetings, sides.left), sumsOf(meetings, sides.right)]);
    const [earlyLeft, earlyRight] = early ?? [{}, {}];
    early = undefined;
    const half = length / 2;
    const sumOfC = (from: number, scalars: readonly bigint[]) =>
      sumOfMultiples(curve, groups.g1, bases.c + from * groups.g1.affineBytes, scalars);
    return {
      left: join(earlyLeft, left),
      right: join(earlyRight, right),
      zCLeft: sumOfC(half, rho.slice(0, half)),
      zCRight: sumOfC(0, rho.slice(half)),
    };
  };

  const rescale: Slice["rescale"] = async (powers, inverses) => {
    rho = powers;
    await drain(multiply.g2(addresses("b"), powers));
    await drain(multiply.g1([...addresses("w1"), ...addresses("w2")], [...inverses, ...inverses]));
    return sumOfMultiples(curve, groups.g1, bases.c, powers);
  };

  /** left[i] becomes left[i] + factor * right[i]. */
  const foldAll = async (group: "g1" | "g2", names: readonly VectorName[], factor: bigint): Promise<void> => {
    const half = length / 2;
    const [lefts, rights] = [names.flatMap((name) => addresses(name, 0, half)), names.flatMap((name) => addresses(name, half))];
    await drain(multiply[group](rights, [factor]));
    const copy = groups[group].op("copyAffine");
    const [sums, addends]: [number[], number[]] = [[], []];
    for (const [i, left] of lefts.entries()) {
      const right = rights[i] ?? 0;
      if (infinite[group](right)) continue;
      if (infinite[group](left)) copy(right, left);
      else {
        sums.push(left);
        addends.push(right);
      }
    }
    curve.scoped(() => steps[group].add(sums, addends, curve.alloc(sums.length * steps[group].lineBytes)));
  };

  const fold: Slice["fold"] = async (x, inverse) => {
    await foldAll("g1", IN_G1, x);
    await foldAll("g2", IN_G2, inverse);
    length /= 2;
    rho = rho.slice(0, length).map((left, i) => (left + inverse * (rho[length + i] ?? 0n)) % R);
  };

  const vectors = (): Vectors => {
    const points = [...IN_G1, ...IN_G2].map((name) => [name, take(curve, bases[name], length * bytesOf(name))]);
    return { ...Object.fromEntries(points), rho } as unknown as Vectors;
  };

  return { length: () => length, commit, rescale, halve, fold, vectors };
}
