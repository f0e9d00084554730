// Removing old versions. A version goes with the undo records of the batch after it; the head's own values are never touched.
import { setImmediate as nextTurn } from "node:timers/promises";
import { readRecord } from "./batches.js";
import { readCursor, writeCursor } from "./cursor.js";
import type { Engine } from "./engine.js";
import { ACCOUNT_TAG, batchKey, STATE_KEY_BYTES, tagOf, undoKey } from "./keys.js";
import { unseal } from "./seal.js";
import type { WriterLock } from "./writer-lock.js";

/** Versions removed in one transaction. */
const VERSIONS_PER_STEP = 16;

export interface PruneOptions {
  /** Also removes versions from which a batch without a proof would have to be proven. @defaultValue false */
  readonly evenUnproven?: boolean;
  /** Stops between two steps; what was removed until then stays removed. */
  readonly signal?: AbortSignal;
}

export interface PruneReport {
  versions: number;
  accounts: number;
  nodes: number;
  /** Bytes of keys and values that were removed; the file keeps its size and uses the room again. */
  bytes: number;
  /** Oldest version kept. */
  oldest: number;
  /** The batch without a proof that kept more versions than asked for. */
  heldBy: number | undefined;
}

/** Removes all versions but the head and the `keepDepth` before it, in steps that are atomic each. */
export async function pruneStore(engine: Engine, lock: WriterLock, keepDepth: number, options: PruneOptions): Promise<PruneReport> {
  const report: PruneReport = { versions: 0, accounts: 0, nodes: 0, bytes: 0, oldest: readCursor(engine).oldest, heldBy: undefined };
  while (options.signal?.aborted !== true && step(engine, lock, keepDepth, options, report)) await nextTurn();
  return report;
}

/** One transaction; the report changes only when it is committed. True when there may be more to do. */
function step(engine: Engine, lock: WriterLock, keepDepth: number, options: PruneOptions, report: PruneReport): boolean {
  const after = { ...report };
  const more = engine.write(() => {
    lock.check();
    const cursor = readCursor(engine);
    const target = Math.min(cursor.head - keepDepth, cursor.oldest + VERSIONS_PER_STEP);
    after.oldest = cursor.oldest;
    while (after.oldest < target && mayGo(engine, after, options)) removeVersion(engine, after);
    writeCursor(engine, { ...cursor, oldest: after.oldest });
    return after.heldBy === undefined && after.oldest < cursor.head - keepDepth;
  });
  Object.assign(report, after);
  return more;
}

function mayGo(engine: Engine, report: PruneReport, options: PruneOptions): boolean {
  const needing = report.oldest + 1;
  const held = options.evenUnproven !== true && readRecord(engine, needing)?.state === "executed";
  report.heldBy = held ? needing : undefined;
  return !held;
}

function removeVersion(engine: Engine, report: PruneReport): void {
  const next = report.oldest + 1;
  for (const key of touchedKeys(engine, next)) {
    const undo = undoKey(key, next);
    report.bytes += undo.length + (engine.undo.getBinary(undo)?.length ?? 0);
    report[tagOf(key) === ACCOUNT_TAG ? "accounts" : "nodes"]++;
    void engine.undo.remove(undo);
  }
  void engine.touched.remove(batchKey(next));
  void engine.headers.remove(batchKey(report.oldest));
  report.versions++;
  report.oldest = next;
}

/** The state keys that a batch changed. @throws STORE_CORRUPT when the list is damaged. */
export function touchedKeys(engine: Engine, batchNumber: number): Buffer[] {
  const key = batchKey(batchNumber);
  const what = `the change list of batch ${batchNumber}`;
  const list = unseal(key, engine.touched.getBinary(key) ?? Buffer.alloc(0), what);
  return Array.from({ length: list.length / STATE_KEY_BYTES }, (_, i) => list.subarray(i * STATE_KEY_BYTES, (i + 1) * STATE_KEY_BYTES));
}
