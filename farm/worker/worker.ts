// A worker of the farm: takes jobs, has them proven, and lives through whatever happens to Redis, to its children and to itself.
import { hostname } from "node:os";
import { type Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { ArtifactStore } from "../artifacts/store.js";
import { type OpenPlace, WorkerStores } from "../artifacts/worker-stores.js";
import { BoundedMap } from "../bounded-map.js";
import type { ProofJob } from "../job.js";
import { CANCEL_CHANNEL, PREFIX, PROVE_QUEUE, TRIP_CHANNEL, trippedKey, workerKey } from "../names.js";
import type { Outcome, Report } from "../report.js";
import { soon } from "../soon.js";
import type { WorkerBeat } from "../status.js";
import { attempt, CANCELLED, HAND_BACK, LOCK_LOST } from "./attempt.js";
import type { JobProver, MadeProof } from "./prover.js";
import { ReportSender } from "./reports.js";

export interface FarmWorkerOptions {
  /** A name that no other worker has. */
  readonly name: string;
  readonly version: string;
  /** Proofs at a time. */
  readonly slots: number;
  readonly threads: number;
  readonly backend: string;
  /** Profiles that it serves; empty for all. */
  readonly circuits: readonly string[];
  /** How long a worker may be silent before its job is given to another, ms. @defaultValue 30000 */
  readonly lockMs?: number;
  /** How long a proof waits for its store in the slot that made it, ms. A ledger without a coordinator holds none for longer. @defaultValue 60000 */
  readonly patienceMs?: number;
  /** @defaultValue 5000 */
  readonly beatMs?: number;
  /** Time without a job, while jobs wait and slots are free, after which the queue's worker is replaced, ms. @defaultValue 60000 */
  readonly watchdogMs?: number;
}

export interface FarmWorkerParts {
  /** Makes connections for blocking use; all are closed with the worker. */
  readonly connect: () => Redis;
  readonly prover: JobProver;
  readonly openPlace: OpenPlace;
  /** The store of --artifacts. */
  readonly artifacts?: ArtifactStore;
  readonly log: Logger;
}

/** Not the number of tries of a proof: the coordinator counts deaths. This is the last fuse. */
const MAX_STARTS = 100;
/** A proof is less than a kilobyte. */
const KEPT_PROOFS = 1000;
const BEAT_LIFE_S = 30;
const RETRY_DELAY_MS = 1000;
const COMPLAIN_EVERY_MS = 5000;
/** What a Redis that does not answer may still hold up at the end. */
const LAST_WAIT_MS = 2000;

interface Running {
  readonly job: ProofJob;
  readonly end: AbortController;
  readonly startedAt: number;
}

export class FarmWorker {
  private readonly redis: Redis;
  private readonly subscriber: Redis;
  private readonly queue: Queue;
  private readonly reports: ReportSender;
  private readonly stores: WorkerStores;
  private readonly running = new Map<string, Running>();
  private readonly kept = new BoundedMap<string, MadeProof>(KEPT_PROOFS);
  private readonly graceOver = new AbortController();
  private readonly giveUp = new AbortController();
  private readonly startedAt = Date.now();
  private worker: Worker;
  private workerConnection: Redis;
  private timer: NodeJS.Timeout | undefined;
  private complaint: { readonly message: string; readonly at: number } | undefined;
  private draining = false;
  private tripped = false;
  private proofs = 0;
  /** Jobs that the queue has given and not got back. */
  private inHand = 0;
  private lastTaken = Date.now();

  constructor(
    private readonly options: FarmWorkerOptions,
    private readonly parts: FarmWorkerParts,
  ) {
    const { connect, openPlace, artifacts, log } = parts;
    this.redis = connect();
    this.subscriber = connect();
    this.queue = new Queue(PROVE_QUEUE, { connection: this.redis, prefix: PREFIX });
    this.queue.on("error", (err) => log.debug({ err }, "queue"));
    this.reports = new ReportSender(this.redis, log);
    this.stores = new WorkerStores(this.redis, openPlace, artifacts);
    this.workerConnection = connect();
    this.worker = this.makeWorker();
    this.subscriber.on("message", (channel, text: string) => {
      if (channel === CANCEL_CHANNEL) this.breakOff(text, CANCELLED);
      else if (text === options.name) this.beatNow();
    });
    void this.subscriber.subscribe(CANCEL_CHANNEL, TRIP_CHANNEL).catch(() => undefined);
    this.timer = setInterval(() => this.beatNow(), options.beatMs ?? 5000);
  }

  /** Resolves when the worker can take jobs. */
  async ready(): Promise<void> {
    await this.worker.waitUntilReady();
    // A Redis that is full takes no heartbeat.
    await this.beat().catch((err: unknown) => this.parts.log.warn({ err }, "heartbeat"));
  }

  private makeWorker(): Worker {
    const { name, slots, lockMs = 30_000 } = this.options;
    const { log, prover } = this.parts;
    const tools = {
      worker: name,
      prover,
      patienceMs: this.options.patienceMs ?? 60_000,
      kept: this.kept,
      serves: (circuit: string) => this.options.circuits.length === 0 || this.options.circuits.includes(circuit),
      storeOf: (replyTo: string) => this.stores.of(replyTo),
      send: (job: ProofJob, report: Report) => this.reports.send(job, report, this.giveUp.signal),
      graceOver: this.graceOver.signal,
      breakOffEarlier: (jobId: string) => this.breakOff(jobId, LOCK_LOST),
      onLeft: (jobId: string, { batchNumber, circuit }: ProofJob, why: string) => {
        this.lastTaken = Date.now();
        log.debug({ jobId, batchNumber, circuit: circuit.id }, `${why}: left to another worker`);
      },
      onStart: (jobId: string, job: ProofJob) => {
        this.lastTaken = Date.now();
        const end = new AbortController();
        this.running.set(jobId, { job, startedAt: Date.now(), end });
        log.info({ jobId, batchNumber: job.batchNumber, circuit: job.circuit.id }, "attempt started");
        return end.signal;
      },
      onEnd: (jobId: string, outcome: Outcome | undefined) => {
        this.lastTaken = Date.now();
        const job = this.running.get(jobId)?.job;
        this.running.delete(jobId);
        if (outcome?.kind === "proved") this.proofs++;
        const level = outcome?.kind === "died" || outcome?.kind === "failed" ? "warn" : "info";
        log[level]({ jobId, batchNumber: job?.batchNumber, outcome: outcome ?? "broken off" }, "attempt ended");
      },
    };
    const process = (raw: Job, token?: string) => {
      this.inHand++;
      return attempt(tools, raw, token).finally(() => this.inHand--);
    };
    const worker = new Worker(PROVE_QUEUE, process, {
      connection: this.workerConnection,
      prefix: PREFIX,
      name,
      concurrency: slots,
      lockDuration: lockMs,
      lockRenewTime: lockMs / 2,
      stalledInterval: Math.min(lockMs, 30_000),
      maxStalledCount: MAX_STARTS,
      maxStartedAttempts: MAX_STARTS,
      // What failed for Redis' sake is said to it again before the lock ends.
      runRetryDelay: RETRY_DELAY_MS,
      removeOnComplete: { age: 3600, count: 1000 },
      removeOnFail: { age: 24 * 3600, count: 1000 },
    });
    worker.on("lockRenewalFailed", (ids: string[]) => {
      for (const id of ids) {
        if (this.breakOff(id, LOCK_LOST)) log.warn({ jobId: id }, "lock lost: the attempt is broken off");
      }
    });
    worker.on("error", (err) => this.complain(err));
    return worker;
  }

  /** @returns false when this worker has no attempt at the job */
  private breakOff(jobId: string, reason: string): boolean {
    const attempt = this.running.get(jobId);
    attempt?.end.abort(reason);
    return attempt !== undefined;
  }

  /** BullMQ tries again at once: the same trouble is told once in a while. */
  private complain(err: Error): void {
    if (this.complaint?.message === err.message && Date.now() - this.complaint.at < COMPLAIN_EVERY_MS) return;
    this.complaint = { message: err.message, at: Date.now() };
    this.parts.log.warn({ err }, "queue");
  }

  private beatNow(): void {
    this.beat().catch((err: unknown) => this.parts.log.debug({ err }, "heartbeat"));
  }

  private async beat(): Promise<void> {
    if (this.redis.status !== "ready") return;
    const { name } = this.options;
    const [tripped, waiting] = await Promise.all([
      this.redis.get(trippedKey(name)),
      this.queue.getJobCountByTypes("waiting", "prioritized"),
    ]);
    await this.obeyBreaker(tripped !== null);
    await this.redis.set(workerKey(name), JSON.stringify(this.state()), "EX", BEAT_LIFE_S);
    await this.watch(waiting);
  }

  private async obeyBreaker(tripped: boolean): Promise<void> {
    if (tripped === this.tripped || this.draining) return;
    this.tripped = tripped;
    this.parts.log.warn(tripped ? "taken out of service by the coordinator: this machine only failed" : "back in service");
    if (tripped) await this.worker.pause(true);
    else await this.worker.resume();
  }

  /** Trusts no connection check: what counts is that jobs are taken while there are any. */
  private async watch(waiting: number): Promise<void> {
    const hungry = waiting > 0 && this.running.size < this.options.slots && !this.tripped && !this.draining;
    if (!hungry) this.lastTaken = Date.now();
    if (Date.now() - this.lastTaken < (this.options.watchdogMs ?? 60_000) || this.running.size > 0) return;
    this.parts.log.error({ waiting }, "no job taken although jobs wait: the queue's worker is replaced");
    this.lastTaken = Date.now();
    const [worker, connection] = [this.worker, this.workerConnection];
    this.workerConnection = this.parts.connect();
    this.worker = this.makeWorker();
    await worker.close(true).catch(() => undefined);
    connection.disconnect();
  }

  /** What it says of itself. */
  state(): WorkerBeat {
    const { name, version, slots, threads, backend, circuits } = this.options;
    const busy = [...this.running].map(([jobId, { job, startedAt }]) => {
      return { jobId, batchNumber: job.batchNumber, circuit: job.circuit.id, startedAt, rssBytes: this.parts.prover.rssBytes(job) };
    });
    const { startedAt, draining, tripped, proofs } = this;
    const self = { host: hostname(), pid: process.pid, startedAt, at: Date.now() };
    return { name, version, ...self, slots, threads, backend, circuits: [...circuits], draining, tripped, proofs, busy };
  }

  /** Takes no more jobs, waits for the running ones at most `graceMs`, gives back what is left, and ends. */
  async drain(graceMs: number): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    const { log, prover } = this.parts;
    log.info({ running: this.running.size, graceMs }, "draining");
    const giveUp = () => this.giveUp.abort(new Error("the worker ends"));
    const late = setTimeout(() => {
      log.warn({ running: this.running.size }, "the grace is over: what runs is given back");
      for (const { end } of this.running.values()) end.abort(HAND_BACK);
      this.graceOver.abort();
      // With Redis away even giving back would wait for ever.
      setTimeout(giveUp, Math.max(1000, graceMs)).unref();
    }, graceMs);
    // With Redis away a worker that has nothing to give back would wait just as long.
    const idle = setTimeout(() => {
      if (this.inHand === 0) giveUp();
    }, LAST_WAIT_MS);
    try {
      await Promise.race([this.worker.close(), new Promise((resolve) => this.giveUp.signal.addEventListener("abort", resolve))]);
    } finally {
      clearTimeout(late);
      clearTimeout(idle);
      clearInterval(this.timer);
      prover.close();
    }
    await soon(this.redis.del(workerKey(this.options.name)), LAST_WAIT_MS);
    await this.close();
  }

  private async close(): Promise<void> {
    await soon(Promise.allSettled([this.reports.close(), this.queue.close(), this.stores.close()]), LAST_WAIT_MS);
    for (const connection of [this.redis, this.subscriber, this.workerConnection]) connection.disconnect();
  }
}
