// What a worker says of an attempt. Reports travel on a queue of their own, so that none is lost and a late one still arrives.
import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../core/errors.js";
import { ArtifactRef, JOB_VERSION } from "./job.js";

const Code = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);
/** Texts of workers are cut: a report stays small whatever went wrong. */
const Text = z.string().max(1024);
export const shortText = (text: string): string => (text.length <= 1024 ? text : `${text.slice(0, 1021)}...`);

const Outcome = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("proved"),
    /** JSON of snarkjs' proof.json. */
    proof: ArtifactRef,
    backend: z.string().max(64),
    timings: z.strictObject({ witnessMs: z.number(), proveMs: z.number(), verifyMs: z.number() }),
  }),
  /** The machine did its part and the proof failed. */
  z.strictObject({ kind: z.literal("failed"), code: Code, message: Text }),
  /** The proving process died: of a signal, of memory, of its time limit. Says nothing about the batch. */
  z.strictObject({ kind: z.literal("died"), how: z.enum(["signal", "exit", "limit", "memory"]), message: Text }),
  /** Given back: the worker was asked to stop, or has a proof that no store takes, and keeps it. */
  z.strictObject({ kind: z.literal("handed-back"), why: z.enum(["draining", "no-store"]) }),
]);
export type Outcome = z.infer<typeof Outcome>;

export const Report = z.strictObject({
  version: z.literal(JOB_VERSION),
  jobId: z.string().regex(/^p[0-9a-f]{40}$/),
  /** How often the queue had started the job, this time included. */
  attempt: z.int().min(1),
  /** Fencing token: new for every attempt, so that reports of two attempts are never taken for one. */
  fence: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  worker: z.string().min(1).max(128),
  startedAt: z.int(),
  finishedAt: z.int(),
  outcome: Outcome,
});
export type Report = z.infer<typeof Report>;

/** The queue takes a report once, however often a worker sends it. */
export const reportIdOf = ({ jobId, fence, outcome }: Report): string => `${jobId}-${fence}-${outcome.kind}`;
