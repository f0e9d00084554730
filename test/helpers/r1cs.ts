// An R1CS in memory, for tests: which constraints a witness violates, and which constraints a wire stands in.
// File format: iden3 r1csfile specification, version 1. Made for 300,000 constraints and 5 million coefficients: everything is in typed
// arrays, and the coefficients, most of which repeat, are numbers in one table.
import { readFileSync } from "node:fs";

/** Order of the scalar field of BN254. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export const mod = (x: bigint): bigint => {
  const y = x % R;
  return y < 0n ? y + R : y;
};

export interface R1cs {
  readonly nWires: number;
  readonly nOutputs: number;
  readonly nPublicInputs: number;
  readonly nPrivateInputs: number;
  readonly nConstraints: number;
  /** Constraint i has the matrices 3i (A), 3i + 1 (B) and 3i + 2 (C); matrix m its terms starts[m]..starts[m + 1]. */
  readonly starts: Uint32Array;
  readonly wires: Uint32Array;
  /** Term k has coefficient table[coefficients[k]], between -r/2 and r/2. */
  readonly coefficients: Uint32Array;
  readonly table: readonly bigint[];
  /** Constraints with wire w: byWire[wireStarts[w]..wireStarts[w + 1]]; a constraint may occur more than once. */
  readonly wireStarts: Uint32Array;
  readonly byWire: Uint32Array;
}

/** Distinct coefficients by their 32 bytes: open addressing over the eight words. */
class CoefficientTable {
  readonly values: bigint[] = [];
  private slots = new Int32Array(1 << 12).fill(-1);
  private words = new Uint32Array(8 << 11);

  index(data: DataView, at: number): number {
    let hash = 0;
    for (let i = 0; i < 32; i += 4) hash = Math.imul(hash ^ data.getUint32(at + i, true), 0x9e3779b1) ^ (hash >>> 15);
    let slot = (hash >>> 0) % this.slots.length;
    for (;;) {
      const found = this.slots[slot] as number;
      if (found < 0) return this.insert(slot, data, at);
      if (this.equals(found, data, at)) return found;
      slot = (slot + 1) % this.slots.length;
    }
  }

  private equals(entry: number, data: DataView, at: number): boolean {
    for (let i = 0; i < 8; i++) if (this.words[8 * entry + i] !== data.getUint32(at + 4 * i, true)) return false;
    return true;
  }

  private insert(slot: number, data: DataView, at: number): number {
    const entry = this.values.length;
    let value = 0n;
    for (let i = 3; i >= 0; i--) value = (value << 64n) | data.getBigUint64(at + 8 * i, true);
    this.values.push(value > R / 2n ? value - R : value);
    if (8 * (entry + 1) > this.words.length) {
      const wider = new Uint32Array(2 * this.words.length);
      wider.set(this.words);
      this.words = wider;
    }
    for (let i = 0; i < 8; i++) this.words[8 * entry + i] = data.getUint32(at + 4 * i, true);
    this.slots[slot] = entry;
    if (2 * this.values.length > this.slots.length) this.grow();
    return entry;
  }

  private grow(): void {
    this.slots = new Int32Array(2 * this.slots.length).fill(-1);
    for (let entry = 0; entry < this.values.length; entry++) {
      let hash = 0;
      for (let i = 0; i < 8; i++) hash = Math.imul(hash ^ (this.words[8 * entry + i] as number), 0x9e3779b1) ^ (hash >>> 15);
      let slot = (hash >>> 0) % this.slots.length;
      while ((this.slots[slot] as number) >= 0) slot = (slot + 1) % this.slots.length;
      this.slots[slot] = entry;
    }
  }
}

function sections(data: DataView): Map<number, number> {
  if (data.getUint32(0, true) !== 0x73633172 || data.getUint32(4, true) !== 1) throw new Error("not an r1cs file of version 1");
  const found = new Map<number, number>();
  let at = 12;
  for (let i = data.getUint32(8, true); i > 0; i--) {
    found.set(data.getUint32(at, true), at + 12);
    at += 12 + Number(data.getBigUint64(at + 4, true));
  }
  return found;
}

function section(found: Map<number, number>, type: number): number {
  const at = found.get(type);
  if (at === undefined) throw new Error(`r1cs file without section ${type}`);
  return at;
}

