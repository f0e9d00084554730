// The powers of a setup on disk: a header, then a^i g, b^i g (i < 2M), a^i h, b^i h (i < M), M being the largest count.
//
// Header, 32 bytes: "zksrs 1\n", M, kind (1 development, 2 production), zeros; numbers are 32 bits, little-endian. Points are affine, in the form that
// ffjavascript's module works on: coordinates of 32 bytes, little-endian, times 2^256 mod p.
import { type FileHandle, open } from "node:fs/promises";
import { ZkStateError } from "../../core/errors.js";
import { fileError } from "../../prover/file-errors.js";
import { G1_BYTES, G2_BYTES } from "../curve/points.js";

export type SrsKind = "development" | "production";
export type PowersName = "aG" | "bG" | "aH" | "bH";

const MAGIC = Buffer.from("zksrs 1\n", "ascii");
const HEADER_BYTES = 32;
const KINDS: readonly SrsKind[] = ["development", "production"];
/** In the order of the file: bytes of a point, and how many there are for each of M. */
const SECTIONS: Readonly<Record<PowersName, { readonly bytes: number; readonly per: number }>> = {
  aG: { bytes: G1_BYTES, per: 2 },
  bG: { bytes: G1_BYTES, per: 2 },
  aH: { bytes: G2_BYTES, per: 1 },
  bH: { bytes: G2_BYTES, per: 1 },
};

export const POWERS_NAMES = Object.keys(SECTIONS) as readonly PowersName[];
/** Bytes of a point in a section. */
export const pointBytes = (name: PowersName): number => SECTIONS[name].bytes;
/** True for powers of g, false for powers of h. */
export const isInG1 = (name: PowersName): boolean => name === "aG" || name === "bG";
/** Number of powers in a section. */
export const powersCount = (name: PowersName, maxCount: number): number => SECTIONS[name].per * maxCount;

function sectionStart(name: PowersName, maxCount: number): number {
  const before = POWERS_NAMES.slice(0, POWERS_NAMES.indexOf(name));
  return before.reduce((at, section) => at + pointBytes(section) * powersCount(section, maxCount), HEADER_BYTES);
}

/** Size of the whole file. */
export const powersFileBytes = (maxCount: number): number => sectionStart("bH", maxCount) + pointBytes("bH") * maxCount;

/** What the file is about. */
export interface PowersHeader {
  readonly kind: SrsKind;
  readonly maxCount: number;
}

function headerBytes({ kind, maxCount }: PowersHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(maxCount, 8);
  header.writeUInt32LE(KINDS.indexOf(kind) + 1, 12);
  return header;
}

export interface PowersWriter {
  /** Writes points from the `from`-th of a section on. */
  readonly write: (name: PowersName, from: number, points: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts a new file. @throws DISK_FULL, READ_ONLY, IO_FAILED */
export async function createPowersFile(path: string, header: PowersHeader): Promise<PowersWriter> {
  const translated = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((e: unknown) => {
      throw fileError(e, path);
    });
  const file = await translated(open(path, "wx"));
  const writeAll = async (bytes: Uint8Array, at: number) => {
    for (let done = 0; done < bytes.length; )
      done += (await translated(file.write(bytes, done, bytes.length - done, at + done))).bytesWritten;
  };
  await writeAll(headerBytes(header), 0);
  return {
    write: (name, from, points) => writeAll(points, sectionStart(name, header.maxCount) + from * pointBytes(name)),
    close: () => translated(file.close()),
  };
}

const corrupt = (path: string, why: string): ZkStateError =>
  new ZkStateError({
    code: "ARTIFACT_CORRUPT",
    message: `${path}: ${why}`,
    next: "remove the folder and run `zkstate setup --aggregation` again",
  });

/** Exactly `length` bytes. @throws ARTIFACT_CORRUPT */
async function readExactly(file: FileHandle, path: string, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) throw corrupt(path, "the file ends early");
    done += bytesRead;
  }
  return bytes;
}

async function withFile<T>(path: string, run: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, "r").catch((e: unknown) => {
    throw fileError(e, path);
  });
  try {
    return await run(file);
  } finally {
    await file.close();
  }
}

/** Reads and checks the header and the file's size. @throws ARTIFACT_CORRUPT, IO_FAILED */
export function readPowersHeader(path: string): Promise<PowersHeader> {
  return withFile(path, async (file) => {
    const header = Buffer.from(await readExactly(file, path, 0, HEADER_BYTES));
    const maxCount = header.readUInt32LE(8);
    const kind = KINDS[header.readUInt32LE(12) - 1];
    if (kind === undefined || !headerBytes({ kind, maxCount }).equals(header)) throw corrupt(path, "this is no file of powers");
    const { size } = await file.stat();
    if (size !== powersFileBytes(maxCount)) throw corrupt(path, `${size} bytes instead of ${powersFileBytes(maxCount)}`);
    return { kind, maxCount };
  });
}

/** Reads `count` points of a section from the `from`-th on. ASSUMES: they are there. @throws ARTIFACT_CORRUPT, IO_FAILED */
export function readPowers(path: string, maxCount: number, name: PowersName, from: number, count: number): Promise<Uint8Array> {
  const bytes = pointBytes(name);
  return withFile(path, (file) => readExactly(file, path, sectionStart(name, maxCount) + from * bytes, count * bytes));
}
