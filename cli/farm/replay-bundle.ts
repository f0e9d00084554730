// `zkstate prove --bundle`: tries again, on this machine, a batch that the farm has set aside.
import { createReadStream } from "node:fs";
import { instance } from "../../circuits/instances.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { decodeBundle, MAX_BUNDLE_BYTES } from "../../farm/bundle.js";
import { plain } from "../../farm/logging.js";
import { proveAndVerify } from "../../prover/prove-batch.js";
import type { CircuitInput } from "../../prover/witness.js";
import { backendFor, compiled, keysFor } from "../circuits.js";
import type { Context } from "../command.js";
import { fileError } from "../file-trouble.js";
import { makeProgress, seconds } from "../progress.js";

/** @throws what stopped the farm, when it is the batch's doing; VERSION_MISMATCH when the circuit is another one here */
export async function replayBundle(context: Context, path: string): Promise<number> {
  const { output, settings, signal } = context;
  const bundle = await decodeBundle(await readBundle(path));
  const progress = makeProgress(output);
  output.note(`batch ${bundle.batchNumber}, set aside for: ${plain(bundle.reason)}`);
  try {
    const circuit = await compiled(instance(bundle.circuit.id), settings, progress.onStage);
    if (circuit.digest !== bundle.circuit.digest) throw otherCircuit(bundle.circuit.digest, circuit.digest);
    const keys = await keysFor(circuit, settings, signal, progress.onStage);
    const backend = await backendFor(settings);
    const input = bundle.input as CircuitInput;
    const { publicSignals, timings } = await proveAndVerify({ circuit, keys, input, backend, onStage: progress.onStage, signal });
    if (`${publicSignals}` !== `${bundle.publicSignals}`) throw otherStatement(bundle.publicSignals, publicSignals);
    const told = `Batch ${bundle.batchNumber} can be proven here: ${backend.name}, ${seconds(timings.witnessMs + timings.proveMs)}.`;
    output.result([told, `The farm's trouble was a machine's: zkstate requeue ${bundle.batchNumber} tries it again.`], {
      ok: true,
      batchNumber: bundle.batchNumber,
      backend: backend.name,
      timings,
    });
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

/** Never more than a bundle's size, whatever the path names. @throws INPUT_NOT_FOUND, IO_FAILED */
async function readBundle(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: MAX_BUNDLE_BYTES })) chunks.push(chunk as Buffer);
  } catch (e) {
    throw fileError(e, path, "read");
  }
  return Buffer.concat(chunks);
}

const otherCircuit = (expected: string, got: string): ZkStateError =>
  new ZkStateError({
    code: "VERSION_MISMATCH",
    message: "The bundle's circuit is not the one of this version.",
    expected,
    got,
    next: "use the version that the bundle names",
  });

const otherStatement = (expected: readonly string[], got: readonly string[]): ZkStateError =>
  new ZkStateError({ code: "WITNESS_UNSATISFIED", message: "The input proves another statement.", expected: `${expected}`, got: `${got}` });
