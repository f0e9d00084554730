// Evidence of two histories: two paths of valid certificates from the trust root's state to the same batch, ending in different states. Anyone who has the
// trust root can check it, without the client that found it and without a server.
import * as z from "zod/mini";
import { asZkStateError, ZkStateError } from "../core/errors.js";
import { SrsFile } from "../core/publication/files.js";
import { BatchNumber, Digest } from "../core/publication/numbers.js";
import { type TrustRoot, trustRootDigest } from "../core/publication/trust-root.js";
import type { BackendChoice } from "./backends.js";
import { backendOf } from "./backends.js";
import { Link, startOf, verifyLinks } from "./links.js";
import { setupOf } from "./setup.js";

export const Evidence = z.strictObject({
  format: z.literal("zkstate evidence 1"),
  trustRootDigest: Digest,
  /** Both paths lead from the trust root's state, which they share, to the state after this batch. */
  batchNumber: BatchNumber,
  /** snarkjs' shape; the trust root names its digest, as that of the setup. */
  verificationKey: z.unknown(),
  srs: SrsFile,
  paths: z.tuple([z.array(Link), z.array(Link)]),
});
/** Numbers and certificates in memory; `evidenceJson` gives what is kept and sent. */
export type Evidence = z.output<typeof Evidence>;

/** Evidence as JSON: numbers in decimal, certificates in base64. */
export const evidenceJson = (evidence: Evidence): z.input<typeof Evidence> => z.encode(Evidence, evidence);

export type EvidenceVerdict =
  | { readonly ok: true; readonly batchNumber: number; readonly roots: readonly [bigint, bigint] }
  | { readonly ok: false; readonly detail: string };

/**
 * Checks evidence given as JSON, against a trust root that the reader has from elsewhere.
 * @returns the two states, or why it is no evidence; never throws
 */
export async function checkEvidence(json: unknown, trustRoot: TrustRoot, backend: BackendChoice = "noble"): Promise<EvidenceVerdict> {
  const refused = (detail: string): EvidenceVerdict => ({ ok: false, detail });
  const parsed = z.safeParse(Evidence, json);
  if (!parsed.success) return refused("it is not in the form of evidence");
  const { batchNumber, paths, ...evidence } = parsed.data;
  if (evidence.trustRootDigest !== trustRootDigest(trustRoot)) return refused("it is about another trust root");
  try {
    const { verifier } = setupOf(evidence.verificationKey, z.encode(SrsFile, evidence.srs), trustRoot, await backendOf(backend));
    const [a, b] = paths.map((links) => verifyLinks(verifier, startOf(trustRoot), links));
    if (a?.batchNumber !== batchNumber || b?.batchNumber !== batchNumber) return refused("a path does not end at the batch that is named");
    if (a.root === b.root) return refused("both paths end in the same state");
    return { ok: true, batchNumber, roots: [a.root, b.root] };
  } catch (e) {
    return refused(asZkStateError(e).message);
  }
}

/** The error of a client that has stopped for good. */
export const compromised = (evidence: Evidence): ZkStateError =>
  new ZkStateError({
    code: "COMPROMISED",
    message: `There are two proven states after batch ${evidence.batchNumber}: whoever runs this ledger has forked it, or its keys are known to others.`,
    next: "stop using this ledger; keep the evidence (details.evidence, printed by --json) and compare it with the contracts on the chains",
    details: { evidence: evidenceJson(evidence) },
  });
