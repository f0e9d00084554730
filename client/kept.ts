// What a client keeps: its path, the state at its end and what both are checked with. All of it is checked again when it is read: a store can lose what was
// verified, but cannot add to it.
import * as z from "zod/mini";
import type { PairingBackend } from "../core/pairing/backend.js";
import { Digest } from "../core/publication/numbers.js";
import { type TrustRoot, trustRootDigest } from "../core/publication/trust-root.js";
import { checkEvidence, Evidence, evidenceJson } from "./evidence.js";
import { Link, startOf, verifyLinks } from "./links.js";
import { type Setup, setupOf } from "./setup.js";
import { openState, type VerifiedHead } from "./state.js";

const Kept = z.strictObject({
  format: z.literal("zkstate light client 1"),
  trustRootDigest: Digest,
  position: z.nullable(
    z.strictObject({
      verificationKey: z.unknown(),
      srs: z.unknown(),
      links: z.array(Link),
      /** states/ROOT.json of the path's end. */
      state: z.unknown(),
    }),
  ),
  evidence: z.nullable(Evidence),
});

/** A verified path and the state at its end, opened. */
export interface Standing {
  readonly setup: Setup;
  readonly links: readonly Link[];
  readonly head: VerifiedHead;
  /** The state file's JSON. */
  readonly state: unknown;
}

/** What a store held. `damaged` and `other trust root` start over from the trust root. */
export type Restored =
  | { readonly kind: "empty" | "damaged" | "other trust root" }
  | { readonly kind: "restored"; readonly position: Standing }
  | { readonly kind: "compromised"; readonly evidence: Evidence };

const keptJson = (trustRoot: TrustRoot, position: z.output<typeof Kept>["position"], evidence: Evidence | null): string =>
  JSON.stringify(z.encode(Kept, { format: "zkstate light client 1", trustRootDigest: trustRootDigest(trustRoot), position, evidence }));

/** The text that a store keeps of a position. */
export const positionText = (trustRoot: TrustRoot, { setup: { verificationKey, srs }, links, state }: Standing): string =>
  keptJson(trustRoot, { verificationKey, srs, links: [...links], state }, null);

/** The text that a store keeps of a client that has stopped for good. */
export const evidenceText = (trustRoot: TrustRoot, evidence: Evidence): string => keptJson(trustRoot, null, evidence);

function openPosition(
  { verificationKey, srs, links, state }: NonNullable<z.output<typeof Kept>["position"]>,
  trustRoot: TrustRoot,
  backend: PairingBackend,
) {
  const setup = setupOf(verificationKey, srs, trustRoot, backend);
  const head = openState(state, verifyLinks(setup.verifier, startOf(trustRoot), links), trustRoot);
  return { setup, links, head, state };
}

/** The evidence that a store's text holds, if it counts under this trust root. */
export async function evidenceIn(text: string | undefined, trustRoot: TrustRoot, backend: PairingBackend): Promise<Evidence | undefined> {
  if (!text?.includes('"evidence":{')) return undefined;
  try {
    const { evidence } = Kept.parse(JSON.parse(text));
    return evidence !== null && (await checkEvidence(evidenceJson(evidence), trustRoot, backend)).ok ? evidence : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a store's text, and verifies every certificate in it. */
export async function restore(text: string | undefined, trustRoot: TrustRoot, backend: PairingBackend): Promise<Restored> {
  if (text === undefined || text === "") return { kind: "empty" };
  try {
    const kept = Kept.parse(JSON.parse(text));
    if (kept.trustRootDigest !== trustRootDigest(trustRoot)) return { kind: "other trust root" };
    const { position, evidence } = kept;
    if (evidence !== null && (await checkEvidence(evidenceJson(evidence), trustRoot, backend)).ok) return { kind: "compromised", evidence };
    return position === null ? { kind: "damaged" } : { kind: "restored", position: openPosition(position, trustRoot, backend) };
  } catch {
    return { kind: "damaged" }; // whatever is wrong with it, the trust root is still there
  }
}
