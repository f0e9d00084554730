// snarkjs' powers-of-tau file, version 1, as its src/powersoftau_new.js documents it: of its sections only the header and the powers of tau in G1 and G2.
// Points are affine and in the form of ffjavascript's module, as in a file of powers.
import { type FileHandle, open } from "node:fs/promises";
import { ZkStateError } from "../../core/errors.js";
import { P } from "../../core/pairing/encoding.js";
import { errnoOf, fileError } from "../../prover/file-errors.js";
import { fromLittleEndian } from "../../prover/keys/wasm-curve.js";
import { G1_BYTES, G2_BYTES } from "../curve/points.js";

export interface PtauFile {
  readonly path: string;
  /** There are 2^(power + 1) - 1 powers in G1 and 2^power in G2. */
  readonly power: number;
  /** `count` points from the `from`-th power on. ASSUMES: they are there. */
  readonly readG1: (from: number, count: number) => Promise<Uint8Array>;
  readonly readG2: (from: number, count: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

const MAGIC = "ptau";
const VERSION = 1;
const FILE_HEADER = 12;
const SECTION_HEADER = 12;
const SECTION = { header: 1, tauG1: 2, tauG2: 3 } as const;
/** n8, p, power, power of the whole ceremony. */
const HEADER_BYTES = 4 + 32 + 4 + 4;
/** snarkjs knows fifteen kinds of sections. */
const MOST_SECTIONS = 64;
const MOST_POWERS = 28;

/** A file that is not to be used, and why. */
export function unsafe(path: string, why: string): ZkStateError {
  const next = "use two files of powers of tau from finished ceremonies";
  return new ZkStateError({ code: "KEY_UNSAFE", message: `${path}: ${why}`, next });
}

interface Span {
  readonly start: number;
  readonly bytes: number;
}

/** Reads exactly `length` bytes. @throws KEY_UNSAFE when the file ends before */
type Read = (at: number, length: number) => Promise<Buffer>;

function reader(file: FileHandle, path: string): Read {
  return async (at, length) => {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await file.read(bytes, done, length - done, at + done);
      if (bytesRead === 0) throw unsafe(path, "the file ends early");
      done += bytesRead;
    }
    return bytes;
  };
}

/** Where each section stands. */
async function sectionsOf(read: Read, path: string, size: number): Promise<ReadonlyMap<number, Span>> {
  const head = await read(0, FILE_HEADER);
  if (head.toString("latin1", 0, 4) !== MAGIC) throw unsafe(path, "this is no file of powers of tau");
  const [version, count] = [head.readUInt32LE(4), head.readUInt32LE(8)];
  if (version !== VERSION || count > MOST_SECTIONS) throw unsafe(path, `version ${version} with ${count} sections is not known`);
  const sections = new Map<number, Span>();
  let at = FILE_HEADER;
  for (let i = 0; i < count; i++) {
    const section = await read(at, SECTION_HEADER);
    const [kind, bytes] = [section.readUInt32LE(0), Number(section.readBigUInt64LE(4))];
    if (sections.has(kind)) throw unsafe(path, `section ${kind} is there twice`);
    sections.set(kind, { start: at + SECTION_HEADER, bytes });
    at += SECTION_HEADER + bytes;
  }
  if (at !== size) throw unsafe(path, `${size} bytes, but its sections take ${at}`);
  return sections;
}

function section(sections: ReadonlyMap<number, Span>, kind: number, bytes: number, path: string): Span {
  const found = sections.get(kind);
  if (found?.bytes === bytes) return found;
  throw unsafe(path, `section ${kind} has ${found?.bytes ?? 0} bytes instead of ${bytes}`);
}

async function readPower(read: Read, header: Span, path: string): Promise<number> {
  const bytes = await read(header.start, HEADER_BYTES);
  const power = bytes.readUInt32LE(36);
  if (bytes.readUInt32LE(0) !== 32 || fromLittleEndian(bytes.subarray(4, 36)) !== P)
    throw unsafe(path, "it is of another curve than BN254");
  if (power < 1 || power > MOST_POWERS) throw unsafe(path, `a power of ${power} is not known`);
  return power;
}

/** Opens a file and checks its structure. @throws INPUT_NOT_FOUND, KEY_UNSAFE, IO_FAILED */
export async function openPtau(path: string): Promise<PtauFile> {
  const file = await open(path, "r").catch((e: unknown) => {
    if (errnoOf(e) === "ENOENT") throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: `There is no file ${path}.` });
    throw fileError(e, path);
  });
  try {
    const read = reader(file, path);
    const { size } = await file.stat();
    const sections = await sectionsOf(read, path, size);
    const power = await readPower(read, section(sections, SECTION.header, HEADER_BYTES, path), path);
    const g1 = section(sections, SECTION.tauG1, (2 ** (power + 1) - 1) * G1_BYTES, path);
    const g2 = section(sections, SECTION.tauG2, 2 ** power * G2_BYTES, path);
    const points = (span: Span, bytes: number) => (from: number, count: number) => read(span.start + from * bytes, count * bytes);
    return { path, power, readG1: points(g1, G1_BYTES), readG2: points(g2, G2_BYTES), close: () => file.close() };
  } catch (e) {
    await file.close();
    throw fileError(e, path);
  }
}
