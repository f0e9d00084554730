// Makes the queue what the ledger says it should be. Whatever was lost, doubled or forgotten in Redis is put right here, and only here.
import type { JobType } from "bullmq";
import { asQueueError } from "../connection.js";
import { workerLabel } from "../metrics.js";
import { Report } from "../report.js";
import { isOpen, knows, type Task } from "../task.js";
import { cancel, type Desk } from "./desk.js";
import { enqueue, FULL, makeTask } from "./enqueue.js";
import { overBudget, quarantine } from "./quarantine.js";
import { receive } from "./receive.js";
import { redisMemory } from "./redis-memory.js";

const STATES = ["waiting", "prioritized", "delayed", "active", "completed", "failed"] as const satisfies readonly JobType[];
type Ids = ReadonlyMap<string, (typeof STATES)[number]>;

/** Runs work when no report is being taken in. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * One round, in many short turns, so that reports are taken in between. Idempotent; a round that fails half-way is made good by the next one.
 * @returns true when more batches wait than the window takes
 */
export async function reconcile(desk: Desk, turn: Turn): Promise<boolean> {
  const { source, book, log, options } = desk;
  const started = Date.now();
  const unproven = await turn(async () => {
    const numbers = await source.unproven();
    await closeProven(desk, new Set(numbers));
    return numbers;
  });
  const ids = await queueIds(desk);
  watchActive(desk, ids, started);
  await turn(() => dropStale(desk, ids));
  const full = (await redisMemory(desk.redis)) > FULL;
  if (full) log.error("Redis is nearly full: no job is added until there is room");
  let open = 0;
  for (const batchNumber of unproven) {
    if (open >= options.window) return true;
    if (book.get(batchNumber)?.state === "quarantined") continue;
    open++;
    await turn(() => one(desk, batchNumber, ids, full, started)).catch((e: unknown) => passOver(desk, batchNumber, e));
  }
  return full;
}

/** A batch that cannot be prepared, for a damaged record or a changed profile perhaps, does not hold up the others. @throws for Redis' own troubles */
function passOver({ log }: Desk, batchNumber: number, e: unknown): void {
  const err = asQueueError(e);
  if (err.code === "QUEUE_UNAVAILABLE" || err.code === "QUEUE_FULL" || err.code === "INTERRUPTED") throw err;
  log.error({ batchNumber, err: e }, "this batch is passed over; it is tried again in the next round");
}

/** Tasks whose batch has its proof: ours, after a crash between ledger and table, or one that was made elsewhere. */
async function closeProven({ book, log, metrics, ...rest }: Desk, unproven: ReadonlySet<number>): Promise<void> {
  for (const task of book.openTasks()) {
    if (unproven.has(task.batchNumber)) continue;
    const { batchNumber, jobId, accepting } = task;
    book.put({ ...task, state: accepting ? "proven" : "superseded", accepting: false });
    log.info({ batchNumber, jobId }, accepting ? "accepted before" : "superseded: the batch was proven elsewhere");
    if (!accepting) metrics.cancelled.inc();
    await cancel({ book, log, metrics, ...rest }, jobId);
  }
}

async function queueIds({ queue }: Desk): Promise<Ids> {
  const ids = new Map<string, (typeof STATES)[number]>();
  // In the order of a job's life: one that moves on meanwhile is seen in its later state.
  for (const state of STATES) for (const id of await queue.getRanges([state], 0, -1)) ids.set(id, state);
  return ids;
}

async function dropStale(desk: Desk, ids: Ids): Promise<void> {
  for (const [jobId, state] of ids) {
    if (state === "completed" || state === "failed" || !desk.book.isClosed(jobId)) continue;
    desk.log.info({ jobId }, "cancelled: its batch needs no proof any more");
    desk.metrics.cancelled.inc();
    await cancel(desk, jobId);
  }
}

async function one(desk: Desk, batchNumber: number, ids: Ids, full: boolean, started: number): Promise<void> {
  // The list of the unproven is as old as the round.
  if ((desk.book.get(batchNumber)?.provenAt ?? 0) >= started) return;
  const task = await current(desk, batchNumber);
  const why = overBudget(desk, task);
  if (why !== undefined) return quarantine(desk, task, why);
  switch (ids.get(task.jobId)) {
    case undefined:
      return missing(desk, task, full);
    case "completed":
      return completed(desk, task);
    case "failed":
      return again(desk, task, "failed");
    case "active":
      if (task.state !== "proving") desk.book.put({ ...task, state: "proving" });
      return takeBack(desk, task);
    case "delayed":
      return notTooLate(desk, task);
    default:
      if (task.state !== "queued") desk.book.put({ ...task, state: "queued" });
  }
}

