// The verifier's part of the setup as bytes: a g | b g | a h | b h, its digest, and the checks that need no secret.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { ZkStateError } from "../errors.js";
import { Malformed, type PairingBackend } from "../pairing/backend.js";
import { G1_BYTES, G2_BYTES, parseG1 } from "../pairing/encoding.js";
import { GENERATOR_G1, GENERATOR_G2, MINUS_GENERATOR_G1 } from "../pairing/generators.js";
import type { VerifierSrs } from "./statement.js";

/** Length of the four points: two of G1, two of G2. */
export const VERIFIER_SRS_BYTES = 2 * G1_BYTES + 2 * G2_BYTES;
const DOMAIN = "zkstate snarkpack srs 1";

/** 192 bytes: a g, b g, a h, b h. */
export const encodeVerifierSrs = ({ aG, bG, aH, bH }: VerifierSrs): Uint8Array => concatBytes(aG, bG, aH, bH);

/** The inverse of encodeVerifierSrs; points are not looked at. @throws PROOF_MALFORMED for any other length */
export function decodeVerifierSrs(bytes: Uint8Array): VerifierSrs {
  if (bytes.length !== VERIFIER_SRS_BYTES) throw malformed(`${bytes.length} bytes instead of ${VERIFIER_SRS_BYTES}`);
  const part = (from: number, length: number) => new Uint8Array(bytes.subarray(from, from + length));
  return {
    aG: part(0, G1_BYTES),
    bG: part(G1_BYTES, G1_BYTES),
    aH: part(2 * G1_BYTES, G2_BYTES),
    bH: part(2 * G1_BYTES + G2_BYTES, G2_BYTES),
  };
}

/** Hex SHA-256 of the domain and the 192 bytes: the name of a setup. */
export const srsDigest = (srs: VerifierSrs): string => bytesToHex(sha256(concatBytes(utf8ToBytes(DOMAIN), encodeVerifierSrs(srs))));

const next = "use a setup made by `zkstate` from a finished ceremony";
const malformed = (message: string) =>
  new ZkStateError({ code: "PROOF_MALFORMED", message: `The aggregation setup is malformed: ${message}.`, next });
const unsafe = (message: string) => new ZkStateError({ code: "KEY_UNSAFE", message: `The aggregation setup is unsafe: ${message}.`, next });

/** x of a G1 point: equal for a point and its negative. */
const xOf = (bytes: Uint8Array) => parseG1(bytes)?.x;

function checkSecrets({ aG, bG }: VerifierSrs): void {
  const [a, b, one] = [xOf(aG), xOf(bG), xOf(GENERATOR_G1)];
  if (a === undefined || b === undefined) throw unsafe("a secret is zero");
  if (a === b) throw unsafe("both secrets are the same up to sign"); // then commitments do not bind: a trade between the two vectors goes unseen
  if (a === one || b === one) throw unsafe("a secret is one up to sign");
}

/** x g and x h have the same x: e(x g, h) = e(g, x h). */
function isLinked<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, inG1: Uint8Array, inG2: Uint8Array): boolean {
  const product = backend.pairingProduct([
    [backend.decodeG1(inG1), backend.decodeG2(GENERATOR_G2)],
    [backend.decodeG1(MINUS_GENERATOR_G1), backend.decodeG2(inG2)],
  ]);
  return backend.equalGt(product, backend.pairingProduct([]));
}

/**
 * Refuses a setup whose points do not hang together, or whose secrets can be seen to be no secrets.
 * @throws PROOF_MALFORMED for bytes that are no points, KEY_UNSAFE
 */
export function checkVerifierSrs<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, srs: VerifierSrs): void {
  try {
    checkSecrets(srs);
    if (!isLinked(backend, srs.aG, srs.aH) || !isLinked(backend, srs.bG, srs.bH))
      throw unsafe("the points of G1 and G2 are of different secrets");
  } catch (e) {
    throw e instanceof Malformed ? malformed(e.message) : e;
  }
}
