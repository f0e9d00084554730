// Which constraints a witness violates: for diagnostics, and for tests that edit a witness and expect the R1CS to refuse it.
import { open, readFile } from "node:fs/promises";
import { ZkStateError } from "../core/errors.js";
import { fileError } from "./file-errors.js";
import { countCoefficients } from "./keys/qap.js";
import { compileCurve, FIELD_BYTES, fromLittleEndian, openCurve, toLittleEndian, type WasmCurve } from "./keys/wasm-curve.js";
import { type R1cs, readR1cs } from "./r1cs.js";

const HEADER_BYTES = 76;

function corrupt(path: string, why: string): ZkStateError {
  return new ZkStateError({ code: "ARTIFACT_CORRUPT", message: `${path} is not a witness over bn254: ${why}`, next: "compute it again" });
}

/**
 * Read a "wtns" file's values, wire by wire.
 * @throws ARTIFACT_CORRUPT, IO_FAILED
 */
export async function readWitness(path: string): Promise<readonly bigint[]> {
  const bytes = await readFile(path).catch((e: unknown) => {
    throw fileError(e, path);
  });
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, 4) !== "wtns" || bytes.readUInt32LE(24) !== FIELD_BYTES)
    throw corrupt(path, "wrong header");
  const n = bytes.readUInt32LE(60);
  if (bytes.length !== HEADER_BYTES + n * FIELD_BYTES) throw corrupt(path, "truncated");
  return Array.from({ length: n }, (_, i) =>
    fromLittleEndian(bytes.subarray(HEADER_BYTES + i * FIELD_BYTES, HEADER_BYTES + (i + 1) * FIELD_BYTES)),
  );
}

/**
 * Read only the first `count` values after the constant one: a circuit's public signals.
 * @throws ARTIFACT_CORRUPT, IO_FAILED
 */
export async function readPublicSignals(path: string, count: number): Promise<readonly string[]> {
  const handle = await open(path, "r").catch((e: unknown) => {
    throw fileError(e, path);
  });
  try {
    const bytes = Buffer.alloc(count * FIELD_BYTES);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, HEADER_BYTES + FIELD_BYTES);
    if (bytesRead !== bytes.length) throw corrupt(path, "truncated");
    return Array.from({ length: count }, (_, i) => fromLittleEndian(bytes.subarray(i * FIELD_BYTES, (i + 1) * FIELD_BYTES)).toString());
  } finally {
    await handle.close();
  }
}

/**
 * List the constraints that a witness violates. Blocks its thread: about 0.1 s per million entries of the matrices.
 * @param witness a value below r for every wire, wire 0 being one
 * @returns indices of violated constraints, ascending; -1 first when wire 0 is not one
 * @throws ARTIFACT_CORRUPT for a bad R1CS, INPUT_MALFORMED for a witness of another length
 */
export async function checkWitness(r1csPath: string, witness: readonly bigint[]): Promise<readonly number[]> {
  const r1cs = await readR1cs(r1csPath);
  countCoefficients(r1cs);
  if (witness.length !== r1cs.nWires)
    throw new ZkStateError({
      code: "INPUT_MALFORMED",
      message: "witness of another circuit",
      expected: `${r1cs.nWires} values`,
      got: `${witness.length}`,
    });
  const violated = violations(await openCurve(await compileCurve()), r1cs, witness);
  return witness[0] === 1n ? violated : [-1, ...violated];
}

function violations(curve: WasmCurve, r1cs: R1cs, witness: readonly bigint[]): number[] {
  const [mul, add, sub] = [curve.op("frm_mul"), curve.op("frm_add"), curve.op("frm_sub")];
  const [toMontgomery, isZero] = [curve.op("frm_toMontgomery"), curve.op("frm_isZero")];
  const values = curve.alloc(witness.length * FIELD_BYTES);
  const rows = curve.alloc(r1cs.end - r1cs.start);
  const sums = curve.alloc(3 * FIELD_BYTES);
  const term = curve.alloc(FIELD_BYTES);
  const u8 = curve.u8();
  u8.set(r1cs.bytes.subarray(r1cs.start, r1cs.end), rows);
  for (const [i, value] of witness.entries()) {
    u8.set(toLittleEndian(value), values + i * FIELD_BYTES);
    toMontgomery(values + i * FIELD_BYTES, values + i * FIELD_BYTES);
  }
  const words = new Uint32Array(u8.buffer);
  const found: number[] = [];
  for (let row = 0, at = rows; row < r1cs.nConstraints; row++) {
    u8.fill(0, sums, sums + 3 * FIELD_BYTES);
    for (let matrix = 0; matrix < 3; matrix++) {
      const sum = sums + matrix * FIELD_BYTES;
      const end = at + 4 + (words[at >> 2] as number) * (4 + FIELD_BYTES);
      for (at += 4; at < end; at += 4 + FIELD_BYTES) {
        mul(at + 4, values + (words[at >> 2] as number) * FIELD_BYTES, term); // plain times Montgomery is plain
        add(sum, term, sum);
      }
    }
    toMontgomery(sums, sums);
    mul(sums, sums + FIELD_BYTES, term);
    sub(term, sums + 2 * FIELD_BYTES, term);
    if (isZero(term) === 0) found.push(row);
  }
  return found;
}
