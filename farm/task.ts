// What the coordinator remembers of a batch: where it stands, and what happened to it on the way.
import { z } from "zod";
import { ProofJob } from "./job.js";
import { TASK_STATES } from "./status.js";

/** An attempt that ended, as it was reported or found out. */
const Attempt = z.strictObject({
  fence: z.string(),
  worker: z.string(),
  finishedAt: z.int(),
  /** "invalid": the proof did not verify; "vanished": the worker was never heard of again. */
  kind: z.enum(["proved", "failed", "died", "handed-back", "invalid", "late", "vanished"]),
  detail: z.string(),
});
export type Attempt = z.infer<typeof Attempt>;

export const Task = z.strictObject({
  batchNumber: z.int().min(1),
  state: z.enum(TASK_STATES),
  job: ProofJob,
  jobId: z.string(),
  createdAt: z.int(),
  provenAt: z.int().optional(),
  /** The worker whose proof was taken. */
  provenBy: z.string().optional(),
  /** Written before a verified proof is handed to the ledger, so that a crash in between is understood. */
  accepting: z.boolean(),
  /** Attempts in which a machine or a process died, since the batch was last released. */
  deaths: z.int(),
  /** Attempts that failed or whose proof was invalid, since then. */
  failures: z.int(),
  /** The last attempts, oldest first. */
  attempts: z.array(Attempt),
  /** Why it is in quarantine. */
  reason: z.string().optional(),
});
export type Task = z.infer<typeof Task>;

const KEPT_ATTEMPTS = 32;

export const newTask = (job: ProofJob, jobId: string, now: number): Task => ({
  batchNumber: job.batchNumber,
  state: "waiting",
  job,
  jobId,
  createdAt: now,
  accepting: false,
  deaths: 0,
  failures: 0,
  attempts: [],
});

/** True when an attempt is known already: reports may come twice. */
export const knows = (task: Task, fence: string): boolean => task.attempts.some((a) => a.fence === fence);

export function withAttempt(task: Task, attempt: Attempt): Task {
  const deaths = task.deaths + (attempt.kind === "died" || attempt.kind === "vanished" ? 1 : 0);
  const failures = task.failures + (attempt.kind === "failed" || attempt.kind === "invalid" ? 1 : 0);
  return { ...task, deaths, failures, attempts: [...task.attempts, attempt].slice(-KEPT_ATTEMPTS) };
}

/** A final state is never left, but for a quarantine that an operator ends. */
export const isOpen = ({ state }: Task): boolean => state === "waiting" || state === "queued" || state === "proving";
