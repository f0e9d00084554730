// The R1CS binary format, version 1, as circom writes it (iden3/r1csfile, doc/r1cs_bin_format.md): sections of little-endian integers.
import { open, readFile } from "node:fs/promises";
import { ZkStateError } from "../core/errors.js";
import { fileError } from "./file-errors.js";

export interface R1csHeader {
  /** Wires, the constant one included. */
  readonly nWires: number;
  readonly nPubOut: number;
  readonly nPubIn: number;
  readonly nPrvIn: number;
  readonly nConstraints: number;
  /** Public outputs and inputs: the length of publicSignals. */
  readonly nPublic: number;
}

/** A whole R1CS file in memory: `bytes` from `start` to `end` are the constraints. */
export interface R1cs extends R1csHeader {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const R_LE = "010000f093f5e1439170b97948e833285d588181b64550b829a031e1724e6430";
const FIELD_BYTES = 32;

function corrupt(path: string, why: string): ZkStateError {
  const next = "delete the file and run the same command again";
  return new ZkStateError({ code: "ARTIFACT_CORRUPT", message: `${path} is not an R1CS over bn254: ${why}`, next });
}

interface Section {
  readonly start: number;
  readonly end: number;
}

function sections(view: DataView, size: number, path: string): Map<number, Section> {
  if (view.byteLength < 12 || view.getUint32(0, true) !== 0x73633172) throw corrupt(path, "wrong magic");
  if (view.getUint32(4, true) !== 1) throw corrupt(path, "wrong version");
  const found = new Map<number, Section>();
  let at = 12;
  for (let i = 0; i < view.getUint32(8, true); i++) {
    if (at + 12 > view.byteLength) throw corrupt(path, "truncated");
    const start = at + 12;
    const end = start + Number(view.getBigUint64(at + 4, true));
    if (end > size) throw corrupt(path, "truncated");
    found.set(view.getUint32(at, true), { start, end });
    at = end;
  }
  return found;
}

function header(bytes: Uint8Array, view: DataView, at: Section | undefined, path: string): R1csHeader {
  if (at === undefined || at.end - at.start < 64) throw corrupt(path, "no header");
  const prime = Buffer.from(bytes.subarray(at.start + 4, at.start + 4 + FIELD_BYTES)).toString("hex");
  if (view.getUint32(at.start, true) !== FIELD_BYTES || prime !== R_LE) throw corrupt(path, "another field");
  const word = (i: number) => view.getUint32(at.start + 36 + i, true);
  const [nWires, nPubOut, nPubIn, nPrvIn, nConstraints] = [word(0), word(4), word(8), word(12), word(24)];
  return { nWires, nPubOut, nPubIn, nPrvIn, nConstraints, nPublic: nPubOut + nPubIn };
}

/**
 * Read a whole R1CS file.
 * @throws ARTIFACT_CORRUPT when it is truncated or not over bn254, IO_FAILED
 */
export async function readR1cs(path: string): Promise<R1cs> {
  const bytes = await readFile(path).catch((e: unknown) => {
    throw fileError(e, path);
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = sections(view, bytes.byteLength, path);
  const body = table.get(2);
  if (body === undefined) throw corrupt(path, "no constraints");
  return { ...header(bytes, view, table.get(1), path), bytes, start: body.start, end: body.end };
}

/**
 * Read an R1CS file's counts without its constraints, checking that every section is whole.
 * @throws ARTIFACT_CORRUPT, IO_FAILED
 */
export async function readR1csHeader(path: string): Promise<R1csHeader> {
  const handle = await open(path, "r").catch((e: unknown) => {
    throw fileError(e, path);
  });
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(12);
    await handle.read(head, 0, 12, 0);
    if (head.readUInt32LE(0) !== 0x73633172) throw corrupt(path, "wrong magic");
    const n = head.readUInt32LE(8);
    const entry = Buffer.alloc(12 + 64);
    let found: R1csHeader | undefined;
    for (let i = 0, at = 12; i < n; i++) {
      const { bytesRead } = await handle.read(entry, 0, entry.length, at);
      if (bytesRead < 12) throw corrupt(path, "truncated");
      const length = Number(entry.readBigUInt64LE(4));
      if (at + 12 + length > size) throw corrupt(path, "truncated");
      const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
      const end = Math.min(12 + length, bytesRead);
      if (entry.readUInt32LE(0) === 1) found = header(entry, view, { start: 12, end }, path);
      at += 12 + length;
    }
    if (found === undefined) throw corrupt(path, "no header");
    return found;
  } finally {
    await handle.close();
  }
}
