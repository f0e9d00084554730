// The process that proves: one proof at a time, killed without regret by its parent, gone when the parent is gone.
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { ZkStateError } from "../../core/errors.js";
import type { VerificationKey } from "../../core/groth16.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { chooseBackend } from "../../prover/backends/choose.js";
import { exportVerificationKey } from "../../prover/keys/vkey.js";
import { proveAndVerify } from "../../prover/prove-batch.js";
import type { CircuitInput } from "../../prover/witness.js";
import { type ChildAnswer, type ChildTask, DIR_VARIABLE } from "./prover-process.js";

const dir = process.env[DIR_VARIABLE];
if (dir !== undefined) {
  process.env["TMPDIR"] = dir;
  // A thread of ours may still be writing there.
  process.on("exit", () => rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
}
process.on("disconnect", () => process.exit(1));
// An interrupt of the terminal reaches the whole process group; the parent decides.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);

/** Keys that this process has looked at: by path, since the parent hands out paths by digest. */
const keys = new Map<string, { readonly vkey: VerificationKey; readonly digest: string }>();

function keyAt(zkeyPath: string, expected: string): VerificationKey {
  let key = keys.get(zkeyPath);
  if (key === undefined) {
    const vkey = exportVerificationKey(zkeyPath);
    key = { vkey, digest: verificationKeyDigest(vkey) };
    keys.set(zkeyPath, key);
  }
  if (key.digest === expected) return key.vkey;
  throw new ZkStateError({
    code: "KEY_MISMATCH",
    message: "The proving key is of another version than the job's.",
    expected,
    got: key.digest,
  });
}

async function prove(task: ChildTask): Promise<ChildAnswer> {
  const { circuit, wasmPath, zkeyPath, inputPath, publicSignals } = task;
  const vkey = keyAt(zkeyPath, circuit.vkeyDigest);
  const { id: name, digest, nWires, nPublic, nConstraints } = circuit;
  const result = await proveAndVerify({
    circuit: { name, digest, wasmPath, manifest: { nWires, nPublic, nConstraints } },
    keys: { circuitDigest: digest, zkeyPath, vkey },
    input: JSON.parse(await readFile(inputPath, "utf8")) as CircuitInput,
    backend: await chooseBackend(task.backend, { threads: task.threads }),
    // The parent's limit is the one that counts.
    timeoutMs: 2 ** 31 - 1,
  });
  if (JSON.stringify(result.publicSignals) !== JSON.stringify(publicSignals)) throw otherStatement(publicSignals, result.publicSignals);
  const { proof, backend, timings } = result;
  return { kind: "proved", proof: JSON.stringify(proof), backend, timings };
}

const otherStatement = (expected: readonly string[], got: readonly string[]): ZkStateError =>
  new ZkStateError({
    code: "WITNESS_UNSATISFIED",
    message: "The input proves another statement than the job's.",
    expected: `${expected}`,
    got: `${got}`,
  });

function failure(e: unknown): ChildAnswer {
  if (e instanceof ZkStateError) return { kind: "failed", code: e.code, message: e.message, retryable: e.retryable };
  if (e instanceof SyntaxError)
    return { kind: "failed", code: "INPUT_MALFORMED", message: `The input is not JSON: ${e.message}`, retryable: false };
  return { kind: "failed", code: "INTERNAL", message: e instanceof Error ? e.message : String(e), retryable: true };
}

process.on("message", (task: ChildTask) => {
  void prove(task)
    .catch(failure)
    .then((answer) => process.send?.(answer));
});
