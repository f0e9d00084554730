// Digests of development keys made on this machine, so that one is known by content even under another name or with its sidecar gone.
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ZkStateError } from "../../core/errors.js";
import type { VerificationKey } from "../../core/groth16.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { sha256File } from "../file-digest.js";
import { fileError } from "../file-errors.js";
import { readZkeyHeader } from "./zkey-file.js";

const registryDir = (cache: string) => join(cache, "development-keys");

/** Remember digests (of a zkey file, of a verification key) as development ones. */
export async function registerDevelopment(cache: string, digests: readonly string[]): Promise<void> {
  const dir = registryDir(cache);
  try {
    await mkdir(dir, { recursive: true });
    for (const digest of digests) await writeFile(join(dir, digest), "");
  } catch (e) {
    throw fileError(e, dir);
  }
}

/** True for a digest that was remembered. */
export async function isRegistered(cache: string, digest: string): Promise<boolean> {
  return access(join(registryDir(cache), digest)).then(
    () => true,
    () => false,
  );
}

/** True for a proving key made by the direct setup, or one to which no phase-2 contribution was ever made. */
export async function isDevelopmentZkey(zkeyPath: string, cache: string): Promise<boolean> {
  return readZkeyHeader(zkeyPath).isDevelopment || (await isRegistered(cache, await sha256File(zkeyPath)));
}

/** True for the verification key of a development key made on this machine. A key made elsewhere can only be known by its sidecar. */
export async function isDevelopmentVkey(vkey: VerificationKey, cache: string): Promise<boolean> {
  return isRegistered(cache, verificationKeyDigest(vkey));
}

/** @throws DEVELOPMENT_KEY when the verification key is a known development one */
export async function refuseDevelopmentVkey(vkey: VerificationKey, cache: string): Promise<void> {
  if (await isDevelopmentVkey(vkey, cache)) {
    const next = "use a production key (`zkstate setup --ptau FILE`), or allow development keys explicitly";
    throw new ZkStateError({ code: "DEVELOPMENT_KEY", message: "this is a development key: whoever made it can forge proofs", next });
  }
}
