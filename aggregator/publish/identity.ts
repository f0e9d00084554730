// What a publication is of: a ledger, a verification key, an aggregation setup. Written once; a folder that is of anything else is refused.
import { ZkStateError } from "../../core/errors.js";
import type { VerificationKey } from "../../core/groth16.js";
import { SRS_FILE, SrsFile, TRUST_ROOT_FILE, VKEY_FILE } from "../../core/publication/files.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { type ProverSrs, verifierSrsJson } from "../snarkpack/srs.js";
import type { Genesis } from "../source.js";
import type { Folder } from "./folder.js";
import { jsonFile, readJsonFile } from "./json-file.js";

export interface Identity {
  readonly genesis: Genesis;
  readonly vkey: VerificationKey;
  /** Its kind is that of all keys: a production setup goes with production keys only. */
  readonly setup: ProverSrs;
}

/** The trust root of a ledger under its keys. */
function trustRootOf({ genesis, vkey, setup }: Identity): TrustRoot {
  return {
    format: "zkstate trust root 1",
    batchNumber: 0,
    ...genesis,
    vkeyDigest: verificationKeyDigest(vkey),
    srsDigest: setup.digest,
    keys: setup.kind,
    createdAt: Math.floor(Date.now() / 1000),
  };
}

/** The key that a folder is published under; undefined when nothing is published there yet, or the key's file is gone. @throws IO_FAILED */
export const publishedKey = (folder: Folder): VerificationKey | undefined =>
  folder.size(TRUST_ROOT_FILE) === undefined ? undefined : readVkey(folder);

/**
 * Makes the folder that of this publication, or checks that it is; the trust root comes last.
 * @throws KEY_MISMATCH when it is of another one, DISK_FULL, READ_ONLY, IO_FAILED
 */
export async function identify(folder: Folder, identity: Identity): Promise<void> {
  const wanted = trustRootOf(identity);
  const there = readTrustRoot(folder);
  if (there !== undefined) checkTrustRoot(there, wanted);
  const { vkey, setup } = identity;
  const [key, srs] = [readVkey(folder), readJsonFile(folder, SRS_FILE, SrsFile)];
  if (key !== undefined && digestOf(key) !== wanted.vkeyDigest) throw mismatch("verification_key.json", wanted.vkeyDigest, digestOf(key));
  if (srs !== undefined && srs.digest !== wanted.srsDigest) throw mismatch("srs.json", wanted.srsDigest, srs.digest);
  if (key === undefined) await folder.put([{ name: VKEY_FILE, bytes: Buffer.from(`${JSON.stringify(vkey, null, 1)}\n`) }]);
  if (srs === undefined) await folder.put([jsonFile(SRS_FILE, SrsFile, verifierSrsJson(setup))]);
  if (there === undefined) await folder.put([jsonFile(TRUST_ROOT_FILE, TrustRoot, wanted)]);
}

function readTrustRoot(folder: Folder): TrustRoot | undefined {
  const trustRoot = readJsonFile(folder, TRUST_ROOT_FILE, TrustRoot);
  if (trustRoot !== undefined || folder.size(TRUST_ROOT_FILE) === undefined) return trustRoot;
  throw mismatch("trust-root.json", "a trust root of this version", "another file");
}

/** Undefined when it is missing or damaged: then it comes from the next proof, and must be that of the trust root. */
function readVkey(folder: Folder): VerificationKey | undefined {
  const bytes = folder.read(VKEY_FILE);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as VerificationKey;
  } catch {
    return undefined;
  }
}

function digestOf(vkey: VerificationKey): string {
  try {
    return verificationKeyDigest(vkey);
  } catch {
    return "no verification key";
  }
}

function checkTrustRoot(there: TrustRoot, wanted: TrustRoot): void {
  for (const field of ["ledgerId", "root", "nLevels", "chains", "vkeyDigest", "srsDigest", "keys"] as const) {
    const [expected, got] = [`${wanted[field]}`, `${there[field]}`];
    if (expected !== got) throw mismatch(`trust-root.json: ${field}`, expected, got);
  }
}

const mismatch = (what: string, expected: string, got: string): ZkStateError =>
  new ZkStateError({
    code: "KEY_MISMATCH",
    message: `The folder publishes something else (${what}).`,
    expected,
    got,
    next: "publish into another folder with --publish; clients of that one need its trust root",
  });