export function readR1cs(path: string): R1cs {
  const file = readFileSync(path);
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = sections(data);
  const header = section(found, 1) + 4 + 32; // field size and field order
  const [nWires, nOutputs, nPublicInputs, nPrivateInputs] = [0, 4, 8, 12].map((o) => data.getUint32(header + o, true)) as [
    number,
    number,
    number,
    number,
  ];
  const nConstraints = data.getUint32(header + 24, true);
  const starts = new Uint32Array(3 * nConstraints + 1);
  let at = section(found, 2);
  for (let m = 0; m < 3 * nConstraints; m++) {
    const n = data.getUint32(at, true);
    starts[m + 1] = (starts[m] as number) + n;
    at += 4 + 36 * n;
  }
  const nTerms = starts[3 * nConstraints] as number;
  const wires = new Uint32Array(nTerms);
  const coefficients = new Uint32Array(nTerms);
  const table = new CoefficientTable();
  at = section(found, 2);
  for (let m = 0, k = 0; m < 3 * nConstraints; m++) {
    at += 4;
    for (; k < (starts[m + 1] as number); k++, at += 36) {
      wires[k] = data.getUint32(at, true);
      coefficients[k] = table.index(data, at + 4);
    }
  }
  const core = { nWires, nOutputs, nPublicInputs, nPrivateInputs, nConstraints, starts, wires, coefficients, table: table.values };
  return { ...core, ...indexByWire(nWires, starts, wires) };
}

function indexByWire(nWires: number, starts: Uint32Array, wires: Uint32Array): { wireStarts: Uint32Array; byWire: Uint32Array } {
  const wireStarts = new Uint32Array(nWires + 1);
  for (const wire of wires) wireStarts[wire + 1] = (wireStarts[wire + 1] as number) + 1;
  for (let w = 0; w < nWires; w++) wireStarts[w + 1] = (wireStarts[w + 1] as number) + (wireStarts[w] as number);
  const next = wireStarts.slice();
  const byWire = new Uint32Array(wires.length);
  for (let m = 0; m + 1 < starts.length; m++) {
    for (let k = starts[m] as number; k < (starts[m + 1] as number); k++) {
      const wire = wires[k] as number;
      byWire[next[wire] as number] = Math.floor(m / 3);
      next[wire] = (next[wire] as number) + 1;
    }
  }
  return { wireStarts, byWire };
}

/** Value of one linear form (matrix 3i, 3i + 1 or 3i + 2), not reduced. */
export function evaluate(r1cs: R1cs, matrix: number, w: readonly bigint[]): bigint {
  let sum = 0n;
  for (let k = r1cs.starts[matrix] as number; k < (r1cs.starts[matrix + 1] as number); k++) {
    sum += (r1cs.table[r1cs.coefficients[k] as number] as bigint) * (w[r1cs.wires[k] as number] as bigint);
  }
  return sum;
}

export const holds = (r1cs: R1cs, constraint: number, w: readonly bigint[]): boolean =>
  ((evaluate(r1cs, 3 * constraint, w) % R) * (evaluate(r1cs, 3 * constraint + 1, w) % R) - evaluate(r1cs, 3 * constraint + 2, w)) % R ===
  0n;

/** Constraints that the witness does not satisfy, up to `limit` of them. */
export function violated(r1cs: R1cs, w: readonly bigint[], limit = Number.POSITIVE_INFINITY): number[] {
  if (w.length !== r1cs.nWires) throw new RangeError(`witness of ${w.length} wires, expected ${r1cs.nWires}`);
  const bad: number[] = [];
  for (let i = 0; i < r1cs.nConstraints && bad.length < limit; i++) if (!holds(r1cs, i, w)) bad.push(i);
  return bad;
}

/** Constraints in which the wire stands, each once. */
export function constraintsOf(r1cs: R1cs, wire: number): number[] {
  return [...new Set(r1cs.byWire.subarray(r1cs.wireStarts[wire], r1cs.wireStarts[wire + 1]))];
}

/** Wires of a constraint, each once, without the constant. */
export function wiresOf(r1cs: R1cs, constraint: number): number[] {
  const terms = r1cs.wires.subarray(r1cs.starts[3 * constraint], r1cs.starts[3 * constraint + 3]);
  return [...new Set(terms)].filter((wire) => wire !== 0);
}

/** True for the constant 1 and the inputs of the main component, public or private: what a prover is given, not what the circuit fixes. */
export const isInput = (r1cs: R1cs, wire: number): boolean =>
  wire === 0 || (wire > r1cs.nOutputs && wire <= r1cs.nOutputs + r1cs.nPublicInputs + r1cs.nPrivateInputs);

/** A constraint is linear when A or B is empty or constant. */
function isLinear(r1cs: R1cs, constraint: number): boolean {
  const constant = (matrix: number) => r1cs.wires.subarray(r1cs.starts[matrix], r1cs.starts[matrix + 1]).every((wire) => wire === 0);
  return constant(3 * constraint) || constant(3 * constraint + 1);
}

export interface Counts {
  readonly nonLinear: number;
  readonly linear: number;
}

/** Constraints of each sort, of all of them or of some. */
export function counts(r1cs: R1cs, which = Array.from({ length: r1cs.nConstraints }, (_, i) => i)): Counts {
  const linear = which.filter((i) => isLinear(r1cs, i)).length;
  return { nonLinear: which.length - linear, linear };
}