/** The task of a batch under the keys that count now; one of other keys is replaced and its job cancelled. */
async function current(desk: Desk, batchNumber: number): Promise<Task> {
  const { book, source, log } = desk;
  const known = book.get(batchNumber);
  if (known === undefined || !isOpen(known)) return book.put(await makeTask(desk, batchNumber));
  const { circuit } = await source.circuit(batchNumber);
  if (circuit.vkeyDigest === known.job.circuit.vkeyDigest && circuit.zkey.sha256 === known.job.circuit.zkey.sha256) return known;
  log.warn({ batchNumber, jobId: known.jobId }, "superseded: the circuit has other keys now");
  const task = book.put(await makeTask(desk, batchNumber));
  desk.metrics.cancelled.inc();
  await cancel(desk, known.jobId);
  return task;
}

async function missing(desk: Desk, task: Task, full: boolean): Promise<void> {
  if (full) return;
  // It may have moved while the lists were read.
  if ((await desk.queue.getJobState(task.jobId)) !== "unknown") return;
  await forget(desk, task.jobId);
  if (task.state !== "waiting") desk.metrics.requeued.inc({ why: "missing" });
  await enqueue(desk, task);
}

/** Done, says the queue, and the ledger does not know: the report is on its way, was lost, or was refused. */
async function completed(desk: Desk, task: Task): Promise<void> {
  // A job that somebody has made unreadable is none.
  const job = await desk.queue.getJob(task.jobId).catch(() => undefined);
  const read = Report.safeParse(job?.returnvalue);
  if (read.success && read.data.jobId === task.jobId && (task.accepting || !knows(task, read.data.fence))) {
    await receive(desk, read.data);
    return;
  }
  if (!read.success) desk.metrics.invalid.inc({ worker: workerLabel(job?.processedBy ?? "unknown"), why: "malformed-report" });
  await again(desk, task, "refused");
}

/** What is left of a job that is in no list: BullMQ adds none under an id that it knows. */
async function forget({ queue, redis }: Desk, jobId: string): Promise<void> {
  await queue.remove(jobId).catch(() => 0);
  await redis.unlink(queue.toKey(jobId));
}

/** By the coordinator's clock: a worker's may be wrong. */
function watchActive({ activeSince }: Desk, ids: Ids, now: number): void {
  for (const jobId of activeSince.keys()) if (ids.get(jobId) !== "active") activeSince.delete(jobId);
  for (const [jobId, state] of ids) if (state === "active" && !activeSince.has(jobId)) activeSince.set(jobId, now);
}

/** A worker that keeps a job for ever loses its lock; the queue then gives the job to another. */
async function takeBack({ queue, redis, log, activeSince, options }: Desk, { jobId, batchNumber }: Task): Promise<void> {
  if (Date.now() - (activeSince.get(jobId) ?? Date.now()) < options.activeMs) return;
  log.error({ batchNumber, jobId }, "its worker has kept it too long: its lock is taken away");
  activeSince.delete(jobId);
  await redis.unlink(`${queue.toKey(jobId)}:lock`);
}

/** The longest wait between two attempts; a worker whose clock is ahead asks for more. */
const LONGEST_DELAY_MS = 60_000;
/** BullMQ keeps the time of a delayed job times this. */
const DELAY_SCALE = 0x1000;

async function notTooLate(desk: Desk, task: Task): Promise<void> {
  const { queue, redis, book, log } = desk;
  const { jobId, batchNumber, state } = task;
  if (state !== "queued") book.put({ ...task, state: "queued" });
  const score = await redis.zscore(queue.toKey("delayed"), jobId);
  if (score === null || Number(score) / DELAY_SCALE <= Date.now() + LONGEST_DELAY_MS) return;
  log.warn({ batchNumber, jobId }, "delayed too long: it may be taken now");
  await (await queue.getJob(jobId))?.promote();
}

async function again(desk: Desk, task: Task, why: string): Promise<void> {
  await forget(desk, task.jobId);
  desk.metrics.requeued.inc({ why });
  await enqueue(desk, task);
}
