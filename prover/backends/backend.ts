// The one interface behind which every proving engine stands.
import type { Groth16Proof } from "../../core/groth16.js";

export interface ProveJob {
  readonly zkeyPath: string;
  readonly wtnsPath: string;
  /** Aborting kills the proving process. */
  readonly signal?: AbortSignal;
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Wall-clock limit in milliseconds, after which the proving process is killed. @defaultValue 1800000 */
  readonly timeoutMs?: number;
}

export interface ProveResult {
  readonly proof: Groth16Proof;
  /** Canonical decimals in the circuit's order: outputs first. */
  readonly publicSignals: readonly string[];
}

export interface ProverBackend {
  readonly name: string;
  /** @throws PROVER_FAILED (retryable) when the process dies, TIMEOUT past the limit, INTERRUPTED on abort */
  prove(job: ProveJob): Promise<ProveResult>;
}
