// Whose verification key a proof is checked with.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { INSTANCES } from "../../circuits/instances.js";
import { ZkStateError } from "../../core/errors.js";
import { prepareKey, type VerificationKey } from "../../core/groth16.js";
import { circuitDigest } from "../../prover/artifacts.js";
import { cacheDir } from "../../prover/cache-dir.js";
import { refuseDevelopmentVkey } from "../../prover/keys/registry.js";
import { verificationKeyDigest } from "../../prover/keys/vkey.js";
import { circuitSource } from "../circuits.js";
import type { Settings } from "../settings.js";
import type { Envelope } from "./envelope.js";

/** pinned: given with --key. development, production: a key in this machine's cache. own: it came with the proof. */
export type KeyTrust = "pinned" | "development" | "production" | "own";

const cacheOf = (settings: Settings): string => cacheDir(settings.cache.value === "" ? undefined : settings.cache.value);

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

/** Where this machine's cache knows a verification key from. */
export async function trustedKey(vkeyDigest: string, settings: Settings): Promise<KeyTrust> {
  const keys = join(cacheOf(settings), "keys");
  for (const circuit of list(keys)) {
    for (const kind of ["production", "development"] as const) {
      if (sidecarDigest(join(keys, circuit, kind, "key.json")) === vkeyDigest) return kind;
    }
  }
  return "own";
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function sidecarDigest(path: string): unknown {
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof json === "object" && json !== null && "vkeyDigest" in json ? json.vkeyDigest : undefined;
  } catch {
    return undefined;
  }
}

/** @throws DEVELOPMENT_KEY, KEY_MISMATCH for a key nobody vouches for, VERSION_MISMATCH for a circuit that is not this version's */
export async function requireProductionKey(
  envelope: Envelope | undefined,
  vkey: VerificationKey,
  trust: KeyTrust,
  settings: Settings,
): Promise<void> {
  await refuseDevelopmentVkey(vkey, cacheOf(settings));
  if (envelope?.keys.kind === "development" || trust === "development") {
    const next = "ask for a proof under the production key";
    throw new ZkStateError({
      code: "DEVELOPMENT_KEY",
      message: "The proof was made with a development key: whoever made it can forge proofs.",
      next,
    });
  }
  if (trust === "own") {
    const next = "pass the venue's published key with --key FILE, or make the production key here with `zkstate setup --ptau FILE`";
    throw new ZkStateError({ code: "KEY_MISMATCH", message: "Nobody vouches for the verification key that came with the proof.", next });
  }
  if (envelope === undefined) return;
  const known = INSTANCES.get(envelope.circuit.id);
  const expected = known === undefined ? "no such circuit" : await circuitDigest(circuitSource(known));
  if (expected === envelope.circuit.digest) return;
  const next = "verify with the version of zkstate that made the proof";
  throw new ZkStateError({
    code: "VERSION_MISMATCH",
    message: "The proof is for another circuit than this version's.",
    expected,
    got: envelope.circuit.digest,
    next,
  });
}
