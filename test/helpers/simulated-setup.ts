// A verification key, an aggregation setup and proofs whose secrets are known, in the encodings of certificates.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import type { Groth16Proof } from "../../core/groth16.js";
import { encodeG1, encodeG2 } from "../../core/pairing/encoding.js";
import type { Digests } from "../../core/snarkpack/protocol.js";
import type { VerifierSrs } from "../../core/snarkpack/statement.js";
import { type G1, type G2, logOfC, simulatedProof, times1, times2 } from "../unit/prover/simulated-proof.js";
import { proveByLogarithms } from "./exponent-prover.js";

export const sha256Hex = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

const bytes1 = (point: G1): Uint8Array => {
  const { x, y } = point.toAffine();
  return encodeG1(x, y);
};
const bytes2 = (point: G2): Uint8Array => {
  const { x, y } = point.toAffine();
  return encodeG2(x, y);
};

const SECRETS = { a: 1_000_003n, b: 2_000_003n };

/** The verifier's part of a setup from two known secrets. */
export const simulatedSrs = (a = SECRETS.a, b = SECRETS.b): VerifierSrs => ({
  aG: bytes1(times1(a)),
  bG: bytes1(times1(b)),
  aH: bytes2(times2(a)),
  bH: bytes2(times2(b)),
});

const pair = ([c0 = "0", c1 = "0"]: readonly string[] = []) => ({ c0: BigInt(c0), c1: BigInt(c1) });

/** A proof as the certificate of one batch: A, B, C in 128 bytes. */
export function compressed({ pi_a, pi_b, pi_c }: Groth16Proof): Uint8Array {
  const point = ([x = "0", y = "0"]: readonly string[]) => encodeG1(BigInt(x), BigInt(y));
  return concatBytes(point(pi_a), encodeG2(pair(pi_b[0]), pair(pi_b[1])), point(pi_c));
}

/** The certificate of one batch between any two roots. */
export const simulatedCertificate = (oldRoot: bigint, newRoot: bigint): Uint8Array => compressed(simulatedProof([oldRoot, newRoot]));

/** The certificate over a chain of two or more batches, under the setup of simulatedSrs(): made from its secrets, in a fraction of a second. */
export function simulatedAggregate(roots: readonly bigint[], digests: Digests): Uint8Array {
  const [a, b] = [99n, 101n]; // logarithms, as in simulatedProof
  const proofs = roots.slice(0, -1).map((oldRoot, i) => ({ a, b, c: logOfC(a, b, [oldRoot, roots[i + 1] ?? 0n]), oldRoot }));
  return proveByLogarithms({ oldRoot: roots[0] ?? 0n, newRoot: roots.at(-1) ?? 0n, count: proofs.length }, proofs, SECRETS, digests);
}
