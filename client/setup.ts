// The verification key and the aggregation setup: fetched from anywhere, used only if they are those that the trust root names.
import { hexToBytes } from "@noble/hashes/utils.js";
import type { VerificationKey } from "../core/groth16.js";
import type { PairingBackend } from "../core/pairing/backend.js";
import { SRS_FILE, SrsFile, VKEY_FILE } from "../core/publication/files.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import type { VerifierSrs } from "../core/snarkpack/statement.js";
import { srsDigest } from "../core/snarkpack/verifier-srs.js";
import { type CertificateVerifier, prepareVerifier } from "../core/snarkpack/verify.js";
import { verificationKeyDigest } from "../core/vkey-digest.js";
import { invalid, LIMITS, readJson, shaped } from "./answers.js";
import type { Transport } from "./transport.js";

/** What certificates are checked with, and the files that it was made of. */
export interface Setup {
  readonly verificationKey: unknown;
  readonly srs: unknown;
  readonly verifier: CertificateVerifier;
}

const pointsOf = ({ aG, bG, aH, bH }: SrsFile): VerifierSrs => ({
  aG: hexToBytes(aG),
  bG: hexToBytes(bG),
  aH: hexToBytes(aH),
  bH: hexToBytes(bH),
});

// PERF: preparing costs as much as verifying several certificates, and clients, evidence and restarts of one program mostly use one setup.
const prepared = new WeakMap<PairingBackend, { readonly of: string; readonly verifier: CertificateVerifier }>();

function prepare(backend: PairingBackend, verificationKey: unknown, srs: unknown, points: VerifierSrs): CertificateVerifier {
  const of = JSON.stringify([verificationKey, srs]);
  const known = prepared.get(backend);
  if (known?.of === of) return known.verifier;
  const verifier = prepareVerifier(backend, verificationKey, points);
  prepared.set(backend, { of, verifier });
  return verifier;
}

function keyDigest(json: unknown): string {
  if (typeof json !== "object" || json === null) return "none: it is not an object";
  try {
    JSON.stringify(json); // all of it, since what no digest covers is kept too
    return verificationKeyDigest(json as VerificationKey);
  } catch {
    return "none: it is nested deeper than any key is"; // browsers do not agree on the kind of this error
  }
}

/**
 * The verifier of a key and a setup given as JSON.
 * @throws RESPONSE_INVALID when one is not the trust root's; KEY_UNSAFE, KEY_MISMATCH, PROOF_MALFORMED when the trust root itself names a bad one
 */
export function setupOf(
  verificationKey: unknown,
  srs: unknown,
  { vkeyDigest, srsDigest: expected }: Pick<TrustRoot, "vkeyDigest" | "srsDigest">,
  backend: PairingBackend,
): Setup {
  const key = keyDigest(verificationKey);
  if (key !== vkeyDigest)
    throw invalid(VKEY_FILE, "verification key", "The verification key is not the trust root's.", { expected: vkeyDigest, got: key });
  const points = pointsOf(shaped(SrsFile, srs, SRS_FILE));
  const got = srsDigest(points);
  if (got !== expected) throw invalid(SRS_FILE, "setup", "The aggregation setup is not the trust root's.", { expected, got });
  return { verificationKey, srs, verifier: prepare(backend, verificationKey, srs, points) };
}

/** Fetches key and setup. @throws as setupOf, or as the transport */
export async function fetchSetup(
  transport: Transport,
  trustRoot: TrustRoot,
  backend: PairingBackend,
  signal?: AbortSignal,
): Promise<Setup> {
  const [key, srs] = await Promise.all([
    readJson(transport, VKEY_FILE, LIMITS.key, signal),
    readJson(transport, SRS_FILE, LIMITS.srs, signal),
  ]);
  return setupOf(key, srs, trustRoot, backend);
}
