// Many affine steps at once: with one inversion for all of them (Montgomery's trick) an affine addition costs half a Jacobian one.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import type { Group, WasmOp } from "./group.js";

/** Addresses in the curve's memory. */
export type Addresses = readonly number[];

// One inversion is worth about 200 products: shared by so many steps it adds less than one to each.
const BLOCK = 256;

/** Doublings and additions in a group, with a place for inverses of their own. */
export class AffineSteps {
  /** Bytes of a line: its slope l, then l x - y. */
  readonly lineBytes: number;
  private readonly size: number;
  private readonly inverses: number;
  private readonly sum: number;
  private readonly field: Readonly<Record<"add" | "sub" | "isZero" | "batchInverse", WasmOp>>;
  private readonly group: Readonly<Record<"tangent" | "chord" | "step" | "addAffine" | "toAffine", WasmOp>>;

  constructor(curve: WasmCurve, group: Group) {
    const { coordinateBytes, jacobianBytes, op, fieldOp } = group;
    this.size = coordinateBytes;
    this.lineBytes = 2 * coordinateBytes;
    this.inverses = curve.alloc(BLOCK * coordinateBytes);
    this.sum = curve.alloc(jacobianBytes);
    this.field = { add: fieldOp("add"), sub: fieldOp("sub"), isZero: fieldOp("isZero"), batchInverse: fieldOp("batchInverse") };
    const steps = { tangent: op("tangent"), chord: op("chord"), step: op("step") };
    this.group = { ...steps, addAffine: op("addAffine"), toAffine: op("toAffine") };
  }

  /** Doubles the points and leaves the lines from `lines` on. ASSUMES: no point is infinity, nor has order two. */
  double(points: Addresses, lines: number): void {
    for (let from = 0; from < points.length; from += BLOCK)
      this.doubleBlock(points.slice(from, from + BLOCK), lines + from * this.lineBytes);
  }

  /** Adds others[i] to points[i] and leaves the lines. Sums without a chord come out right, but leave no line. ASSUMES: no point is infinity. */
  add(points: Addresses, others: Addresses, lines: number): void {
    for (let from = 0; from < points.length; from += BLOCK)
      this.addBlock(points.slice(from, from + BLOCK), others.slice(from, from + BLOCK), lines + from * this.lineBytes);
  }

  private doubleBlock(points: Addresses, lines: number): void {
    const { size, inverses, lineBytes } = this;
    const { add, batchInverse } = this.field;
    const { tangent, step } = this.group;
    for (const [i, t] of points.entries()) add(t + size, t + size, inverses + i * size);
    batchInverse(inverses, size, points.length, inverses, size);
    for (const [i, t] of points.entries()) {
      tangent(t, inverses + i * size, lines + i * lineBytes);
      step(t, t, lines + i * lineBytes);
    }
  }

  private addBlock(points: Addresses, others: Addresses, lines: number): void {
    const { size, inverses, lineBytes } = this;
    const { sub, isZero, batchInverse } = this.field;
    const { chord, step } = this.group;
    for (const [i, t] of points.entries()) sub(t, others[i] ?? t, inverses + i * size);
    batchInverse(inverses, size, points.length, inverses, size); // which has zero for the inverse of zero
    for (const [i, t] of points.entries()) {
      const other = others[i] ?? t;
      const inverse = inverses + i * size;
      if (isZero(inverse)) {
        this.addSlowly(t, other);
        continue;
      }
      chord(t, other, inverse, lines + i * lineBytes);
      step(t, other, lines + i * lineBytes);
    }
  }

  /** A sum of equal or opposite points. */
  private addSlowly(point: number, other: number): void {
    this.group.addAffine(point, other, this.sum);
    this.group.toAffine(this.sum, point);
  }
}
