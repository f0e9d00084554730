// A circuit of any size with its witness, without a compiler: w[i+1] = w[i] * (w[i] + 3 w[i-1]). Every value fills the field: the worst case.
import { writeFileSync } from "node:fs";
import { R } from "../core/field.js";

class Writer {
  private readonly bytes: Buffer;
  private at = 0;
  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
  }
  u32(...values: readonly number[]): this {
    for (const value of values) this.at = this.bytes.writeUInt32LE(value, this.at);
    return this;
  }
  u64(value: number): this {
    this.at = this.bytes.writeBigUInt64LE(BigInt(value), this.at);
    return this;
  }
  field(value: bigint): this {
    for (let i = 0n; i < 256n; i += 64n) this.at = this.bytes.writeBigUInt64LE((value >> i) & 0xffffffffffffffffn, this.at);
    return this;
  }
  text(value: string): this {
    this.at += this.bytes.write(value, this.at, "latin1");
    return this;
  }
  save(path: string): void {
    if (this.at !== this.bytes.length) throw new Error(`${this.at} bytes written of ${this.bytes.length}`);
    writeFileSync(path, this.bytes);
  }
}

const CONSTRAINT = 4 * 3 + 4 * 36; // A has two terms, B and C one

/** Writes an R1CS of n constraints with one public wire, and a witness that satisfies it. */
export function writeChainCircuit(n: number, r1csPath: string, wtnsPath: string): void {
  const nWires = n + 3; // one, w[0] (public), w[1], then one wire a constraint
  const r1cs = new Writer(12 + 12 + 64 + 12 + n * CONSTRAINT + 12 + 8 * nWires);
  r1cs.text("r1cs").u32(1, 3).u32(1).u64(64).u32(32).field(R).u32(nWires, 1, 0, 1).u64(nWires).u32(n);
  r1cs.u32(2).u64(n * CONSTRAINT);
  const values = [1n, 5n, 7n];
  for (let i = 2; i < n + 2; i++) {
    r1cs
      .u32(2, i - 1)
      .field(3n)
      .u32(i)
      .field(1n);
    r1cs.u32(1, i).field(1n);
    r1cs.u32(1, i + 1).field(1n);
    const [before, last] = [values[i - 1] ?? 0n, values[i] ?? 0n];
    values.push((last * (last + 3n * before)) % R);
  }
  r1cs.u32(3).u64(8 * nWires);
  for (let i = 0; i < nWires; i++) r1cs.u64(i);
  r1cs.save(r1csPath);
  const wtns = new Writer(12 + 12 + 40 + 12 + 32 * nWires);
  wtns.text("wtns").u32(2, 2).u32(1).u64(40).u32(32).field(R).u32(nWires);
  wtns.u32(2).u64(32 * nWires);
  for (const value of values) wtns.field(value);
  wtns.save(wtnsPath);
}
