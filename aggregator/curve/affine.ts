// Many affine steps at once: with one inversion for all of them (Montgomery's trick) an affine addition costs half a Jacobian one.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import type { Group } from "./group.js";

/** Addresses in the curve's memory. */
export type Addresses = readonly number[];

export interface AffineSteps {
  /** Bytes of a line: its slope l, then l x - y. */
  readonly lineBytes: number;
  /** Doubles the points and leaves the lines from `lines` on. ASSUMES: no point is infinity, nor has order two. */
  readonly double: (points: Addresses, lines: number) => void;
  /** Adds others[i] to points[i] and leaves the lines. Sums without a chord come out right, but leave no line. ASSUMES: no point is infinity. */
  readonly add: (points: Addresses, others: Addresses, lines: number) => void;
}

// One inversion is worth about 200 products, and its share falls below one product.
const BLOCK = 256;

/** The steps of a group. */
export function affineSteps(curve: WasmCurve, group: Group): AffineSteps {
  const size = group.coordinateBytes;
  const lineBytes = 2 * size;
  const inverses = curve.alloc(BLOCK * size);
  const sum = curve.alloc(group.jacobianBytes);
  const [addField, subtract, isZero, batchInverse] = ["add", "sub", "isZero", "batchInverse"].map(group.fieldOp) as [Op, Op, Op, Op];
  const [tangent, chord, step] = ["tangent", "chord", "step"].map(group.op) as [Op, Op, Op];
  const [addSlow, toAffine] = [group.op("addAffine"), group.op("toAffine")];

  const doubleBlock = (points: Addresses, lines: number): void => {
    for (const [i, t] of points.entries()) addField(t + size, t + size, inverses + i * size);
    batchInverse(inverses, size, points.length, inverses, size);
    for (const [i, t] of points.entries()) {
      tangent(t, inverses + i * size, lines + i * lineBytes);
      step(t, t, lines + i * lineBytes);
    }
  };

  const addBlock = (points: Addresses, others: Addresses, lines: number): void => {
    for (const [i, t] of points.entries()) subtract(t, others[i] ?? 0, inverses + i * size);
    batchInverse(inverses, size, points.length, inverses, size); // the inverse of zero is zero
    for (const [i, t] of points.entries()) {
      const other = others[i] ?? 0;
      const inverse = inverses + i * size;
      if (isZero(inverse)) {
        addSlow(t, other, sum);
        toAffine(sum, t);
        continue;
      }
      chord(t, other, inverse, lines + i * lineBytes);
      step(t, other, lines + i * lineBytes);
    }
  };

  const inBlocks = (n: number, run: (from: number, to: number) => void): void => {
    for (let from = 0; from < n; from += BLOCK) run(from, Math.min(n, from + BLOCK));
  };

  return {
    lineBytes,
    double: (points, lines) => inBlocks(points.length, (from, to) => doubleBlock(points.slice(from, to), lines + from * lineBytes)),
    add: (points, others, lines) =>
      inBlocks(points.length, (from, to) => addBlock(points.slice(from, to), others.slice(from, to), lines + from * lineBytes)),
  };
}

type Op = (...addresses: readonly number[]) => number;
