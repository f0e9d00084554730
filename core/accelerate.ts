// Where a faster implementation of the hash and of signatures is put in: core itself is pure and runs in browsers.

/** The same results as core's own code, sooner. */
export interface Accelerator {
  /** The hash of the words, or undefined for what it leaves to core, such as words outside (-r, r). */
  readonly poseidon: (inputs: readonly bigint[]) => bigint | undefined;
  /** Hashes of `arity` words each that lie end to end, or undefined for what it leaves to core. */
  readonly poseidonMany: (arity: number, inputs: readonly bigint[]) => readonly bigint[] | undefined;
  /** The verdict of `verify` in core/eddsa.ts on S*B8 = R8 + 8*h*A. */
  readonly verifySignature: (ax: bigint, ay: bigint, message: bigint, r8x: bigint, r8y: bigint, s: bigint) => boolean;
}

let installed: Accelerator | undefined;

/** From now on core uses this, or its own code again for undefined. Called once, at the start of a program. */
export function useAccelerator(accelerator: Accelerator | undefined): void {
  installed = accelerator;
}

export const accelerator = (): Accelerator | undefined => installed;
