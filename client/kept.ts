// What a client keeps: its path, the state at its end and what both are checked with. All of it is checked again when it is read: a store can lose what was
// verified, but cannot add to it.
import * as z from "zod/mini";
import type { PairingBackend } from "../core/pairing/backend.js";
import { Digest } from "../core/publication/numbers.js";
import { type TrustRoot, trustRootDigest } from "../core/publication/trust-root.js";
import { checkEvidence, Evidence, evidenceJson } from "./evidence.js";
import type { HeadStore } from "./head-store.js";
import { Link, startOf, verifyLinks } from "./links.js";
import { type Setup, setupOf } from "./setup.js";
import { openState, type VerifiedHead } from "./state.js";

const KeptPosition = z.strictObject({
  format: z.literal("zkstate light client 1"),
  trustRootDigest: Digest,
  verificationKey: z.unknown(),
  srs: z.unknown(),
  links: z.array(Link),
  /** states/ROOT.json of the path's end. */
  state: z.unknown(),
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

/** The text that a store keeps of a position. */
export const positionText = (trustRoot: TrustRoot, { setup: { verificationKey, srs }, links, state }: Standing): string =>
  JSON.stringify(
    z.encode(KeptPosition, {
      format: "zkstate light client 1",
      trustRootDigest: trustRootDigest(trustRoot),
      verificationKey,
      srs,
      links: [...links],
      state,
    }),
  );

/** The text that a store keeps of a client that has stopped for good. */
export const evidenceText = (evidence: Evidence): string => JSON.stringify(evidenceJson(evidence));

/** The evidence that a store's text holds, if it counts under this trust root. */
export async function evidenceOf(text: string | undefined, trustRoot: TrustRoot, backend: PairingBackend): Promise<Evidence | undefined> {
  if (text === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return (await checkEvidence(json, trustRoot, backend)).ok ? Evidence.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what a store holds, and verifies every certificate in it. @throws as the store */
export async function restore(store: HeadStore, trustRoot: TrustRoot, backend: PairingBackend): Promise<Restored> {
  const evidence = await evidenceOf(await store.load("evidence"), trustRoot, backend);
  if (evidence !== undefined) return { kind: "compromised", evidence };
  const text = await store.load("position");
  if (text === undefined || text === "") return { kind: "empty" };
  try {
    const { trustRootDigest: digest, verificationKey, srs, links, state } = KeptPosition.parse(JSON.parse(text));
    if (digest !== trustRootDigest(trustRoot)) return { kind: "other trust root" };
    const setup = setupOf(verificationKey, srs, trustRoot, backend);
    const head = openState(state, verifyLinks(setup.verifier, startOf(trustRoot), links), trustRoot);
    return { kind: "restored", position: { setup, links, head, state } };
  } catch {
    return { kind: "damaged" }; // whatever is wrong with it, the trust root is still there
  }
}
