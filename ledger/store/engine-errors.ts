// Errors of the database engine and of the file system, as the store's own.
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ZkStateError } from "../../core/errors.js";
import { corrupt } from "./corrupt.js";

/** Names, numbers of Linux, and MDB_MAP_FULL. */
const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG", 27, 28, 122, -30792];
const DENIED: readonly unknown[] = ["EACCES", "EPERM", "EROFS", 1, 13, 30];
/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID, MDB_VERSION_MISMATCH. */
const DAMAGED: readonly unknown[] = [-30797, -30796, -30793, -30794];
/** EIO: what the engine reports for a write that came out short. */
const SHORT_WRITE: readonly unknown[] = ["EIO", 5];
/** Bytes that must be free for a small commit. */
const ROOM = 1 << 20;

/** Runs work on the store in `dir`; what the engine throws leaves as a ZkStateError. */
export function translating<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw translated(dir, cause);
  }
}

/**
 * The error's meaning.
 * Codes: DISK_FULL, READ_ONLY, STORE_CORRUPT, IO_FAILED; INTERNAL for what is not the engine's.
 */
export function translated(dir: string, cause: unknown): ZkStateError {
  if (cause instanceof ZkStateError) return cause;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (FULL.includes(code) || (SHORT_WRITE.includes(code) && !hasRoom(dir))) return diskFull(dir, cause);
  if (DENIED.includes(code)) {
    const next = "Make the data directory writable for this user, or open the store for reading.";
    return new ZkStateError({ code: "READ_ONLY", message: `The ledger store in ${dir} cannot be written: ${text}.`, next, cause });
  }
  if (code === undefined)
    return new ZkStateError({ code: "INTERNAL", message: `The ledger store failed: ${text}.`, cause, retryable: false });
  if (DAMAGED.includes(code)) return corrupt(text, undefined, cause);
  const next = "Check the disk and the log of the operating system, then run the command again.";
  return new ZkStateError({ code: "IO_FAILED", message: `The ledger store in ${dir} failed: ${text}.`, next, cause });
}

function diskFull(dir: string, cause: unknown): ZkStateError {
  const message = `The disk of ${dir} is full; nothing of the last write was kept.`;
  const next = "Free some space, or prune old versions, then run the command again.";
  return new ZkStateError({ code: "DISK_FULL", message, next, cause, retryable: true });
}

/** Whether the database file could grow by a little: space on the disk, quota and the process's limit on file sizes. */
function hasRoom(dir: string): boolean {
  const probe = join(dir, `probe-${process.pid}`);
  try {
    const { bavail, bsize } = statfsSync(dir);
    if (bavail * bsize < ROOM) return false;
    const file = openSync(probe, "w");
    try {
      writeSync(file, Buffer.of(0), 0, 1, statSync(join(dir, "data.mdb")).size + ROOM);
    } finally {
      closeSync(file);
    }
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}
