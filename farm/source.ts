// What the coordinator asks of the ledger. The farm knows jobs and proofs, not transitions.
import type { Groth16Proof, VerificationKey } from "../core/groth16.js";
import type { JobCircuit } from "./job.js";
import type { Outcome } from "./report.js";

/** A circuit with its files on this machine. */
export interface LocalCircuit {
  readonly circuit: JobCircuit;
  readonly wasmPath: string;
  readonly zkeyPath: string;
  /** The coordinator's own key: results are verified with this one and no other. */
  readonly vkey: VerificationKey;
}

/** What is proven of a batch. */
export interface BatchStatement {
  /** JSON of the circuit's input. */
  readonly input: Uint8Array;
  readonly publicSignals: readonly string[];
}

export interface ProofDetails {
  readonly backend: string;
  readonly timings: Extract<Outcome, { kind: "proved" }>["timings"];
}

/** The batch table of a ledger. */
export interface BatchSource {
  /** Names the ledger among those that share a Redis: lower-case letters, digits and dashes. */
  readonly id: string;
  /** Numbers of the batches that wait for a proof, rising. */
  unproven(): Promise<readonly number[]>;
  /** The circuit that proves a batch, in the version of its keys that counts now. Cheap after the first time. */
  circuit(batchNumber: number): Promise<LocalCircuit>;
  statement(batchNumber: number): Promise<BatchStatement>;
  /** Keeps a verified proof. True when it was the batch's first; a second one changes nothing. */
  accept(batchNumber: number, proof: Groth16Proof, details: ProofDetails): Promise<boolean>;
}
