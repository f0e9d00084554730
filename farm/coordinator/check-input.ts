// Whether a circuit takes an input: the coordinator's own answer to a worker that says it does not.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asZkStateError } from "../../core/errors.js";
import { type CircuitInput, computeWitness } from "../../prover/witness.js";
import { isDeterministic } from "../attempt-errors.js";
import type { BatchSource } from "../source.js";

/** @returns why the circuit refuses the batch's input; undefined when it takes it. @throws for troubles of this machine */
export async function refusedHere(source: BatchSource, batchNumber: number): Promise<string | undefined> {
  const { wasmPath } = await source.circuit(batchNumber);
  const { input } = await source.statement(batchNumber);
  const dir = await mkdtemp(join(tmpdir(), "zkstate-check-"));
  try {
    const json = JSON.parse(Buffer.from(input).toString("utf8")) as CircuitInput;
    await computeWitness({ wasmPath, input: json, wtnsPath: join(dir, "witness.wtns") });
    return undefined;
  } catch (e) {
    const error = asZkStateError(e);
    if (isDeterministic(error.code)) return `${error.code}: ${error.message}`;
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
