// What people and autoscalers see of the farm.
import { z } from "zod";

/** What a worker says of itself every few seconds. */
export const WorkerBeat = z.strictObject({
  name: z.string(),
  version: z.string(),
  host: z.string(),
  pid: z.int(),
  startedAt: z.int(),
  at: z.int(),
  /** Proofs that it makes at a time. */
  slots: z.int(),
  threads: z.int(),
  backend: z.string(),
  /** Profiles that it serves; empty for all. */
  circuits: z.array(z.string()),
  draining: z.boolean(),
  /** True when the coordinator took it out of service. */
  tripped: z.boolean(),
  proofs: z.int(),
  busy: z.array(z.strictObject({ jobId: z.string(), batchNumber: z.int(), circuit: z.string(), startedAt: z.int(), rssBytes: z.int() })),
});
export type WorkerBeat = z.infer<typeof WorkerBeat>;

/** The life of a batch in the farm. A closed set: "proven", "quarantined" and "superseded" are final. */
export const TASK_STATES = ["waiting", "queued", "proving", "proven", "quarantined", "superseded"] as const;
export type TaskState = (typeof TASK_STATES)[number];

export interface FarmSnapshot {
  readonly at: number;
  readonly sourceId: string;
  /** Tasks in each state. */
  readonly tasks: Readonly<Record<TaskState, number>>;
  /** The queue's own counts: waiting, prioritized, active, delayed, completed, failed. */
  readonly queue: Readonly<Record<string, number>>;
  readonly oldestUnproven: { readonly batchNumber: number; readonly ageMs: number } | undefined;
  readonly workers: readonly WorkerBeat[];
  /** Median of the last proofs' wall clock in ms, per circuit. */
  readonly proveMs: Readonly<Record<string, number>>;
  /** Share of Redis' memory in use, 0 to 1; 0 without a limit. */
  readonly redisMemory: number;
}
