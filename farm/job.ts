// One proof as a job of the queue: digests and counts only. Inputs, keys and proofs live in the artifact store.
import { createHash } from "node:crypto";
import { z } from "zod";
import { ZkStateError } from "../core/errors.js";

/** Raised whenever the meaning of a job or a report changes: other versions live in other queues and are never taken. */
export const JOB_VERSION = 1;

const Hex = z.string().regex(/^[0-9a-f]{64}$/);
const Word = z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/);

/** What an artifact is found by. */
export const ArtifactRef = z.strictObject({ sha256: Hex, bytes: z.int().min(0) });
export type ArtifactRef = z.infer<typeof ArtifactRef>;

/** Nothing that a job names is fetched beyond these sizes. */
const sized = (most: number) => z.strictObject({ sha256: Hex, bytes: z.int().min(0).max(most) });
const MIB = 2 ** 20;

/** A circuit in one version of its keys, with what a machine that has never seen it needs to prove it. */
export const JobCircuit = z.strictObject({
  /** Profile, such as "default": what workers advertise. */
  id: z.string().min(1).max(64),
  /** SHA-256 over sources, compiler and flags. */
  digest: Hex,
  vkeyDigest: Hex,
  nWires: z.int().min(1),
  nPublic: z.int().min(0),
  nConstraints: z.int().min(1),
  wasm: sized(256 * MIB),
  zkey: sized(32 * 1024 * MIB),
});
export type JobCircuit = z.infer<typeof JobCircuit>;

export const ProofJob = z.strictObject({
  version: z.literal(JOB_VERSION),
  batchNumber: z.int().min(1),
  circuit: JobCircuit,
  /** The circuit's input: JSON of signal names and decimal strings. */
  input: sized(64 * MIB),
  publicSignals: z.array(Word),
  /** Queue on which the coordinator of this ledger takes reports. */
  replyTo: z.string().regex(/^[a-z0-9-]{1,80}$/),
});
export type ProofJob = z.infer<typeof ProofJob>;

/** Content-derived: the same batch under the same keys is the same job, whoever submits it. The letter keeps BullMQ from reading a number. */
export function jobIdOf({ version, batchNumber, circuit, input, publicSignals, replyTo }: ProofJob): string {
  const { id, digest, vkeyDigest, nWires, nPublic, nConstraints, wasm, zkey } = circuit;
  const files = [wasm, zkey, input].map(({ sha256, bytes }) => [sha256, bytes]);
  const content = [version, batchNumber, id, digest, vkeyDigest, nWires, nPublic, nConstraints, files, publicSignals, replyTo];
  return `p${createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 40)}`;
}

/** @throws JOB_MISMATCH when the data is not a job's, or not that of its id */
export function readJob(id: string | undefined, data: unknown): ProofJob {
  const read = ProofJob.safeParse(data);
  const issue = read.error?.issues[0];
  const got = read.success ? jobIdOf(read.data) : `${issue?.path.join(".")}: ${issue?.message}`;
  if (read.success && got === id) return read.data;
  const next = "someone else writes into this queue, or it is of another version: check who may use Redis";
  throw new ZkStateError({ code: "JOB_MISMATCH", message: "A job's content is not that of its id.", expected: `${id}`, got, next });
}
