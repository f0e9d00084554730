// Proofs that could not be stored: when their job comes back to this worker it is not proven again.
import type { MadeProof } from "./prover.js";

/** A proof is less than a kilobyte. */
const KEPT = 1000;

export class KeptProofs {
  private readonly proofs = new Map<string, MadeProof>();

  get(jobId: string): MadeProof | undefined {
    return this.proofs.get(jobId);
  }

  keep(jobId: string, proof: MadeProof): void {
    this.proofs.set(jobId, proof);
    const [oldest] = this.proofs.keys();
    if (this.proofs.size > KEPT && oldest !== undefined) this.proofs.delete(oldest);
  }

  stored(jobId: string): void {
    this.proofs.delete(jobId);
  }
}
