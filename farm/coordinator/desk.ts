// What the parts of the coordinator share.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { ArtifactStore } from "../artifacts/store.js";
import type { FarmMetrics } from "../metrics.js";
import { CANCEL_CHANNEL, TRIP_CHANNEL, trippedKey } from "../names.js";
import type { BatchSource } from "../source.js";
import type { Breaker } from "./breaker.js";
import type { RecentTimes } from "./recent-times.js";
import type { TaskBook } from "./task-book.js";
import type { ProofVerifier } from "./verifier.js";

export interface CoordinatorOptions {
  readonly version: string;
  /** Time between reconciliations when nothing calls for one, ms. @defaultValue 30000 */
  readonly reconcileMs?: number;
  /** Batches in the queue at a time; the oldest unproven ones. @defaultValue 1000 */
  readonly window?: number;
  /** Failed attempts that put a batch into quarantine. @defaultValue 3 */
  readonly maxFailures?: number;
  /** Time after which a job is taken from a worker that neither proves nor dies, ms. @defaultValue 14400000 */
  readonly activeMs?: number;
  /** Deaths under a batch that put it into quarantine. @defaultValue 10 */
  readonly maxDeaths?: number;
}

export interface Desk {
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly options: Required<CoordinatorOptions>;
  readonly source: BatchSource;
  readonly book: TaskBook;
  readonly artifacts: ArtifactStore;
  /** Tells the workers where the artifacts are. */
  readonly advertise: () => Promise<void>;
  readonly redis: Redis;
  readonly queue: Queue;
  readonly verifier: ProofVerifier;
  readonly breaker: Breaker;
  /** Since when the coordinator has seen a job with a worker. */
  readonly activeSince: Map<string, number>;
  /** Jobs whose input this machine's circuit has taken: what a worker says against it is not looked into twice. */
  readonly taken: Set<string>;
  /** Hands a proof to the ledger. */
  readonly accept: BatchSource["accept"];
  /** When an artifact was last stored, by its digest, and when their place was last told, by its key in Redis. */
  readonly stored: RecentTimes;
  /** When the artifacts of a job were last looked through, by its id. */
  readonly lookedThrough: RecentTimes;
  readonly metrics: FarmMetrics;
  readonly log: Logger;
  /** Keeps a reproduction bundle. @returns where */
  readonly keepBundle: (batchNumber: number, bytes: Uint8Array) => Promise<string>;
  /** Whether the circuit refuses a batch's input here too. @returns why it does */
  readonly refusedHere: (batchNumber: number) => Promise<string | undefined>;
  /** Asks for a reconciliation soon. */
  readonly nudge: () => void;
}

/** Takes a job out of the queue, or breaks off the attempt that runs. */
export async function cancel(desk: Desk, jobId: string): Promise<void> {
  const removed = await desk.queue.remove(jobId).catch(() => 0);
  if (removed === 1) return;
  await desk.redis.publish(CANCEL_CHANNEL, jobId);
}

/** A proof that was taken ends what was said against its maker. */
export async function praise({ breaker, redis }: Desk, worker: string): Promise<void> {
  breaker.good(worker);
  await redis.del(trippedKey(worker));
}

/** An attempt that speaks against its machine. */
export async function blame(desk: Desk, worker: string, batchNumber: number): Promise<void> {
  const seconds = desk.breaker.bad(worker, batchNumber);
  if (seconds === undefined) return;
  desk.metrics.trips.inc();
  desk.log.error({ worker, seconds }, "breaker tripped: this worker only fails");
  await desk.redis.set(trippedKey(worker), "1", "EX", seconds);
  await desk.redis.publish(TRIP_CHANNEL, worker);
}
