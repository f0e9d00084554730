// Many points times scalars, in place: every scalar is split along the group's map, the parts are written with few non-zero digits, and all points of a
// block take each step together.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Addresses, AffineSteps } from "./affine.js";
import type { Group } from "./group.js";
import { sparseDigits } from "./sparse-digits.js";

/** Digits are odd and below 2^(WINDOW - 1) in absolute value. */
const WINDOW = 4;
const ENTRIES = 2 ** (WINDOW - 2);
/** Points that share inversions and tables. */
const BLOCK = 256;

/** Digits of the parts of a scalar. */
type Digits = readonly Int8Array[];

/** A point on its way to its multiple. */
interface Multiple {
  readonly point: number;
  readonly digits: Digits;
  /** Where its odd multiples are: ENTRIES for each part. */
  readonly table: number;
  /** Room for what is added next. */
  readonly addend: number;
  /** False while the multiple is still infinity. */
  started: boolean;
}

/** Multiplies points of a group, with a place of its own for every block. ASSUMES: points of order r. */
export class PointMultiplier {
  private readonly curve: WasmCurve;
  private readonly group: Group;
  private readonly steps: AffineSteps;
  private readonly parts: number;

  constructor(curve: WasmCurve, group: Group) {
    this.curve = curve;
    this.group = group;
    this.steps = new AffineSteps(curve, group);
    this.parts = group.split(1n).length;
  }

  /**
   * Multiplies the affine points at the addresses in place: each by its scalar, or all by the only one. Infinity is allowed, and a zero scalar. Yields
   * after some tens of milliseconds, so that a caller may let others run in between.
   */
  *multiply(points: Addresses, scalars: readonly bigint[]): Generator<void, void> {
    const isZero = this.group.op("isZeroAffine");
    const shared = scalars.length === 1 ? this.digitsOf(scalars[0] ?? 0n) : undefined;
    const finite = points.map((point, i) => ({ point, i })).filter(({ point }) => !isZero(point));
    for (let from = 0; from < finite.length; from += BLOCK) {
      const block = finite.slice(from, from + BLOCK);
      this.curve.scoped(() =>
        this.multiplyBlock(block.map(({ point, i }) => this.start(point, shared ?? this.digitsOf(scalars[i] ?? 0n)))),
      );
      yield;
    }
  }

  private digitsOf(scalar: bigint): Digits {
    return this.group.split(scalar).map((part) => sparseDigits(part, WINDOW));
  }

  private start(point: number, digits: Digits): Multiple {
    const { affineBytes } = this.group;
    const table = this.curve.alloc(this.parts * ENTRIES * affineBytes);
    return { point, digits, table, addend: this.curve.alloc(affineBytes), started: false };
  }

  private entry({ table }: Multiple, part: number, index: number): number {
    return table + (part * ENTRIES + index) * this.group.affineBytes;
  }

  private multiplyBlock(multiples: readonly Multiple[]): void {
    const lines = this.curve.alloc(multiples.length * this.steps.lineBytes);
    this.fillTables(multiples, lines);
    const length = Math.max(0, ...multiples.flatMap(({ digits }) => digits.map((part) => part.length)));
    for (let position = length - 1; position >= 0; position--) {
      this.steps.double(multiples.filter(({ started }) => started).map(({ point }) => point), lines); // biome-ignore format: one call a line
      for (let part = 0; part < this.parts; part++) this.addDigits(multiples, part, position, lines);
    }
    for (const { point, started } of multiples) if (!started) this.group.op("zeroAffine")(point);
  }

  /** P, 3 P, 5 P, ... for every point, and their images under the powers of the group's map. */
  private fillTables(multiples: readonly Multiple[], lines: number): void {
    const copy = this.group.op("copyAffine");
    for (const multiple of multiples) {
      copy(multiple.point, this.entry(multiple, 0, 0));
      copy(multiple.point, multiple.addend);
    }
    const doubled = multiples.map(({ addend }) => addend);
    this.steps.double(doubled, lines);
    for (let index = 1; index < ENTRIES; index++) {
      const next = multiples.map((multiple) => this.entry(multiple, 0, index));
      for (const [i, multiple] of multiples.entries()) copy(this.entry(multiple, 0, index - 1), next[i] ?? 0);
      this.steps.add(next, doubled, lines);
    }
    for (const multiple of multiples)
      for (let part = 1; part < this.parts; part++)
        for (let index = 0; index < ENTRIES; index++)
          this.group.rotate(this.entry(multiple, part - 1, index), this.entry(multiple, part, index));
  }

  /** Adds, for every point that has a digit there, the entry of its table. */
  private addDigits(multiples: readonly Multiple[], part: number, position: number, lines: number): void {
    const [copy, negate] = [this.group.op("copyAffine"), this.group.op("negAffine")];
    const sums: number[] = [];
    const addends: number[] = [];
    for (const multiple of multiples) {
      const digit = multiple.digits[part]?.[position] ?? 0;
      if (digit === 0) continue;
      const entry = this.entry(multiple, part, (Math.abs(digit) - 1) / 2);
      (digit > 0 ? copy : negate)(entry, multiple.started ? multiple.addend : multiple.point);
      if (multiple.started) {
        sums.push(multiple.point);
        addends.push(multiple.addend);
      }
      multiple.started = true;
    }
    this.steps.add(sums, addends, lines);
  }
}
