// From a batch to a job in the queue: task written first, then artifacts, then the job, so that a crash anywhere is made good by doing it again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Job } from "bullmq";
import { ZkStateError } from "../../core/errors.js";
import { refOf } from "../artifacts/store.js";
import type { ArtifactRef, ProofJob } from "../job.js";
import { JOB_VERSION, jobIdOf, readJob } from "../job.js";
import { artifactsKey, reportQueue } from "../names.js";
import { newTask, type Task } from "../task.js";
import type { Desk } from "./desk.js";

/** Above this share of Redis' memory no job is added. */
export const FULL = 0.8;
/** BullMQ's priorities end here; among equal ones the first added is the first served. */
const PRIORITIES = 2_000_000;
const LOOK_THROUGH_EVERY_MS = 10_000;
const ATTEMPTS = { attempts: 3, backoff: { type: "exponential", delay: 1000 } } as const;

/** A task for a batch as the ledger and the keys are now. */
export async function makeTask(desk: Desk, batchNumber: number): Promise<Task> {
  const { source, log } = desk;
  const { circuit } = await source.circuit(batchNumber);
  const { input, publicSignals } = await source.statement(batchNumber);
  const replyTo = reportQueue(source.id);
  const job: ProofJob = { version: JOB_VERSION, batchNumber, circuit, input: refOf(input), publicSignals: [...publicSignals], replyTo };
  const task = newTask(job, jobIdOf(job), Date.now());
  log.info({ batchNumber, jobId: task.jobId, circuit: circuit.id }, "prepared");
  return task;
}

/**
 * Puts a task's job into the queue, its artifacts first, and where they are: Redis may have been emptied at any time.
 * @throws QUEUE_FULL, QUEUE_UNAVAILABLE and what the store throws
 */
export async function enqueue(desk: Desk, task: Task): Promise<Task> {
  const { book, queue, log } = desk;
  const { batchNumber, jobId, job } = task;
  if (book.get(batchNumber)?.jobId !== jobId) book.put(task);
  await storeArtifacts(desk, task);
  await desk.advertise();
  const added = await queue.add("prove", job, { jobId, priority: 1 + (batchNumber % PRIORITIES), ...ATTEMPTS });
  const there = await queue.getJob(`${added.id}`);
  if (there !== undefined) readJob(jobId, there.data);
  log.info({ batchNumber, jobId }, "enqueued");
  return book.put({ ...task, state: "queued" });
}

/** Stores what is not there. */
async function storeArtifacts({ source, artifacts, stored }: Desk, { batchNumber, job }: Task): Promise<void> {
  const { wasm, zkey } = job.circuit;
  const local = await source.circuit(batchNumber);
  const storeUnlessThere = async (ref: ArtifactRef, put: () => Promise<unknown>) => {
    if (await artifacts.has(ref)) return;
    await put();
    stored.note(ref.sha256);
  };
  await storeUnlessThere(wasm, () => artifacts.putFile(local.wasmPath));
  await storeUnlessThere(zkey, () => artifacts.putFile(local.zkeyPath));
  await storeUnlessThere(job.input, async () => {
    const { input } = await source.statement(batchNumber);
    const put = await artifacts.put(input);
    if (put.sha256 === job.input.sha256) return;
    const message = `The input of batch ${batchNumber} is not what it was when its job was made.`;
    throw new ZkStateError({ code: "STORE_CORRUPT", message, expected: job.input.sha256, got: put.sha256 });
  });
}

/**
 * Stores again what a worker found missing or damaged. Reading what is damaged makes the store drop it.
 * @returns true when something may have been stored since the worker's attempt began, by this call, another or another coordinator
 */
export async function restoreArtifacts(desk: Desk, task: Task, since: number): Promise<boolean> {
  const refs = [task.job.circuit.wasm, task.job.circuit.zkey, task.job.input];
  // Reading a key takes long, and a worker may ask for it as often as it likes.
  if (!desk.lookedThrough.notedSince(task.jobId, Date.now() - LOOK_THROUGH_EVERY_MS)) {
    desk.lookedThrough.note(task.jobId);
    await readAll(desk, refs);
  }
  await storeArtifacts(desk, task);
  return refs.some(({ sha256 }) => storedSince(desk, sha256, since));
}

/** Tells the place again that a worker did not find. @returns true when it may have been told since the worker's attempt began */
export async function restorePlace(desk: Desk, task: Task, since: number): Promise<boolean> {
  await desk.advertise();
  return storedSince(desk, artifactsKey(task.job.replyTo), since);
}

/** What a coordinator before this one has stored is not known. */
const storedSince = ({ startedAt, stored }: Desk, what: string, since: number): boolean =>
  since < startedAt || stored.notedSince(what, since);

async function readAll({ artifacts }: Desk, refs: readonly ArtifactRef[]): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "zkstate-restore-"));
  try {
    for (const ref of refs) await artifacts.getFile(ref, join(dir, ref.sha256)).catch(() => undefined);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Writes a job's content again when somebody has changed it in Redis: it dies of that wherever it is taken. @returns true when that was so */
export async function restoreContent({ queue, redis, log }: Desk, { batchNumber, jobId, job }: Task): Promise<boolean> {
  const data = await redis.hget(queue.toKey(jobId), "data");
  if (data === null || isContentOf(jobId, data)) return false;
  await new Job(queue, "prove", job, {}, jobId).updateData(job);
  log.error({ batchNumber, jobId }, "the job's content was changed in Redis, and is written again");
  return true;
}

function isContentOf(jobId: string, data: string): boolean {
  try {
    readJob(jobId, JSON.parse(data));
    return true;
  } catch {
    return false;
  }
}
