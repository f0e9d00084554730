// One attempt at a job: proven, failed, died or given back, and each of these reported before the queue hears of it.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DelayedError, type Job, UnrecoverableError } from "bullmq";
import { ZkStateError } from "../../core/errors.js";
import type { ArtifactStore } from "../artifacts/store.js";
import { isDeterministic, isPassing } from "../attempt-errors.js";
import { type ArtifactRef, JOB_VERSION, type ProofJob, readJob } from "../job.js";
import { type Outcome, type Report, shortText } from "../report.js";
import type { JobProver, MadeProof } from "./prover.js";
import { ProverDied } from "./prover-process.js";

/** A job that is left in the queue may be taken by another worker at once, and comes back after this. */
const LEFT_DELAY_MS = 2000;
/** A proof that waits for its store lets others have the slot for this long. */
const NO_STORE_DELAY_MS = 10_000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;
/** A job whose process died is tried again, later each time. */
const diedDelay = (starts: number): number => Math.min(500 * 2 ** Math.min(starts - 1, 10), 30_000);

/** Why a running attempt is broken off. */
export const HAND_BACK = "the worker is asked to stop";
export const CANCELLED = "the batch needs no proof any more";
export const LOCK_LOST = "the lock of the job is lost";

export interface AttemptTools {
  readonly worker: string;
  readonly prover: JobProver;
  /** For storing a proof. */
  readonly patienceMs: number;
  /** Proofs that are not stored yet, by their job: when it comes back to this worker it is not proven again. */
  readonly kept: Map<string, MadeProof>;
  readonly serves: (circuit: string) => boolean;
  readonly storeOf: (replyTo: string) => Promise<ArtifactStore>;
  /** Sends a report, however long that takes. */
  readonly send: (job: ProofJob, report: Report) => Promise<void>;
  /** After Redis was emptied the queue may give a worker the job that it works on: that attempt has lost its lock. @returns false when there is none */
  readonly breakOffEarlier: (jobId: string) => boolean;
  readonly onLeft: (jobId: string, job: ProofJob, why: string) => void;
  /** An attempt that may run; its end is told too. @returns what breaks it off, with one of the reasons above */
  readonly onStart: (jobId: string, job: ProofJob) => AbortSignal;
  readonly onEnd: (jobId: string, outcome: Outcome | undefined) => void;
  /** Aborted when the worker must end, whatever broke an attempt off before. */
  readonly graceOver: AbortSignal;
}

/**
 * Runs a job of the queue once.
 * @returns the report of the proof, which the queue keeps, so that a lost report is found again
 * @throws DelayedError when the job is back in the queue; UnrecoverableError and others when it failed
 */
export async function attempt(tools: AttemptTools, raw: Job, token: string | undefined): Promise<Report> {
  const jobId = `${raw.id}`;
  const job = mustBeJob(raw);
  const started = {
    version: JOB_VERSION,
    jobId,
    attempt: raw.attemptsStarted,
    fence: randomUUID(),
    worker: tools.worker,
    startedAt: Date.now(),
  } as const;
  const notNow = tools.serves(job.circuit.id) ? (tools.breakOffEarlier(jobId) ? "in work here" : undefined) : "not served here";
  if (notNow !== undefined) {
    // Without a report: it would come as often as there are such jobs.
    tools.onLeft(jobId, job, notNow);
    await raw.moveToDelayed(Date.now() + LEFT_DELAY_MS, token);
    throw new DelayedError();
  }
  const signal = tools.onStart(jobId, job);
  let outcome: Outcome | undefined;
  try {
    outcome = await run(tools, jobId, job, signal);
  } finally {
    tools.onEnd(jobId, outcome);
  }
  const report: Report = { ...started, finishedAt: Date.now(), outcome };
  await tools.send(job, report);
  return conclude(report, raw, token);
}

function mustBeJob(raw: Job): ProofJob {
  try {
    return readJob(raw.id, raw.data);
  } catch (e) {
    throw new UnrecoverableError(e instanceof ZkStateError ? `${e.code}: ${e.message}` : String(e));
  }
}

async function run(tools: AttemptTools, jobId: string, job: ProofJob, signal: AbortSignal): Promise<Outcome> {
  const { kept, prover, storeOf } = tools;
  try {
    const { proof, ...made } = kept.get(jobId) ?? (await prover.prove(job, await storeOf(job.replyTo), signal));
    kept.set(jobId, { proof, ...made });
    const stored = await store(tools, job, Buffer.from(proof), signal);
    if (stored === undefined) return { kind: "handed-back", why: "no-store" };
    kept.delete(jobId);
    return { kind: "proved", proof: stored, ...made };
  } catch (e) {
    if (signal.aborted) {
      if (signal.reason === HAND_BACK) return { kind: "handed-back", why: "draining" };
      // Nobody waits for this attempt: its job is gone, or another worker has it.
      throw new UnrecoverableError(`${signal.reason}`);
    }
    if (e instanceof ProverDied) return { kind: "died", how: e.how, message: e.message };
    const { code, message } =
      e instanceof ZkStateError ? e : { code: "INTERNAL" as const, message: e instanceof Error ? e.message : String(e) };
    return { kind: "failed", code, message: shortText(message) };
  }
}

/**
 * Stores a proof with patience: it is paid for, and the coordinator may be about to start again, elsewhere. Also under a lost lock:
 * whoever has the job now may fail, and the first proof that arrives is taken.
 * @returns undefined when there is no store for too long
 */
async function store(tools: AttemptTools, { replyTo }: ProofJob, proof: Uint8Array, signal: AbortSignal): Promise<ArtifactRef | undefined> {
  const { patienceMs, storeOf, graceOver } = tools;
  const needless = () => graceOver.aborted || (signal.aborted && signal.reason !== LOCK_LOST);
  const end = Date.now() + patienceMs;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await (await storeOf(replyTo)).put(proof);
    } catch (e) {
      if (!(e instanceof ZkStateError && isPassing(e.code)) || needless()) throw e;
      if (Date.now() > end) return undefined;
      await sleep(wait, undefined, { signal: signal.aborted ? graceOver : AbortSignal.any([signal, graceOver]) }).catch(() => undefined);
      if (needless()) throw e;
    }
  }
}

/** Tells the queue. Deaths and hand-backs are not failures of the job: they cost it no attempt. */
async function conclude(report: Report, raw: Job, token: string | undefined): Promise<Report> {
  const { outcome } = report;
  switch (outcome.kind) {
    case "proved":
      return report;
    case "handed-back":
      // Not moveToWait: that wakes no idle worker when jobs have priorities.
      await raw.moveToDelayed(Date.now() + (outcome.why === "no-store" ? NO_STORE_DELAY_MS : 0), token);
      throw new DelayedError();
    case "died":
      await raw.moveToDelayed(Date.now() + diedDelay(report.attempt), token);
      throw new DelayedError();
    case "failed": {
      const text = `${outcome.code}: ${outcome.message}`;
      throw isDeterministic(outcome.code) ? new UnrecoverableError(text) : new Error(text);
    }
    default: {
      const gone: never = outcome;
      throw new Error(`unknown outcome ${String(gone)}`);
    }
  }
}
