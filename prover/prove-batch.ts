// From a circuit, its keys and an input to a proof that was verified before anyone sees it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZkStateError } from "../core/errors.js";
import { type Groth16Proof, verifyGroth16 } from "../core/groth16.js";
import type { CircuitArtifact } from "./artifacts.js";
import type { ProverBackend } from "./backends/backend.js";
import { snarkjsBackend } from "./backends/snarkjs.js";
import { readPublicSignals } from "./check-witness.js";
import { fileError } from "./file-errors.js";
import { type CircuitShape, checkKeyFits, type KeyArtifact } from "./keys/ensure-keys.js";
import { type OnStage, timedStage } from "./stage.js";
import { type CircuitInput, computeWitness } from "./witness.js";

/** What proving needs of a compiled circuit, and of its keys: a farm's worker has no more than that. */
export type ProvableCircuit = Pick<CircuitArtifact, "name" | "digest" | "wasmPath"> & CircuitShape;
export type ProvingKeys = Pick<KeyArtifact, "circuitDigest" | "zkeyPath" | "vkey">;

export interface ProveInput {
  readonly circuit: ProvableCircuit;
  readonly keys: ProvingKeys;
  readonly input: CircuitInput;
  /** @defaultValue snarkjs */
  readonly backend?: ProverBackend;
  readonly onStage?: OnStage;
  readonly signal?: AbortSignal;
  /** Wall-clock limit of the proving process, ms. @defaultValue 1800000 */
  readonly timeoutMs?: number;
}

/** Wall-clock milliseconds of each stage. */
export interface ProveTimings {
  readonly witnessMs: number;
  readonly proveMs: number;
  readonly verifyMs: number;
}

export interface ProvenInput {
  readonly proof: Groth16Proof;
  readonly publicSignals: readonly string[];
  readonly backend: string;
  readonly timings: ProveTimings;
}

/**
 * Compute the witness, prove it, and verify the proof against the keys' verification key and the witness' own public signals.
 * @throws WITNESS_UNSATISFIED, INPUT_MALFORMED, INPUT_NOT_CANONICAL; KEY_MISMATCH, ARTIFACT_CORRUPT for keys that do not fit; PROVER_FAILED
 * (retryable) when the backend dies or its proof does not verify; TIMEOUT, INTERRUPTED, DISK_FULL, READ_ONLY, IO_FAILED
 */
export async function proveAndVerify(job: ProveInput): Promise<ProvenInput> {
  const { circuit, keys, input, onStage } = job;
  const backend = job.backend ?? snarkjsBackend;
  if (keys.circuitDigest !== circuit.digest) throw foreignKeys(circuit, keys);
  checkKeyFits(keys.zkeyPath, circuit);
  const abort = job.signal === undefined ? {} : { signal: job.signal };
  const limit = job.timeoutMs === undefined ? {} : { timeoutMs: job.timeoutMs };
  const dir = await mkdtemp(join(tmpdir(), "zkstate-prove-")).catch((e: unknown) => {
    throw fileError(e, tmpdir());
  });
  try {
    const wtnsPath = join(dir, "witness.wtns");
    const witness = await timedStage("witness", onStage, () => computeWitness({ wasmPath: circuit.wasmPath, input, wtnsPath, ...abort }));
    const onProgress = (fraction: number) => onStage?.({ stage: "prove", status: "progress", fraction });
    const proving = () => backend.prove({ zkeyPath: keys.zkeyPath, wtnsPath, onProgress, ...abort, ...limit });
    const { value, ms: proveMs } = await timedStage("prove", onStage, proving);
    const expected = await readPublicSignals(wtnsPath, keys.vkey.nPublic);
    const { ms: verifyMs } = await timedStage("verify", onStage, async () => check(value, keys, expected, backend.name));
    return { ...value, backend: backend.name, timings: { witnessMs: witness.ms, proveMs, verifyMs } };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function check(
  result: { proof: unknown; publicSignals: readonly string[] },
  keys: ProvingKeys,
  expected: readonly string[],
  backend: string,
): void {
  const verdict = verifyGroth16(keys.vkey, expected, result.proof);
  const same = result.publicSignals.length === expected.length && result.publicSignals.every((s, i) => s === expected[i]);
  if (verdict.ok && same) return;
  const why = verdict.ok ? "its public signals are not the witness'" : verdict.detail;
  const next = "run the same command again; if it happens twice, check the machine's memory and the key's digest";
  throw new ZkStateError({ code: "PROVER_FAILED", message: `${backend} made a proof that does not verify: ${why}`, next, retryable: true });
}

function foreignKeys(circuit: ProvableCircuit, keys: ProvingKeys): ZkStateError {
  const next = "run `zkstate setup` for this circuit";
  const message = `these keys were made for another circuit than ${circuit.name}`;
  return new ZkStateError({ code: "KEY_MISMATCH", message, expected: circuit.digest, got: keys.circuitDigest, next });
}
