// One attempt at a job: proven, failed, died or given back, and each of these reported before the queue hears of it.
import { randomUUID } from "node:crypto";
import { DelayedError, type Job, UnrecoverableError, WaitingError } from "bullmq";
import { ZkStateError } from "../../core/errors.js";
import type { ArtifactStore } from "../artifacts/store.js";
import { isDeterministic } from "../attempt-errors.js";
import { JOB_VERSION, type ProofJob, readJob } from "../job.js";
import { type Outcome, type Report, shortText } from "../report.js";
import type { JobProver } from "./prover.js";
import { ProverDied } from "./prover-process.js";

/** A circuit that this worker does not serve goes to another one. */
const FOREIGN_DELAY_MS = 2000;
/** A job whose process died is tried again, later each time. */
const diedDelay = (starts: number): number => Math.min(500 * 2 ** Math.min(starts - 1, 10), 30_000);

/** Why a running attempt is broken off. */
export const HAND_BACK = "the worker is asked to stop";
export const CANCELLED = "the batch needs no proof any more";
export const LOCK_LOST = "the lock of the job is lost";

export interface AttemptTools {
  readonly worker: string;
  readonly prover: JobProver;
  readonly serves: (circuit: string) => boolean;
  readonly storeOf: (replyTo: string) => Promise<ArtifactStore>;
  /** Sends a report, however long that takes. */
  readonly send: (job: ProofJob, report: Report) => Promise<void>;
  /** An attempt that may run; its end is told too. */
  readonly onStart: (jobId: string, job: ProofJob) => void;
  readonly onEnd: (jobId: string, outcome: Outcome | undefined) => void;
}

/**
 * Runs a job of the queue once.
 * @returns the report of the proof, which the queue keeps, so that a lost report is found again
 * @throws DelayedError and WaitingError when the job is back in the queue; UnrecoverableError and others when it failed
 */
export async function attempt(tools: AttemptTools, raw: Job, token: string | undefined, signal: AbortSignal): Promise<Report> {
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
  const report = async (outcome: Outcome): Promise<Report> => {
    const full: Report = { ...started, finishedAt: Date.now(), outcome };
    await tools.send(job, full);
    return full;
  };
  if (!tools.serves(job.circuit.id)) {
    await report({ kind: "handed-back", why: "foreign-circuit" });
    await raw.moveToDelayed(Date.now() + FOREIGN_DELAY_MS, token);
    throw new DelayedError();
  }
  tools.onStart(jobId, job);
  let outcome: Outcome | undefined;
  try {
    outcome = await run(tools, job, signal);
  } finally {
    tools.onEnd(jobId, outcome);
  }
  const sent = await report(outcome);
  return conclude(sent, raw, token);
}

function mustBeJob(raw: Job): ProofJob {
  try {
    return readJob(raw.id, raw.data);
  } catch (e) {
    throw new UnrecoverableError(e instanceof ZkStateError ? `${e.code}: ${e.message}` : String(e));
  }
}

async function run(tools: AttemptTools, job: ProofJob, signal: AbortSignal): Promise<Outcome> {
  try {
    const store = await tools.storeOf(job.replyTo);
    const { proof, ...made } = await tools.prover.prove(job, store, signal);
    return { kind: "proved", proof: await store.put(Buffer.from(proof)), ...made };
  } catch (e) {
    if (signal.aborted) {
      if (`${signal.reason}`.includes(HAND_BACK)) return { kind: "handed-back", why: "draining" };
      // Nobody waits for this attempt: its job is gone, or another worker has it.
      throw new UnrecoverableError(`${signal.reason}`);
    }
    if (e instanceof ProverDied) return { kind: "died", how: e.how, message: e.message };
    const { code, message } =
      e instanceof ZkStateError ? e : { code: "INTERNAL" as const, message: e instanceof Error ? e.message : String(e) };
    return { kind: "failed", code, message: shortText(message) };
  }
}

/** Tells the queue. Deaths and hand-backs are not failures of the job: they cost it no attempt. */
async function conclude(report: Report, raw: Job, token: string | undefined): Promise<Report> {
  const { outcome } = report;
  switch (outcome.kind) {
    case "proved":
      return report;
    case "handed-back":
      await raw.moveToWait(token);
      throw new WaitingError();
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
