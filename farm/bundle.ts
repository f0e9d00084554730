// A batch that could not be proven, with all it takes to try again elsewhere: one file, checked when it is read.
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { ZkStateError } from "../core/errors.js";
import { JobCircuit } from "./job.js";
import type { Task } from "./task.js";

const FORMAT = "zkstate bundle 1";
/** Inputs are under 1 MB; a file that grows beyond this is not a bundle. */
const MAX_BYTES = 256 * 1024 * 1024;

export const Bundle = z.object({
  format: z.literal(FORMAT),
  version: z.string(),
  batchNumber: z.int(),
  circuit: JobCircuit,
  publicSignals: z.array(z.string()),
  reason: z.string(),
  attempts: z.array(z.record(z.string(), z.unknown())),
  input: z.record(z.string(), z.unknown()),
});
export type Bundle = z.infer<typeof Bundle>;

export async function encodeBundle(task: Task, reason: string, input: Uint8Array, version: string): Promise<Uint8Array> {
  const { batchNumber, attempts, job } = task;
  const { circuit, publicSignals } = job;
  const head = { format: FORMAT, version, batchNumber, circuit, publicSignals, reason, attempts };
  return promisify(gzip)(JSON.stringify({ ...head, input: JSON.parse(Buffer.from(input).toString("utf8")) as unknown }));
}

/** A bundle's file is smaller than this: inputs shrink to a tenth. */
export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

/** @throws INPUT_MALFORMED */
export async function decodeBundle(bytes: Uint8Array): Promise<Bundle> {
  try {
    const text = await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
    return Bundle.parse(JSON.parse(text.toString("utf8")));
  } catch (cause) {
    const next = "use a file of the ledger's quarantine folder, whole";
    throw new ZkStateError({ code: "INPUT_MALFORMED", message: "This is no bundle of a batch.", expected: FORMAT, next, cause });
  }
}
