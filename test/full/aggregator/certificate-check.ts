// Whether published certificates hold, as a client sees it: by the folder's own key and setup, which the trust root pins. What holds is asked once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { batchCheck } from "../../../aggregator/batch-check.js";
import type { VerificationKey } from "../../../core/groth16.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { SRS_FILE, SrsFile, VKEY_FILE } from "../../../core/publication/files.js";
import { prepareVerifier } from "../../../core/snarkpack/verify.js";
import type { CertificateCheck } from "../../helpers/check-published.js";
import { sha256Hex } from "../../helpers/simulated-setup.js";

const known = new Set<string>();
/** Checks by the key and setup that they are under. */
const checks = new Map<string, CertificateCheck>();

/** A check of a published folder's certificates; with no key or setup in it yet, none is right. */
export async function certificateCheck(dir: string): Promise<CertificateCheck> {
  const holds = await makeCheck(dir).catch((): CertificateCheck => () => false);
  return (range, certificate) => {
    const { oldRoot, newRoot, bytes } = certificate;
    const name = [dir, range.from, range.to, oldRoot, newRoot, sha256Hex(bytes)].join();
    const ok = known.has(name) || holds(range, certificate);
    if (ok) known.add(name);
    return ok;
  };
}

async function makeCheck(dir: string): Promise<CertificateCheck> {
  const [key, setup] = [VKEY_FILE, SRS_FILE].map((name) => readFileSync(join(dir, name), "utf8"));
  const made = checks.get(`${key}${setup}`) ?? (await checkUnder(JSON.parse(key ?? ""), SrsFile.parse(JSON.parse(setup ?? ""))));
  checks.set(`${key}${setup}`, made);
  return made;
}

async function checkUnder(vkey: VerificationKey, { aG, bG, aH, bH }: SrsFile): Promise<CertificateCheck> {
  const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
  const backend = await mclBackend();
  const verifier = prepareVerifier(backend, vkey, { aG: bytes(aG), bG: bytes(bG), aH: bytes(aH), bH: bytes(bH) });
  const single = batchCheck(backend, vkey);
  return ({ from, to }, { oldRoot, newRoot, bytes: certificate }) =>
    to - from === 1
      ? single([{ oldRoot, newRoot, bytes: certificate }]).length === 0
      : verifier.verify({ oldRoot, newRoot, count: to - from }, certificate).ok;
}
