// Whose verification key a proof is checked with.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { INSTANCES } from "../../circuits/instances.js";
import { ZkStateError } from "../../core/errors.js";
import { prepareKey, type VerificationKey } from "../../core/groth16.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { circuitDigest } from "../../prover/artifacts.js";
import { cacheDir } from "../../prover/cache-dir.js";
import { refuseDevelopmentVkey } from "../../prover/keys/registry.js";
import { readZkeyHeader } from "../../prover/keys/zkey-file.js";
import { circuitSource } from "../circuits.js";
import type { Settings } from "../settings.js";
import type { Envelope } from "./envelope.js";

/** pinned: given with --key. development, production: a key in this machine's cache. own: it came with the proof. */
export type KeyTrust = "pinned" | "development" | "production" | "own";

/** Who vouches for a key, and for which circuit (its digest; none for a key that is pinned or came with the proof). */
export interface Trust {
  readonly kind: KeyTrust;
  readonly circuit?: string;
}

/** The cache that may vouch for keys: never one that a configuration file names, since proofs may come with such a file. */
function cacheOf({ cache }: Settings): string {
  const chosen = cache.origin === "flag" || cache.origin.startsWith("env ");
  return cacheDir(chosen && cache.value !== "" ? cache.value : undefined);
}

/** Digest of a key given as parsed JSON. @throws PROOF_MALFORMED, KEY_UNSAFE */
export function digestOf(vkey: unknown): string {
  const key = prepareKey(vkey);
  if (key.ok) return verificationKeyDigest(vkey as VerificationKey);
  const code = key.code === "VKEY_UNSAFE" ? "KEY_UNSAFE" : "PROOF_MALFORMED";
  throw new ZkStateError({
    code,
    message: `The verification key is refused: ${key.detail}.`,
    next: "use the key that the venue publishes",
  });
}

/** Where this machine's cache knows a verification key from: by the key itself, not by what its sidecar says. */
export const trustedKey = (vkeyDigest: string, settings: Settings): Trust => vouchedBy(cacheOf(settings), vkeyDigest);

/** What is said where nobody vouches for a key. */
export const ownKeyNote = (path: string, vkeyDigest: string): string =>
  `${path}: the key came with the proof; pin the one you trust with --key FILE (digest ${vkeyDigest})`;

/** Who vouches for a key in a given cache. */
export function vouchedBy(cache: string, vkeyDigest: string): Trust {
  const keys = join(cache, "keys");
  for (const circuit of list(keys)) {
    for (const kind of ["production", "development"] as const) {
      const dir = join(keys, circuit, kind);
      if (keyDigest(dir) === vkeyDigest) return { kind: kind === "production" && isCeremonyKey(dir) ? kind : "development", circuit };
    }
  }
  return { kind: "own" };
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function keyDigest(dir: string): string | undefined {
  try {
    return verificationKeyDigest(JSON.parse(readFileSync(join(dir, "verification_key.json"), "utf8")) as VerificationKey);
  } catch {
    return undefined;
  }
}

/** The proving key beside it went through a ceremony: it has contributions and no development mark. */
function isCeremonyKey(dir: string): boolean {
  try {
    return !readZkeyHeader(join(dir, "circuit.zkey")).isDevelopment;
  } catch {
    return false;
  }
}

/** @throws DEVELOPMENT_KEY, KEY_MISMATCH for a key nobody vouches for, VERSION_MISMATCH for a circuit that is not this version's */
export async function requireProductionKey(
  envelope: Envelope | undefined,
  vkey: VerificationKey,
  trust: Trust,
  settings: Settings,
): Promise<void> {
  await refuseDevelopmentVkey(vkey, cacheOf(settings));
  if (envelope?.keys.kind === "development" || trust.kind === "development") {
    const next = "ask for a proof under the production key";
    throw new ZkStateError({
      code: "DEVELOPMENT_KEY",
      message: "The proof was made with a development key: whoever made it can forge proofs.",
      next,
    });
  }
  if (trust.kind === "own") {
    const next = "pass the venue's published key with --key FILE, or make the production key here with `zkstate setup --ptau FILE`";
    throw new ZkStateError({ code: "KEY_MISMATCH", message: "Nobody vouches for the verification key that came with the proof.", next });
  }
  if (envelope === undefined) return;
  const known = INSTANCES.get(envelope.circuit.id);
  const expected = known === undefined ? "no such circuit" : await circuitDigest(circuitSource(known));
  const vouched = trust.circuit ?? expected;
  if (expected === envelope.circuit.digest && expected === vouched) return;
  const next = "verify with the version of zkstate that made the proof";
  throw new ZkStateError({
    code: "VERSION_MISMATCH",
    message: "The proof is for another circuit than this version's.",
    expected,
    got: expected === envelope.circuit.digest ? vouched : envelope.circuit.digest,
    next,
  });
}
