// The coordinator of a ledger: keeps the queue as the ledger's batch table wants it, and takes what workers report.
import { setTimeout as sleep } from "node:timers/promises";
import { type Job, Queue, QueueEvents, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { ZkStateError } from "../../core/errors.js";
import { type ArtifactPlace, advertise } from "../artifacts/advertised.js";
import type { ArtifactStore } from "../artifacts/store.js";
import { makeMetrics } from "../metrics.js";
import { artifactsKey, PREFIX, PROVE_QUEUE, reportQueue } from "../names.js";
import { Report } from "../report.js";
import { soon } from "../soon.js";
import type { BatchSource } from "../source.js";
import type { FarmSnapshot } from "../status.js";
import type { FarmTable } from "../table.js";
import { withAttempt } from "../task.js";
import { Breaker } from "./breaker.js";
import type { CoordinatorOptions, Desk } from "./desk.js";
import { restoreContent } from "./enqueue.js";
import { Medians } from "./medians.js";
import { overBudget, quarantine } from "./quarantine.js";
import { provingMs, receive } from "./receive.js";
import { RecentTimes } from "./recent-times.js";
import { reconcile } from "./reconcile.js";
import { takeSnapshot } from "./snapshot.js";
import { TaskBook } from "./task-book.js";
import type { ProofVerifier } from "./verifier.js";

export interface CoordinatorParts {
  /** Makes connections that wait for Redis for as long as it takes; all are closed with the coordinator. */
  readonly connect: () => Redis;
  readonly source: BatchSource;
  readonly table: FarmTable;
  readonly artifacts: ArtifactStore;
  readonly place: () => ArtifactPlace;
  readonly verifier: ProofVerifier;
  readonly log: Logger;
  readonly keepBundle: Desk["keepBundle"];
  readonly refusedHere: Desk["refusedHere"];
}

/** A nudge waits this long for more of its kind, and for the queue to catch up with a report. */
const NUDGE_MS = 300;
const REPORT_LOCK_MS = 10_000;
const RETRY_MS = 1000;
/** Locks that ended while Redis was away are noticed this long after: a lock's time and that of the queue's own look. */
const OUTAGE_MS = 90_000;
/** Giving a proof to a ledger that is busy takes as long as this. */
const LAST_WORK_MS = 65_000;

export class Coordinator {
  readonly metrics: Desk["metrics"];
  readonly queue: Queue;
  private readonly desk: Desk;
  private readonly connections: Redis[] = [];
  private readonly reports: Worker;
  private readonly events: QueueEvents;
  private readonly medians = new Medians();
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private rounding = false;
  private stopped = false;
  /** When Redis was last found to be away. */
  private awayAt = Number.NEGATIVE_INFINITY;
  /** True when batches wait for room in the window. */
  private more = false;
  /** Reports and rounds follow each other: both move tasks. */
  private last: Promise<unknown> = Promise.resolve();
  /** A proof is handed to the ledger. */
  private writing: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();

  constructor(
    options: CoordinatorOptions,
    private readonly parts: CoordinatorParts,
  ) {
    const { source, table, log } = parts;
    const connect = () => {
      const connection = parts.connect();
      this.connections.push(connection);
      return connection;
    };
    const redis = connect();
    redis.on("close", () => {
      this.awayAt = Date.now();
    });
    this.metrics = makeMetrics(() => this.snapshot());
    this.queue = new Queue(PROVE_QUEUE, { connection: redis, prefix: PREFIX });
    this.queue.on("error", (err) => log.debug({ err }, "queue"));
    this.desk = {
      ...parts,
      startedAt: Date.now(),
      advertise: async () => {
        const key = artifactsKey(reportQueue(source.id));
        if (await advertise(redis, key, parts.place())) this.desk.stored.note(key);
      },
      accept: (...batch) => {
        const work = source.accept(...batch);
        this.writing = work.catch(() => undefined);
        return work;
      },
      options: { reconcileMs: 30_000, window: 1000, maxFailures: 3, maxDeaths: 10, activeMs: 4 * 3600 * 1000, ...options },
      book: new TaskBook(table),
      redis,
      queue: this.queue,
      breaker: new Breaker(),
      activeSince: new Map(),
      taken: new Set(),
      stored: new RecentTimes(),
      lookedThrough: new RecentTimes(),
      metrics: this.metrics,
      nudge: () => this.nudge(),
    };
    this.reports = new Worker(reportQueue(source.id), (job: Job) => this.take(job), {
      connection: connect(),
      prefix: PREFIX,
      autorun: false,
      // A coordinator that follows one that was killed takes the report in hand soon, and none is given up.
      lockDuration: REPORT_LOCK_MS,
      stalledInterval: REPORT_LOCK_MS,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: RETRY_MS,
    });
    this.reports.on("error", (err) => log.warn({ err }, "reports"));
    this.reports.on("failed", (job, err) =>
      log.error({ reportId: job?.id, err }, "a report was not taken in; the next round looks into it"),
    );
    this.events = new QueueEvents(PROVE_QUEUE, { connection: connect(), prefix: PREFIX, autorun: false });
    this.events.on("error", (err) => log.debug({ err }, "events"));
    this.events.on("active", ({ jobId }) => this.heard(() => this.started(jobId)));
    this.events.on("stalled", ({ jobId }) => this.heard(() => this.vanished(jobId)));
    this.events.on("failed", () => this.nudge());
  }

  /** Starts, with a first round; whatever stops that one is tried again by the next. */
  async start(): Promise<void> {
    void this.listen();
    void this.reports.run().catch(() => undefined);
    await this.round();
    this.schedule();
  }

  /** The queue's events end at one that cannot be read. */
  private async listen(): Promise<void> {
    while (!this.stopped) {
      await this.events.run().catch((err: unknown) => this.parts.log.debug({ err }, "events"));
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }

  /** Called after every round and every report. @returns a function that ends it */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks for a round soon. */
  nudge(): void {
    if (this.stopped || this.soon !== undefined) return;
    this.soon = setTimeout(() => {
      this.soon = undefined;
      void this.round();
    }, NUDGE_MS);
  }

  private schedule(): void {
    if (!this.stopped) this.timer = setTimeout(() => void this.round().then(() => this.schedule()), this.desk.options.reconcileMs);
  }

  /** One round at a time; one that is asked for meanwhile follows. */
  private async round(): Promise<void> {
    if (this.rounding) {
      this.nudge();
      return;
    }
    this.rounding = true;
    const end = this.metrics.reconcileSeconds.startTimer();
    try {
      // Redis may have been emptied since.
      await this.desk.advertise();
      await this.reconcile();
    } catch (err) {
      if (!this.stopped) this.parts.log.error({ err }, "a round failed; the next one makes it good");
    } finally {
      end();
      this.rounding = false;
      this.changed();
    }
  }

  private async reconcile(): Promise<void> {
    this.more = await reconcile(this.desk, (work) => this.serial(work));
  }

  private async take(job: Job): Promise<void> {
    const read = Report.safeParse(job.data);
    if (!read.success) {
      this.metrics.invalid.inc({ worker: "unknown", why: "malformed-report" });
      this.parts.log.error({ reportId: job.id, issue: read.error.issues[0] }, "a report is malformed");
      return;
    }
    const { outcome, jobId } = read.data;
    const circuit = this.desk.book.ofJob(jobId)?.job.circuit.id;
    await this.serial(() => receive(this.desk, read.data));
    // Workers do not wait for the next round when half of the window is done.
    if (this.more && this.desk.book.openCount < this.desk.options.window / 2) this.nudge();
    if (outcome.kind === "proved" && circuit !== undefined) this.medians.add(circuit, provingMs(read.data, outcome));
    this.changed();
  }

  private async started(jobId: string): Promise<void> {
    const task = this.desk.book.ofJob(jobId);
    if (task !== undefined && task.state !== "proving") this.desk.book.put({ ...task, state: "proving" });
  }

  /** The queue has not heard of a job's worker for the time of a lock: it has put the job back, and that is a death, unless nobody was heard. */
  private async vanished(jobId: string): Promise<void> {
    const { book, metrics } = this.desk;
    const task = book.ofJob(jobId);
    if (task === undefined || (await restoreContent(this.desk, task))) return;
    if (Date.now() - this.awayAt < OUTAGE_MS) {
      this.parts.log.warn({ jobId, batchNumber: task.batchNumber }, "its lock ended while Redis was away: the job is back in the queue");
      book.put({ ...task, state: "queued" });
      return;
    }
    metrics.deaths.inc({ how: "vanished" });
    this.parts.log.warn({ jobId, batchNumber: task.batchNumber }, "its worker vanished: the job is back in the queue");
    const attempt = {
      fence: `vanished-${Date.now()}`,
      worker: "unknown",
      finishedAt: Date.now(),
      kind: "vanished",
      detail: "never heard of again",
    } as const;
    const ended = book.put({ ...withAttempt(task, attempt), state: "queued" });
    const why = overBudget(this.desk, ended);
    if (why !== undefined) await quarantine(this.desk, ended, why);
  }

  /** Events of the queue are hints: one that is lost or fails is made good by the next round. */
  private heard(work: () => Promise<void>): void {
    this.serial(work).catch((err: unknown) => {
      if (!this.stopped) this.parts.log.warn({ err }, "an event was not taken in");
    });
  }

  private serial<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(() => {
      if (this.stopped) throw new ZkStateError({ code: "INTERRUPTED", message: "The coordinator has stopped." });
      return work();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  snapshot(): Promise<FarmSnapshot> {
    const { book, source, redis } = this.desk;
    const oldest = book.openTasks()[0];
    return takeSnapshot(redis, this.queue, { sourceId: source.id, tasks: book.counts(), oldest, proveMs: this.medians.all() });
  }

  /** Ends after the work in hand. What is open stays in the queue: workers go on, and the next coordinator takes their reports. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    await soon(this.last, 5000);
    this.stopped = true;
    const closing = Promise.allSettled([this.reports.close(), this.events.close(), this.queue.close()]);
    await soon(closing, 2000);
    this.parts.verifier.close();
    for (const connection of this.connections) connection.disconnect();
    // What still writes into the ledger must end before that is closed.
    await soon(this.writing, LAST_WORK_MS);
  }
}
