// Verifies a certificate: that `count` proofs under one verification key lead from one root to another. Time and size grow with the logarithm of the count.
import { ZkStateError } from "../errors.js";
import { isCanonical } from "../field.js";
import { prepareKey, type VerificationKey } from "../groth16.js";
import { Malformed, type PairingBackend } from "../pairing/backend.js";
import { encodeG1, encodeG2 } from "../pairing/encoding.js";
import { GENERATOR_G1, GENERATOR_G2 } from "../pairing/generators.js";
import { verificationKeyDigest } from "../vkey-digest.js";
import { type Certificate, parseCertificate } from "./certificate.js";
import { decodeElements } from "./elements.js";
import { type KeyElements, pairedSums, poweredProducts, sumOfC } from "./equations.js";
import type { Digests } from "./protocol.js";
import { verifierScalars } from "./scalars.js";
import { singleHolds } from "./single.js";
import type { ChainStatement, VerifierSrs } from "./statement.js";
import { checkVerifierSrs, decodeVerifierSrs, encodeVerifierSrs, srsDigest } from "./verifier-srs.js";

/** A state is one number: a proof's public signals are the root before and the root after. */
const PUBLIC_SIGNALS = 2;

export type CertificateVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: "CERTIFICATE_MALFORMED" | "CERTIFICATE_INVALID" | "STATEMENT_MALFORMED";
      /** One sentence naming what is at fault. */
      readonly detail: string;
    };

/** Verifies any number of certificates under one verification key and one setup. */
export interface CertificateVerifier extends Digests {
  /** A certificate of one batch is its proof (single.ts). Never throws, whatever it is given. */
  verify(statement: ChainStatement, certificate: Uint8Array): CertificateVerdict;
}

type Code = Exclude<CertificateVerdict, { ok: true }>["code"];
const refused = (code: Code, detail: string): CertificateVerdict => ({ ok: false, code, detail });

function checkedKey(vkey: unknown): VerificationKey {
  const key = prepareKey(vkey);
  if (!key.ok) {
    const code = key.code === "VKEY_UNSAFE" ? "KEY_UNSAFE" : "PROOF_MALFORMED";
    throw new ZkStateError({
      code,
      message: `The verification key is refused: ${key.detail}.`,
      next: "use the key of the published setup",
    });
  }
  if (key.nPublic !== PUBLIC_SIGNALS) {
    throw new ZkStateError({
      code: "KEY_MISMATCH",
      message: "The verification key is of a circuit whose proofs cannot be chained.",
      expected: `${PUBLIC_SIGNALS} public signals, the root before and the root after`,
      got: `${key.nPublic}`,
      next: "use the key of a batch circuit",
    });
  }
  return vkey as VerificationKey; // prepareKey has read every field
}

function keyElements<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, vkey: VerificationKey, srs: VerifierSrs): KeyElements<G1, G2, Gt> {
  const pair = ([c0 = "", c1 = ""]: readonly string[] = []) => ({ c0: BigInt(c0), c1: BigInt(c1) });
  const g1 = ([x = "", y = ""]: readonly string[] = []) => backend.decodeG1(encodeG1(BigInt(x), BigInt(y)));
  const g2 = ([x, y]: readonly (readonly string[])[]) => backend.decodeG2(encodeG2(pair(x), pair(y)));
  return {
    g: backend.decodeG1(GENERATOR_G1),
    h: backend.decodeG2(GENERATOR_G2),
    aG: backend.decodeG1(srs.aG),
    bG: backend.decodeG1(srs.bG),
    aH: backend.decodeG2(srs.aH),
    bH: backend.decodeG2(srs.bH),
    alphaBeta: backend.pairingProduct([[g1(vkey.vk_alpha_1), g2(vkey.vk_beta_2)]]),
    gamma: g2(vkey.vk_gamma_2),
    delta: g2(vkey.vk_delta_2),
    ic: [g1(vkey.IC[0]), g1(vkey.IC[1]), g1(vkey.IC[2])],
  };
}

const isRoot = (root: unknown) => typeof root === "bigint" && isCanonical(root);

/** What is wrong with a statement before any certificate is looked at. Statements come from JSON: their types are not taken on trust. */
function faultOf(statement: ChainStatement): string | undefined {
  const { oldRoot, newRoot, count } = statement ?? {};
  if (!isRoot(oldRoot) || !isRoot(newRoot)) return "a root is not a number below r";
  if (!Number.isSafeInteger(count) || count < 1) return "the count is not a whole number above zero";
  return undefined;
}

function holds<G1, G2, Gt>(
  backend: PairingBackend<G1, G2, Gt>,
  key: KeyElements<G1, G2, Gt>,
  digests: Digests,
  statement: ChainStatement,
  certificate: Certificate,
): CertificateVerdict {
  const elements = decodeElements(backend, certificate);
  const scalars = verifierScalars(statement, certificate, digests);
  if (!backend.isZeroG1(backend.combineG1(sumOfC(elements, scalars)))) return refused("CERTIFICATE_INVALID", "the sum of C does not hold");
  const pairs = pairedSums(key, elements, scalars).map(([terms, point]) => [backend.combineG1(terms), point] as const);
  const left = backend.pairingProduct(pairs);
  const right = backend.powerProduct(poweredProducts(key, elements, scalars));
  return backend.equalGt(left, right) ? { ok: true } : refused("CERTIFICATE_INVALID", "the pairing equation does not hold");
}

/** Refusals of what was received become verdicts; a fault of the library itself is not one, and is thrown. */
function verdictOf(run: () => CertificateVerdict): CertificateVerdict {
  try {
    return run();
  } catch (e) {
    if (e instanceof Malformed || e instanceof ZkStateError) return refused("CERTIFICATE_MALFORMED", e.message);
    throw e;
  }
}

/**
 * Checks a verification key and a setup once, to verify many certificates under them.
 * @throws PROOF_MALFORMED, KEY_UNSAFE, or KEY_MISMATCH for a key whose proofs do not have two public signals
 * @example const verifier = prepareVerifier(nobleBackend, vkey, srs); const verdict = verifier.verify({ oldRoot, newRoot, count }, bytes);
 */
export function prepareVerifier<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, vkey: unknown, srs: VerifierSrs): CertificateVerifier {
  const checked = checkedKey(vkey);
  const setup = decodeVerifierSrs(encodeVerifierSrs(srs)); // a copy, which nobody else can change
  checkVerifierSrs(backend, setup);
  const key = keyElements(backend, checked, setup);
  const digests = { vkeyDigest: verificationKeyDigest(checked), srsDigest: srsDigest(setup) };
  const verify = (statement: ChainStatement, bytes: Uint8Array) =>
    verdictOf(() => {
      const fault = faultOf(statement);
      if (fault !== undefined) return refused("STATEMENT_MALFORMED", fault);
      if (!(bytes instanceof Uint8Array)) return refused("CERTIFICATE_MALFORMED", "the certificate is not bytes");
      if (statement.count === 1)
        return singleHolds(backend, key, statement, bytes)
          ? { ok: true }
          : refused("CERTIFICATE_INVALID", "the pairing equation does not hold");
      const certificate = parseCertificate(bytes);
      if (certificate.count !== statement.count)
        return refused("CERTIFICATE_INVALID", `the certificate is of ${certificate.count} proofs, the statement of ${statement.count}`);
      return holds(backend, key, digests, statement, certificate);
    });
  return { ...digests, verify };
}
