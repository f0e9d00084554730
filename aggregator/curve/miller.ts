// Products of Miller loops of the optimal ate pairing (Vercauteren, eprint 2008/096), many at once, that share their points of G2.
//
// All loops walk in step: a doubling or addition is made for all points of G2 with one inversion, and its lines go into all products before the next one
// overwrites them. Memory is a few hundred bytes per point of G2, whatever the number of products.
import { U } from "../../core/pairing/lattice.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Addresses, affineSteps } from "./affine.js";
import { groupOf } from "./group.js";
import { sparseDigits } from "./multiply.js";
import { row } from "./points.js";

/** Bytes of an element of Fp12. */
export const GT_BYTES = 384;
/** Bytes of -x / y and 1 / y, which stand for a point of G1. */
export const RATIO_BYTES = 64;

export interface MillerProduct {
  /** Where the product goes. */
  readonly result: number;
  /** Addresses of ratios, and with each the index of a point of G2. */
  readonly ratios: Addresses;
  readonly points: readonly number[];
}

export interface MillerLoops {
  /** Writes -x / y and 1 / y of affine points of G1, one after the other. ASSUMES: none is infinity. */
  readonly prepare: (points: Addresses, ratios: number) => void;
  /** Bytes of working memory that a run over so many points needs. */
  readonly scratchBytes: (points: number) => number;
  /**
   * Computes all products over the affine points of G2 at the addresses, none of them infinity, with working memory at `scratch`. Yields about a hundred
   * times, so that a caller may let others run in between.
   */
  readonly run: (points: Addresses, products: readonly MillerProduct[], scratch: number) => Generator<void, void>;
}

/** Signed digits of the loop's length 6 u + 2, most significant first, without the leading one. */
const LOOP = [...sparseDigits(6n * U + 2n, 2)].reverse().slice(1);
const BLOCK = 256;

/** The loops of a curve. */
export function millerLoops(curve: WasmCurve): MillerLoops {
  const g2 = groupOf(curve, "g2m");
  const steps = affineSteps(curve, g2);
  const [copy, negate] = [g2.op("copyAffine"), g2.op("negAffine")];
  const [square, one, mulByLine] = [curve.op("ftm_square"), curve.op("ftm_one"), curve.op("ftm_mulByLine")];
  const [multiply, negateField, batchInverse] = [curve.op("f1m_mul"), curve.op("f1m_neg"), curve.op("f1m_batchInverse")];

  const multiplyLines = (products: readonly MillerProduct[], lines: number): void => {
    for (const { result, ratios, points } of products)
      for (let i = 0; i < ratios.length; i++) mulByLine(result, lines + (points[i] ?? 0) * steps.lineBytes, ratios[i] ?? 0);
  };

  const prepare = (points: Addresses, ratios: number): void => {
    for (let from = 0; from < points.length; from += BLOCK) {
      const block = points.slice(from, from + BLOCK);
      const start = ratios + from * RATIO_BYTES;
      for (const [i, point] of block.entries()) curve.op("f1m_copy")(point + 32, start + i * RATIO_BYTES + 32);
      batchInverse(start + 32, RATIO_BYTES, block.length, start + 32, RATIO_BYTES);
      for (const [i, point] of block.entries()) {
        const ratio = start + i * RATIO_BYTES;
        multiply(point, ratio + 32, ratio);
        negateField(ratio, ratio);
      }
    }
  };

  const pointBytes = g2.affineBytes;
  const scratchBytes = (points: number) => points * (2 * pointBytes + steps.lineBytes);

  function* run(points: Addresses, products: readonly MillerProduct[], scratch: number): Generator<void, void> {
    const n = points.length;
    const running = row(scratch, pointBytes, n);
    const others = row(scratch + n * pointBytes, pointBytes, n);
    const lines = scratch + 2 * n * pointBytes;
    const addAll = (addends: Addresses) => {
      steps.add(running, addends, lines);
      multiplyLines(products, lines);
    };
    for (const { result } of products) one(result);
    for (const [i, q] of points.entries()) {
      copy(q, running[i] ?? 0);
      negate(q, others[i] ?? 0);
    }
    for (const digit of LOOP) {
      for (const { result } of products) square(result, result);
      steps.double(running, lines);
      multiplyLines(products, lines);
      yield;
      if (digit === 0) continue;
      addAll(digit > 0 ? points : others);
      yield;
    }
    for (const [i, q] of points.entries()) g2.rotate(q, others[i] ?? 0);
    addAll(others);
    yield;
    for (const other of others) {
      g2.rotate(other, other);
      negate(other, other);
    }
    addAll(others);
  }
  return { prepare, scratchBytes, run };
}
