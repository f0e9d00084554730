// What `zkstate status` knows: the ledger's batches, the farm's tasks, and the workers when Redis is given.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Queue } from "bullmq";
import { EXIT } from "../../core/errors.js";
import { asQueueError, connectProducer } from "../../farm/connection.js";
import { queueCounts, readWorkers } from "../../farm/coordinator/snapshot.js";
import { PREFIX, PROVE_QUEUE } from "../../farm/names.js";
import type { WorkerBeat } from "../../farm/status.js";
import { FarmTable } from "../../farm/table.js";
import type { Task } from "../../farm/task.js";
import type { BatchState } from "../../ledger/store/batch-record.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";
import { farmRedis } from "./redis.js";

/**
 * "executed": in the ledger, not yet in the farm. "blocked": provable, but behind a batch in quarantine. "aggregated": published with a certificate.
 * "settled": accepted by the contracts.
 */
export type Stage = BatchState | Task["state"] | "blocked";

export interface BatchStatus {
  readonly batchNumber: number;
  readonly stage: Stage;
  readonly attempts: number;
  readonly deaths: number;
  readonly failures: number;
  /** Who proves it now, or whose proof was taken. */
  readonly worker: string | undefined;
  /** Since its task was made, or until it was proven. */
  readonly ageMs: number | undefined;
  readonly reason: string | undefined;
}

export interface FarmStatus {
  readonly head: number;
  readonly proven: number;
  readonly unproven: number;
  /** Batches from the first on that are published with a certificate. */
  readonly aggregated: number;
  /** The newest proven batch without a gap before it. */
  readonly provenUpTo: number;
  readonly quarantined: readonly number[];
  readonly batches: readonly BatchStatus[];
  /** Absent without --redis. */
  readonly redis: { readonly queue: Readonly<Record<string, number>>; readonly workers: readonly WorkerBeat[] } | undefined;
}

export async function readStatus(context: Context, last: number): Promise<FarmStatus> {
  const redis = context.settings.redis.value === "" ? undefined : await readRedis(context);
  const store = LedgerStore.open(context.settings.data.value, { readOnly: true });
  try {
    return await ofStore(context, store, last, redis);
  } finally {
    await store.close();
  }
}

async function ofStore({ settings }: Context, store: LedgerStore, last: number, redis: FarmStatus["redis"]): Promise<FarmStatus> {
  const head = store.head().batchNumber;
  const unproven = [...store.unproven()];
  const tasks = await readTasks(settings.data.value);
  const quarantined = unproven.filter((n) => tasks.get(n)?.state === "quarantined");
  const first = Math.max(1, head - last + 1);
  const open = new Set(unproven);
  // The oldest that wait are always shown: they are what the rest waits for.
  const numbers = new Set([...unproven.slice(0, last), ...Array.from({ length: Math.max(0, head - first + 1) }, (_, i) => first + i)]);
  const batches = [...numbers]
    .sort((a, b) => a - b)
    .map((n) => batchStatus(n, open.has(n) ? "executed" : store.batch(n)?.state, tasks.get(n), quarantined[0], redis?.workers ?? []));
  const provenUpTo = unproven[0] === undefined ? head : unproven[0] - 1;
  const aggregated = aggregatedUpTo(store, provenUpTo);
  return { head, proven: head - unproven.length, unproven: unproven.length, aggregated, provenUpTo, quarantined, batches, redis };
}

/** Batches are published in order, so a search by halves finds the last one. */
function aggregatedUpTo(store: LedgerStore, provenUpTo: number): number {
  let [done, open] = [0, provenUpTo + 1];
  while (open - done > 1) {
    const middle = (done + open) >> 1;
    if (store.batch(middle)?.state === "proven") open = middle;
    else done = middle;
  }
  return done;
}

function batchStatus(
  batchNumber: number,
  state: BatchState | undefined,
  task: Task | undefined,
  barrier: number | undefined,
  workers: readonly WorkerBeat[],
): BatchStatus {
  const at = workers.find(({ busy }) => busy.some(({ jobId }) => jobId === task?.jobId));
  const open = state === "executed";
  const own: Stage = !open ? (state ?? "proven") : (task?.state ?? "executed");
  const blocked = open && barrier !== undefined && batchNumber > barrier && own !== "quarantined";
  return {
    batchNumber,
    stage: blocked ? "blocked" : own === "queued" && at !== undefined ? "proving" : own,
    attempts: task?.attempts.length ?? 0,
    deaths: task?.deaths ?? 0,
    failures: task?.failures ?? 0,
    worker: open ? at?.name : task?.provenBy,
    ageMs: task === undefined ? undefined : (task.provenAt ?? Date.now()) - task.createdAt,
    reason: task?.reason,
  };
}

async function readTasks(dataDir: string): Promise<ReadonlyMap<number, Task>> {
  if (!existsSync(join(dataDir, "farm", "tasks.mdb"))) return new Map();
  return FarmTable.look(dataDir, (table) => new Map([...table.all()].map((task) => [task.batchNumber, task])));
}

async function readRedis(context: Context): Promise<NonNullable<FarmStatus["redis"]>> {
  const connection = await connectProducer(farmRedis(context));
  const queue = new Queue(PROVE_QUEUE, { connection, prefix: PREFIX });
  queue.on("error", () => undefined);
  try {
    const [counts, workers] = await Promise.all([queueCounts(queue), readWorkers(connection)]);
    return { queue: counts, workers };
  } catch (e) {
    throw asQueueError(e);
  } finally {
    connection.disconnect();
    void queue.close().catch(() => undefined);
  }
}

/** 4 when batches wait and nobody proves, 3 when one is in quarantine. */
export function statusExit({ unproven, quarantined, redis }: FarmStatus): number {
  if (redis !== undefined && unproven > quarantined.length && redis.workers.length === 0) return EXIT.infrastructure;
  return quarantined.length > 0 ? EXIT.refused : EXIT.ok;
}
