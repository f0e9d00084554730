// Proofs that form a chain, made from known secrets, with points that all differ.
import type { ChainProof } from "../../aggregator/snarkpack/chain.js";
import type { VerificationKey } from "../../core/groth16.js";
import { logOfC, simulatedKey, simulatedProof } from "../unit/prover/simulated-proof.js";
import type { ProofLogs } from "./exponent-prover.js";
import { randomField } from "./mutate.js";

export interface ProofChain {
  readonly vkey: VerificationKey;
  readonly proofs: readonly ChainProof[];
  /** The logarithms of each proof's points. */
  readonly logs: readonly ProofLogs[];
}

/** `n` proofs under simulatedKey(). */
export function chainOfProofs(n: number, seed: bigint): ProofChain {
  const random = randomField(seed);
  const roots = Array.from({ length: n + 1 }, random);
  const steps = Array.from({ length: n }, (_, i) => {
    const [oldRoot = 0n, newRoot = 0n] = roots.slice(i, i + 2);
    const [a, b] = [random(), random()];
    return { oldRoot, newRoot, a, b, c: logOfC(a, b, [oldRoot, newRoot]) };
  });
  return {
    vkey: simulatedKey(),
    proofs: steps.map(({ oldRoot, newRoot, a, b }) => ({ proof: simulatedProof([oldRoot, newRoot], a, b), oldRoot, newRoot })),
    logs: steps.map(({ a, b, c, oldRoot }) => ({ a, b, c, oldRoot })),
  };
}
