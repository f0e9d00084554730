// The database under the store: LMDB, one environment per directory and process, committed with a flush to the disk.
import { existsSync, mkdirSync, realpathSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { type Database, type DatabaseOptions, open, type RootDatabase } from "lmdb";
import { ZkStateError } from "../../core/errors.js";
import { corrupt } from "./corrupt.js";
import { checkDataFile, FOREIGN } from "./data-file.js";
import { translated, translating } from "./engine-errors.js";

const TABLES = ["meta", "state", "undo", "touched", "headers", "batches", "blobs", "contents", "executed"] as const;
/** create: makes what is missing; write and read: an existing store. */
export type Mode = "create" | "write" | "read";
export type Table = Database<Buffer, Buffer>;

/** An open environment, shared by everything in this process that has the directory open. */
export interface Engine {
  readonly dir: string;
  readonly readOnly: boolean;
  /** format, cursor, writer: see format.ts, cursor.ts, writer-lock.ts. */
  readonly meta: Table;
  /** stateKey -> the value at the head. */
  readonly state: Table;
  /** undoKey -> the value that the batch replaced; one zero byte when there was none. */
  readonly undo: Table;
  /** batchKey -> the state keys that the batch changed, end to end. */
  readonly touched: Table;
  /** batchKey -> header after the batch. */
  readonly headers: Table;
  /** batchKey -> batch record. */
  readonly batches: Table;
  /** batchKey -> the published batch. */
  readonly blobs: Table;
  /** contentKey -> nothing. */
  readonly contents: Table;
  /** batchKey -> nothing, while the batch waits for its proof. */
  readonly executed: Table;
  /** One atomic, durable transaction: all of it is on the disk when this returns, or nothing of it is. */
  write<T>(work: () => T): T;
  /** Makes reads see what other processes have committed meanwhile. */
  refresh(): void;
  close(): Promise<void>;
}

const opened = new Map<string, { engine: Engine; users: number }>();
const dataFile = (dir: string): string => join(dir, "data.mdb");

/** Whether a directory holds a database file. */
export const hasData = (dir: string): boolean => existsSync(dataFile(dir));

/**
 * Opens the database in a directory, or makes it.
 * @throws STORE_CORRUPT, READ_ONLY, DISK_FULL, IO_FAILED; STORE_BUSY when this process reads the store and now wants to write.
 */
export function openEngine(dir: string, mode: Mode): Engine {
  const readOnly = mode === "read";
  const path = translating(dir, () => {
    if (mode === "create") mkdirSync(dir, { recursive: true });
    return realpathSync(dir);
  });
  const known = opened.get(path);
  if (known !== undefined) return share(known, readOnly);
  translating(dir, () => hasData(path) && checkDataFile(dataFile(path)));
  const engine = translating(dir, () => start(path, mode));
  opened.set(path, { engine, users: 1 });
  return engine;
}

// The engine cannot hold one file open twice in a process: the first environment's locks would go with the second.
function share(known: { engine: Engine; users: number }, readOnly: boolean): Engine {
  if (known.engine.readOnly && !readOnly) {
    const message = "This process has the ledger store open for reading only.";
    throw new ZkStateError({ code: "STORE_BUSY", message, next: "Close the readers before opening the writer." });
  }
  known.users++;
  return known.engine;
}

function start(dir: string, mode: Mode): Engine {
  const readOnly = mode === "read";
  const missing = { create: mode === "create" };
  const coding = { encoding: "binary", keyEncoding: "binary", cache: false } as const;
  // overlappingSync off: a commit returns after its flush.
  const root = open<Buffer, Buffer>({ path: dir, ...coding, readOnly, overlappingSync: false, maxDbs: TABLES.length + 1 });
  try {
    const tables = Object.fromEntries(TABLES.map((name) => [name, openTable(root, name, { ...coding, ...missing })]));
    return { ...(tables as Record<(typeof TABLES)[number], Table>), dir, readOnly, ...operations(root, dir) };
  } catch (error) {
    void root.close();
    throw error;
  }
}

// The engine answers nothing or throws when a table is not there, depending on the mode.
function openTable(root: RootDatabase<Buffer, Buffer>, name: string, options: DatabaseOptions): Table {
  let table: Table | undefined;
  try {
    table = root.openDB<Buffer, Buffer>({ ...options, name });
  } catch (error) {
    if (!(error instanceof Error && error.message === "Database not found")) throw error;
  }
  if (table === undefined) throw corrupt("data.mdb is not a ledger database", FOREIGN);
  return table;
}

const operations = (root: RootDatabase<Buffer, Buffer>, dir: string): Pick<Engine, "write" | "refresh" | "close"> => ({
  write: (work) =>
    translating(dir, () => {
      const result = root.transactionSync(work);
      keepLength(root, dir);
      return result;
    }),
  refresh: () => root.resetReadTxn(),
  close: () => release(root, dir),
});

// A commit may leave free pages at the end unwritten; checkDataFile wants the file to have them. The commit stands whatever happens here.
function keepLength(root: RootDatabase<Buffer, Buffer>, dir: string): void {
  try {
    const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
    const needed = (lastPageNumber + 1) * pageSize;
    if (statSync(dataFile(dir)).size < needed) truncateSync(dataFile(dir), needed);
  } catch {
    // The next commit does it.
  }
}

async function release(root: RootDatabase<Buffer, Buffer>, dir: string): Promise<void> {
  const known = opened.get(dir);
  if (known === undefined || --known.users > 0) return;
  opened.delete(dir);
  try {
    await root.close();
  } catch (error) {
    throw translated(dir, error);
  }
}
