// Inner products of the vectors by pairings, many at once, short of the final exponentiation: the lines of every point of G2 are made once for all products
// that it takes part in. Pairs with infinity count as one and cost nothing.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { row, take } from "../curve/memory.js";
import { GT_BYTES, MillerLoops, type MillerProduct, RATIO_BYTES } from "../curve/miller.js";
import type { Pause } from "./pause.js";
import { IN_G2, type NameG1, type NameG2, type VectorMemory, type VectorName } from "./vectors.js";

/** The product of e(left[leftFrom + i], right[rightFrom + i]), i < count. */
export interface InnerProduct {
  readonly left: NameG1;
  readonly leftFrom: number;
  readonly right: NameG2;
  readonly rightFrom: number;
  readonly count: number;
}

/** Most products in one walk: the commitments and the first halving's share of them. */
const MOST_PRODUCTS = 12;

/** What stands for each entry of a vector, undefined for infinity. */
type Places = readonly (number | undefined)[];

export class PairingSums {
  private readonly curve: WasmCurve;
  private readonly vectors: VectorMemory;
  private readonly pause: Pause;
  private readonly loops: MillerLoops;
  /** Room for the ratios of each vector of G1. */
  private readonly ratios: Readonly<Record<NameG1, number>>;
  private readonly results: readonly number[];
  private readonly scratch: number;

  constructor(curve: WasmCurve, vectors: VectorMemory, pause: Pause) {
    this.curve = curve;
    this.vectors = vectors;
    this.pause = pause;
    this.loops = new MillerLoops(curve);
    const room = () => curve.alloc(vectors.length * RATIO_BYTES);
    this.ratios = { a: room(), c: room(), w1: room(), w2: room() };
    this.results = row(curve.alloc(MOST_PRODUCTS * GT_BYTES), GT_BYTES, MOST_PRODUCTS);
    this.scratch = curve.alloc(this.loops.scratchBytes(IN_G2.length * vectors.length));
  }

  /** For each list of inner products, their product as a product of Miller loops. */
  async multiply(lists: readonly (readonly InnerProduct[])[]): Promise<Uint8Array[]> {
    const all = lists.flat();
    const left = new Map<NameG1, Places>();
    const right = new Map<NameG2, Places>();
    const points: number[] = [];
    for (const name of new Set(all.map((product) => product.left))) left.set(name, this.prepare(name));
    for (const name of new Set(all.map((product) => product.right))) right.set(name, this.collect(name, points));
    const products = lists.map((list, i) => pairsOf(list, left, right, this.results[i] ?? 0));
    for (const _ of this.loops.run(points, products, this.scratch)) await this.pause();
    return products.map(({ result }) => take(this.curve, result, GT_BYTES));
  }

  /** Makes the ratios of a vector of G1. @returns where they are */
  private prepare(name: NameG1): Places {
    const finite: number[] = [];
    const places = this.collect(name, finite);
    this.loops.prepare(finite, this.ratios[name]);
    return places.map((place) => (place === undefined ? undefined : this.ratios[name] + place * RATIO_BYTES));
  }

  /** Appends the addresses of a vector's points to a list. @returns their places in it */
  private collect(name: VectorName, list: number[]): Places {
    return this.vectors.addresses(name).map((address) => (this.vectors.isInfinity(name, address) ? undefined : list.push(address) - 1));
  }
}

function pairsOf(
  list: readonly InnerProduct[],
  left: ReadonlyMap<NameG1, Places>,
  right: ReadonlyMap<NameG2, Places>,
  result: number,
): MillerProduct {
  const ratios: number[] = [];
  const points: number[] = [];
  for (const product of list)
    for (let i = 0; i < product.count; i++) {
      const ratio = left.get(product.left)?.[product.leftFrom + i];
      const point = right.get(product.right)?.[product.rightFrom + i];
      if (ratio === undefined || point === undefined) continue;
      ratios.push(ratio);
      points.push(point);
    }
  return { result, ratios, points };
}
