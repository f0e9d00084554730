// What a certificate says: `count` proofs under one verification key lead, each from the state where the one before it ended, from oldRoot to newRoot.

export interface ChainStatement {
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  /** Number of proofs, m. */
  readonly count: number;
}

/** The verifier's part of the setup: four points, from two secrets a and b that nobody may know. g and h are the generators of EIP-197. */
export interface VerifierSrs {
  /** a g and b g in G1, 32 bytes each; a h and b h in G2, 64 bytes each. */
  readonly aG: Uint8Array;
  readonly bG: Uint8Array;
  readonly aH: Uint8Array;
  readonly bH: Uint8Array;
}
