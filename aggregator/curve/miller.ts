// Products of Miller loops of the optimal ate pairing (Vercauteren, eprint 2008/096), many at once, that share their points of G2.
//
// All loops walk in step: a doubling or addition is made for all points of G2 with one inversion, and its lines go into all products before the next one
// overwrites them. Memory is a few hundred bytes per point of G2, whatever the number of products.
import { U } from "../../core/pairing/lattice.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Addresses, AffineSteps } from "./affine.js";
import { type Group, groupOf, type WasmOp } from "./group.js";
import { row } from "./memory.js";
import { sparseDigits } from "./sparse-digits.js";

/** Bytes of an element of Fp12. */
export const GT_BYTES = 384;
/** Bytes of -x / y and 1 / y, which stand for a point of G1. */
export const RATIO_BYTES = 64;
const COORDINATE = 32;

export interface MillerProduct {
  /** Where the product goes. */
  readonly result: number;
  /** Addresses of ratios, and with each the index of a point of G2. */
  readonly ratios: Addresses;
  readonly points: readonly number[];
}

/** Signed digits of the loop's length 6 u + 2, most significant first, without the leading one. */
const LOOP = [...sparseDigits(6n * U + 2n, 2)].reverse().slice(1);
const BLOCK = 256;

/** The loops of a curve. */
export class MillerLoops {
  private readonly curve: WasmCurve;
  private readonly g2: Group;
  private readonly steps: AffineSteps;
  private readonly mulByLine: WasmOp;
  private readonly square: WasmOp;

  constructor(curve: WasmCurve) {
    this.curve = curve;
    this.g2 = groupOf(curve, "g2m");
    this.steps = new AffineSteps(curve, this.g2);
    this.mulByLine = curve.op("ftm_mulByLine");
    this.square = curve.op("ftm_square");
  }

  /** Writes -x / y and 1 / y of affine points of G1, one after the other. ASSUMES: none is infinity. */
  prepare(points: Addresses, ratios: number): void {
    const [multiply, negate, copy] = [this.curve.op("f1m_mul"), this.curve.op("f1m_neg"), this.curve.op("f1m_copy")];
    for (let from = 0; from < points.length; from += BLOCK) {
      const block = points.slice(from, from + BLOCK);
      const places = row(ratios + from * RATIO_BYTES, RATIO_BYTES, block.length);
      const inverses = ratios + from * RATIO_BYTES + COORDINATE;
      for (const [i, point] of block.entries()) copy(point + COORDINATE, (places[i] ?? 0) + COORDINATE);
      this.curve.op("f1m_batchInverse")(inverses, RATIO_BYTES, block.length, inverses, RATIO_BYTES);
      for (const [i, place] of places.entries()) {
        multiply(block[i] ?? 0, place + COORDINATE, place);
        negate(place, place);
      }
    }
  }

  /** Bytes of working memory that a run over so many points needs. */
  scratchBytes(points: number): number {
    return points * (2 * this.g2.affineBytes + this.steps.lineBytes);
  }

  /**
   * Computes all products over the affine points of G2 at the addresses, none of them infinity, with working memory at `scratch`. Yields about a hundred
   * times, so that a caller may let others run in between.
   */
  *run(points: Addresses, products: readonly MillerProduct[], scratch: number): Generator<void, void> {
    const { affineBytes } = this.g2;
    const running = row(scratch, affineBytes, points.length);
    const others = row(scratch + points.length * affineBytes, affineBytes, points.length);
    const lines = scratch + 2 * points.length * affineBytes;
    const add = (addends: Addresses) => {
      this.steps.add(running, addends, lines);
      this.multiplyLines(products, lines);
    };
    for (const { result } of products) this.curve.op("ftm_one")(result);
    for (const [i, q] of points.entries()) this.g2.op("copyAffine")(q, running[i] ?? 0);
    this.negateAll(points, others);
    for (const digit of LOOP) {
      for (const { result } of products) this.square(result, result);
      this.steps.double(running, lines);
      this.multiplyLines(products, lines);
      yield;
      if (digit === 0) continue;
      add(digit > 0 ? points : others);
      yield;
    }
    this.rotateAll(points, others);
    add(others);
    yield;
    this.rotateAll(others, others);
    this.negateAll(others, others);
    add(others);
  }

  private rotateAll(from: Addresses, to: Addresses): void {
    for (const [i, point] of from.entries()) this.g2.rotate(point, to[i] ?? 0);
  }

  private negateAll(from: Addresses, to: Addresses): void {
    const negate = this.g2.op("negAffine");
    for (const [i, point] of from.entries()) negate(point, to[i] ?? 0);
  }

  private multiplyLines(products: readonly MillerProduct[], lines: number): void {
    const { mulByLine } = this;
    const { lineBytes } = this.steps;
    for (const { result, ratios, points } of products)
      for (let i = 0; i < ratios.length; i++) mulByLine(result, lines + (points[i] ?? 0) * lineBytes, ratios[i] ?? 0);
  }
}
