// Powers-of-tau files in snarkjs' format, from known secrets, and their parts to damage.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeDevelopmentSrs } from "../../aggregator/snarkpack/development-srs.js";
import { type PowersName, readPowers } from "../../aggregator/snarkpack/powers-file.js";
import { P } from "../../core/pairing/encoding.js";
import { toLittleEndian } from "../../prover/keys/wasm-curve.js";

/** What of a file matters here. A file of power q has 2^(q+1) - 1 points in G1 and 2^q in G2. */
export interface PtauParts {
  readonly power: number;
  readonly prime: bigint;
  readonly tauG1: Uint8Array;
  readonly tauG2: Uint8Array;
}

function section(kind: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(kind, 0);
  head.writeBigUInt64LE(BigInt(bytes.length), 4);
  return Buffer.concat([head, bytes]);
}

/** The bytes of a file with these parts, and a section as files of real ceremonies have more. */
export function ptauBytes({ power, prime, tauG1, tauG2 }: PtauParts): Buffer {
  const header = Buffer.alloc(44);
  header.writeUInt32LE(32, 0);
  header.set(toLittleEndian(prime), 4);
  header.writeUInt32LE(power, 36);
  header.writeUInt32LE(power, 40);
  const start = Buffer.from([...Buffer.from("ptau"), 1, 0, 0, 0, 4, 0, 0, 0]);
  return Buffer.concat([start, section(1, header), section(2, tauG1), section(3, tauG2), section(7, Buffer.alloc(4))]);
}

/** The parts of a file for a secret; `dir` is for a file in between. */
export async function ptauParts(dir: string, power: number, secret: bigint): Promise<PtauParts> {
  const path = join(dir, `powers-${secret}-${power}.bin`);
  const maxCount = 2 ** power; // its 2^(q+1) powers in G1 are one more than such a file has
  await rm(path, { force: true });
  await writeDevelopmentSrs(path, maxCount, {}, { a: toLittleEndian(secret), b: toLittleEndian(2n) });
  const read = (name: PowersName, count: number) => readPowers(path, maxCount, name, 0, count);
  return { power, prime: P, tauG1: await read("aG", 2 * maxCount - 1), tauG2: await read("aH", maxCount) };
}

/** The parts of a file that snarkjs wrote. */
export async function readPtauParts(path: string): Promise<PtauParts> {
  const bytes = await readFile(path);
  const found = new Map<number, Buffer>();
  for (let at = 12; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at + 4));
    found.set(bytes.readUInt32LE(at), bytes.subarray(at + 12, at + 12 + length));
    at += 12 + length;
  }
  const part = (kind: number) => new Uint8Array(found.get(kind) ?? []);
  return { power: found.get(1)?.readUInt32LE(36) ?? 0, prime: P, tauG1: part(2), tauG2: part(3) };
}
