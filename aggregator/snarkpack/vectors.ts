// The vectors of the inner product argument in wasm memory: A, C and the keys w in G1, B and the keys v in G2.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, groupOf } from "../curve/group.js";
import { put, row, take } from "../curve/memory.js";

export const IN_G1 = ["a", "c", "w1", "w2"] as const;
export const IN_G2 = ["b", "v1", "v2"] as const;
export type NameG1 = (typeof IN_G1)[number];
export type NameG2 = (typeof IN_G2)[number];
export type VectorName = NameG1 | NameG2;

const isInG2 = (name: VectorName): boolean => name === "b" || name === "v1" || name === "v2";

/** Points in a row, as they lie in memory, for every vector. */
export type VectorBytes = Readonly<Record<VectorName, Uint8Array>>;

/** One value for every vector. */
export const forEachVector = <T>(make: (name: VectorName) => T): Readonly<Record<VectorName, T>> => {
  const [a, c, w1, w2] = [make("a"), make("c"), make("w1"), make("w2")];
  return { a, c, w1, w2, b: make("b"), v1: make("v1"), v2: make("v2") };
};

/** Vectors of equal length that only get shorter. */
export class VectorMemory {
  length: number;
  readonly g1: Group;
  readonly g2: Group;
  private readonly curve: WasmCurve;
  private readonly bases: Readonly<Record<VectorName, number>>;
  private readonly isZero: Readonly<Record<VectorName, (address: number) => number>>;

  constructor(curve: WasmCurve, initial: VectorBytes) {
    this.curve = curve;
    this.g1 = groupOf(curve, "g1m");
    this.g2 = groupOf(curve, "g2m");
    this.length = initial.a.length / this.g1.affineBytes;
    this.bases = forEachVector((name) => {
      const base = curve.alloc(initial[name].length);
      put(curve, base, initial[name]);
      return base;
    });
    const isZero = { g1: this.g1.op("isZeroAffine"), g2: this.g2.op("isZeroAffine") };
    this.isZero = forEachVector((name) => isZero[isInG2(name) ? "g2" : "g1"]);
  }

  groupOf(name: VectorName): Group {
    return isInG2(name) ? this.g2 : this.g1;
  }

  /** Addresses of the entries from..to-1. */
  addresses(name: VectorName, from = 0, to = this.length): number[] {
    const { affineBytes } = this.groupOf(name);
    return row(this.bases[name] + from * affineBytes, affineBytes, to - from);
  }

  isInfinity(name: VectorName, address: number): boolean {
    return this.isZero[name](address) === 1;
  }

  /** Copies of all vectors. */
  bytes(): VectorBytes {
    return forEachVector((name) => take(this.curve, this.bases[name], this.length * this.groupOf(name).affineBytes));
  }
}
