// Whether a published folder is one that a reader may meet at any moment: everything that is there is whole, and everything that it speaks of is there.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type About, hasCertificate, readCertificate } from "../../aggregator/publish/certificates.js";
import type { Folder } from "../../aggregator/publish/folder.js";
import { readJsonFile } from "../../aggregator/publish/json-file.js";
import type { VerificationKey } from "../../core/groth16.js";
import {
  ACTIVITY_FILE,
  Activity,
  batchFile,
  HEADS_FILE,
  Heads,
  leafFile,
  NODE_LEVELS,
  NodeFile,
  nodeFile,
  type Range,
  SRS_FILE,
  SrsFile,
  stateFile,
  TRUST_ROOT_FILE,
  VKEY_FILE,
} from "../../core/publication/files.js";
import { rangesBetween, rangesEndingAt } from "../../core/publication/ranges.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { accountLeaf, stateRoot } from "../../ledger/hashing.js";
import { LeafFile } from "../../ledger/published/account.js";
import { StateFile } from "../../ledger/published/state.js";
import { defaultNode } from "../../ledger/smt.js";
import { type MemoryFolder, memoryFolder } from "./memory-folder.js";

export type CertificateCheck = (range: Range, certificate: { oldRoot: bigint; newRoot: bigint; bytes: Uint8Array }) => boolean;

/** A folder on disk as it stands, the service's own files left out. */
export function loadFolder(dir: string): MemoryFolder {
  const entries = readdirSync(dir, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith("."),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return memoryFolder(new Map(paths.map((path) => [relative(dir, path), readFileSync(path)])));
}

/** What is wrong with a folder; nothing for one that is empty. @param holds says whether a certificate verifies @defaultValue every one does */
export function problemsOf(folder: MemoryFolder, holds: CertificateCheck = () => true): string[] {
  const problems: string[] = [];
  const must = (ok: boolean, what: string) => void (ok || problems.push(what));
  const heads = readJsonFile(folder, HEADS_FILE, Heads);
  const trustRoot = readJsonFile(folder, TRUST_ROOT_FILE, TrustRoot);
  for (const [name, schema] of [
    [HEADS_FILE, heads],
    [TRUST_ROOT_FILE, trustRoot],
    [ACTIVITY_FILE, readJsonFile(folder, ACTIVITY_FILE, Activity)],
  ] as const)
    must(schema !== undefined || folder.size(name) === undefined, `${name} is damaged`);
  checkTrees(folder, must);
  if (trustRoot === undefined)
    must(![...folder.files.keys()].some((name) => name.startsWith("certificates/")), "certificates without a trust root");
  else {
    checkIdentity(folder, trustRoot, must);
    checkCertificates(folder, trustRoot, must, holds);
  }
  if (heads !== undefined) checkHeads(folder, heads, must);
  return problems;
}

type Must = (ok: boolean, what: string) => void;

function checkIdentity(folder: Folder, trustRoot: TrustRoot, must: Must): void {
  const vkey = folder.read(VKEY_FILE);
  must(
    vkey !== undefined && verificationKeyDigest(JSON.parse(Buffer.from(vkey).toString()) as VerificationKey) === trustRoot.vkeyDigest,
    "the key is not the trust root's",
  );
  must(readJsonFile(folder, SRS_FILE, SrsFile)?.digest === trustRoot.srsDigest, "the setup is not the trust root's");
}

/** Every statement that is there has its certificate, and it holds. */
function checkCertificates(folder: MemoryFolder, about: About, must: Must, holds: CertificateCheck): void {
  for (const name of folder.list("certificates").filter((file) => file.endsWith(".json"))) {
    const [from = 0, to = 0] = name.replace(".json", "").split("-").map(Number);
    const certificate = readCertificate(folder, about, { from, to });
    must(certificate !== undefined, `certificate ${from}-${to} is not whole`);
    if (certificate !== undefined) must(holds({ from, to }, certificate), `certificate ${from}-${to} does not hold`);
  }
}

function checkHeads(folder: Folder, heads: Heads, must: Must): void {
  const { proven, complete, largest, checkpoint } = heads;
  must(complete <= proven.batchNumber, "complete is beyond the head");
  must(readJsonFile(folder, stateFile(proven.root), StateFile) !== undefined, "the head's state is missing");
  for (let to = 1; to <= proven.batchNumber; to++) {
    must(folder.size(batchFile(to)) !== undefined, `batch ${to} is missing`);
    for (const range of rangesEndingAt(to, to <= complete ? largest : 1))
      must(hasCertificate(folder, range), `certificate ${range.from}-${range.to} is missing`);
  }
  if (checkpoint !== null) must(hasCertificate(folder, { from: 0, to: checkpoint }), "the checkpoint is missing");
  for (let from = 0; from < proven.batchNumber; from++)
    for (const range of rangesBetween(from, proven.batchNumber, heads))
      must(hasCertificate(folder, range), `${range.from}-${range.to} is missing on the way from ${from}`);
}

/** Accounts and states by their content that were found to hash to their names: the same ones are met again and again. */
const hashed = new Map<string, bigint>();

/** The accounts root of a state, or 1 of an account, that hashes to its file's name; undefined for anything else. */
function opened(folder: MemoryFolder, name: string): bigint | undefined {
  const content = `${name} ${Buffer.from(folder.read(name) ?? []).toString("latin1")}`;
  const known = hashed.get(content) ?? open(folder, name, BigInt(`0x${name.split("/").at(-1)?.replace(".json", "")}`));
  if (known !== undefined) hashed.set(content, known);
  return known;
}

function open(folder: MemoryFolder, name: string, hash: bigint): bigint | undefined {
  if (name.startsWith("leaves/")) {
    const leaf = readJsonFile(folder, name, LeafFile);
    return leaf !== undefined && accountLeaf(leaf.account) === hash ? 1n : undefined;
  }
  const state = readJsonFile(folder, name, StateFile);
  return state !== undefined && stateRoot(state.header) === hash ? state.header.accountsRoot : undefined;
}

/** Every state that is there opens, and whatever stands in the tree has all that is below it. */
function checkTrees(folder: MemoryFolder, must: Must): void {
  for (const name of folder.files.keys()) {
    if (name.startsWith("leaves/")) must(opened(folder, name) !== undefined, `${name} is not its leaf`);
    if (name.startsWith("states/")) {
      const root = opened(folder, name);
      must(root !== undefined, `${name} is not its state`);
      must(root === undefined || isEmpty(root) || folder.size(nodeFile(root)) !== undefined, `${name} has no tree`);
    }
    if (name.startsWith("nodes/")) checkNode(folder, name, must);
  }
}

const isEmpty = (hash: bigint): boolean => Array.from({ length: 17 }, (_, level) => defaultNode(level)).includes(hash);

/** Without its level nobody knows whether a node's children are leaves: one of both must be there. */
function checkNode(folder: Folder, name: string, must: Must): void {
  const node = readJsonFile(folder, name, NodeFile);
  must(node !== undefined && node.levels <= NODE_LEVELS, `${name} is no node`);
  for (const child of Object.values(node?.children ?? {}))
    must(folder.size(nodeFile(child)) !== undefined || folder.size(leafFile(child)) !== undefined, `${name} lacks a child`);
}
