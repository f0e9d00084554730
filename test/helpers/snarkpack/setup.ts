// Setups from known secrets. The reference prover uses the secrets as a short cut: a power of a is a number to it, not a point.
import { createHash } from "node:crypto";
import type { VerifierSrs } from "../../../core/snarkpack/statement.js";
import { join, writeG1, writeG2 } from "./bytes.js";
import { G, H, times1, times2 } from "./groups.js";

export interface Secrets {
  readonly a: bigint;
  readonly b: bigint;
}

export const SECRETS: Secrets = { a: 1_000_003n, b: 2_000_003n };

/** The verifier's four points. */
export const verifierPoints = ({ a, b }: Secrets): VerifierSrs => ({
  aG: writeG1(times1(G, a)),
  bG: writeG1(times1(G, b)),
  aH: writeG2(times2(H, a)),
  bH: writeG2(times2(H, b)),
});

/** Hex SHA-256 of the domain and the four points. */
export const digestOfSetup = ({ aG, bG, aH, bH }: VerifierSrs): string =>
  createHash("sha256")
    .update("zkstate snarkpack srs 1")
    .update(join(aG, bG, aH, bH))
    .digest("hex");
