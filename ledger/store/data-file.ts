// A look at the database file before it is mapped: reading a mapped page that the file does not have would kill the process.
// Layout: LMDB data version 2 as lmdb 3.5 writes it, two meta pages, the one with the higher transaction number counts.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { corrupt } from "./corrupt.js";

const MAGIC = 0xbeefc0de;
const AT = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152 } as const;
const META_BYTES = 160;
const MIN_PAGE = 256;
const MAX_PAGE = 65536;
/** The next step when a file is something else. */
export const FOREIGN = "Check the data directory's path.";

/** @throws STORE_CORRUPT when the file is not a database or is shorter than its last commit says. */
export function checkDataFile(path: string): void {
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const needed = neededBytes(file);
    if (size < needed) throw corrupt(`the data file has ${size} bytes where its last commit needs ${needed}`);
  } finally {
    closeSync(file);
  }
}

function neededBytes(file: number): number {
  const first = readMeta(file, 0);
  const second = readMeta(file, first.pageSize);
  const newest = second.transaction > first.transaction ? second : first;
  return Number(newest.lastPage + 1n) * newest.pageSize;
}

function readMeta(file: number, offset: number): { pageSize: number; lastPage: bigint; transaction: bigint } {
  const meta = Buffer.alloc(META_BYTES);
  const read = readSync(file, meta, 0, META_BYTES, offset);
  const pageSize = meta.readUInt32LE(AT.pageSize);
  const known = meta.readUInt32LE(AT.magic) === MAGIC && meta.readUInt32LE(AT.version) === 2;
  if (read < META_BYTES || !known || pageSize < MIN_PAGE || pageSize > MAX_PAGE) {
    throw corrupt("data.mdb is not a ledger database", FOREIGN);
  }
  return { pageSize, lastPage: meta.readBigUInt64LE(AT.lastPage), transaction: meta.readBigUInt64LE(AT.transaction) };
}
