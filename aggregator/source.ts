// Where batches and their proofs come from. The service knows no ledger store and no proof folder: the command line gives it one over both.
import type { Groth16Proof, VerificationKey } from "../core/groth16.js";
import type { Activity } from "../core/publication/files.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import type { PriceReport } from "../ledger/types.js";
import type { StateReader } from "../ledger/world.js";

/** What a trust root says of the ledger: the state before the first batch, and what never changes. */
export type Genesis = Pick<TrustRoot, "ledgerId" | "root" | "nLevels" | "chains">;

/** A batch as the ledger's table has it. */
export interface BatchRoots {
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
}

/** A proof and what is published beside it. Nothing in it has been verified. */
export interface ProvenBatch extends BatchRoots {
  readonly batchNumber: number;
  readonly ledgerId: bigint;
  readonly proof: Groth16Proof;
  readonly vkey: VerificationKey;
  /** Who may know the key's secrets: with a development key whoever made it. */
  readonly keys: TrustRoot["keys"];
  /** batches/N.json, byte for byte. */
  readonly envelope: Uint8Array;
  readonly report: PriceReport;
  /** What activity.json says of it, but for the time of its publication. */
  readonly activity: Omit<Activity["batches"][number], "publishedAt">;
}

export interface ProofSource {
  readonly genesis: Genesis;
  /** Newest batch of the ledger, proven or not; 0 when there is none. */
  head(): number;
  /** Undefined for a batch that the ledger does not have. */
  roots(batchNumber: number): BatchRoots | undefined;
  /** Whether the ledger's table has a proof for the batch. */
  isProven(batchNumber: number): boolean;
  /**
   * Undefined while the batch has no proof.
   * @throws PROOF_INVALID, PROOF_MALFORMED, KEY_UNSAFE, KEY_MISMATCH, DEVELOPMENT_KEY for one that is not to be used; IO_FAILED
   */
  proof(batchNumber: number): Promise<ProvenBatch | undefined>;
  /** The state after a batch; undefined when the ledger does not keep it any more. Reading it throws INPUT_NOT_FOUND when it goes meanwhile. */
  state(batchNumber: number): StateReader | undefined;
  /** Told that everything up to this batch is published. @throws STORE_BUSY when the ledger cannot be written now: the next call makes it good */
  published(upTo: number): void;
}
