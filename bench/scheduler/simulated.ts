// A ledger, a prover and a verifier that cost nothing but time: what is left is the farm's own work.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { VerificationKey } from "../../core/groth16.js";
import { refOf } from "../../farm/artifacts/store.js";
import type { ProofVerifier } from "../../farm/coordinator/verifier.js";
import type { BatchSource, LocalCircuit } from "../../farm/source.js";
import type { JobProver } from "../../farm/worker/prover.js";

const signalOf = (input: Uint8Array): string => BigInt(`0x${createHash("sha256").update(input).digest("hex").slice(0, 60)}`).toString();

/** Takes `ms` on average, half of it to one and a half times of it, and proves the digest of its input. */
export const simulatedProver = (ms: number): JobProver => ({
  prove: async (job, store, signal) => {
    const input = await store.get(job.input);
    await sleep(ms * (0.5 + Math.random()), undefined, { signal });
    return {
      proof: JSON.stringify({ simulated: signalOf(input) }),
      backend: "simulated",
      timings: { witnessMs: 0, proveMs: ms, verifyMs: 0 },
    };
  },
  rssBytes: () => 0,
  close: () => undefined,
});

export const simulatedVerifier: ProofVerifier = {
  verify: async (proof, _vkey, [signal]) => {
    const { simulated } = JSON.parse(Buffer.from(proof).toString("utf8")) as { simulated: string };
    return simulated === signal ? undefined : "PROOF_INVALID: of another batch";
  },
  close: () => undefined,
};

export interface SimulatedSource extends BatchSource {
  /** How often each batch was proven for the first time, and how often again. */
  readonly first: Set<number>;
  again: number;
}

/** A ledger of `batches` batches that wait for a proof. */
export function simulatedSource(id: string, batches: number, dir: string): SimulatedSource {
  const [wasmPath, zkeyPath] = [join(dir, "circuit.wasm"), join(dir, "circuit.zkey")];
  for (const path of [wasmPath, zkeyPath]) writeFileSync(path, path);
  const digest = "0".repeat(64);
  const sizes = { nWires: 1, nPublic: 1, nConstraints: 1 };
  const circuit = {
    id: "simulated",
    digest,
    vkeyDigest: digest,
    ...sizes,
    wasm: refOf(Buffer.from(wasmPath)),
    zkey: refOf(Buffer.from(zkeyPath)),
  };
  const local: LocalCircuit = { circuit, wasmPath, zkeyPath, vkey: {} as VerificationKey };
  const inputOf = (n: number) => Buffer.from(JSON.stringify({ batch: n, signals: "1".repeat(1000) }));
  const first = new Set<number>();
  const source: SimulatedSource = {
    id,
    first,
    again: 0,
    unproven: async () => Array.from({ length: batches }, (_, i) => i + 1).filter((n) => !first.has(n)),
    circuit: async () => local,
    statement: async (n) => ({ input: inputOf(n), publicSignals: [signalOf(inputOf(n))] }),
    accept: async (n) => {
      if (first.has(n)) source.again++;
      const isFirst = !first.has(n);
      first.add(n);
      return isFirst;
    },
  };
  return source;
}
