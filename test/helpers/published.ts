// The whole published form of a small ledger, in memory: real states, nodes and accounts; proofs and keys from known secrets.
//
// const { files, trustRoot } = publishedFixture({ batches: 3 });
// const transport = memoryTransport(files);           // or: writePublished(files, dir)
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod/mini";
import { statementOf } from "../../cli/proof/envelope.js";
import {
  ACTIVITY_FILE,
  Activity,
  batchFile,
  CertificateStatement,
  certificateFile,
  certificateStatementFile,
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
  VKEY_FILE,
} from "../../core/publication/files.js";
import { rangesEndingAt } from "../../core/publication/ranges.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import type { Digests } from "../../core/snarkpack/protocol.js";
import type { VerifierSrs } from "../../core/snarkpack/statement.js";
import { srsDigest } from "../../core/snarkpack/verifier-srs.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { accountLeaf, stateRoot } from "../../ledger/hashing.js";
import type { MemoryState } from "../../ledger/memory-state.js";
import { LeafFile } from "../../ledger/published/account.js";
import { StateFile } from "../../ledger/published/state.js";
import { defaultNode, type TreeReader } from "../../ledger/smt.js";
import type { PriceReport } from "../../ledger/types.js";
import { simulatedKey } from "../unit/prover/simulated-proof.js";
import { type History, type HistoryOptions, history, type Step } from "./ledger-history.js";
import { sha256Hex, simulatedAggregate, simulatedCertificate, simulatedSrs } from "./simulated-setup.js";

export type Files = Map<string, Uint8Array>;

export interface PublishedOptions extends HistoryOptions {
  /** What happened. @defaultValue a history made from the other options */
  readonly past?: History;
  /** Largest certificate, a power of two: every range up to it gets one. @defaultValue 1: certificates of one batch alone */
  readonly largest?: number;
  /** Which state a client starts from. @defaultValue 0 */
  readonly trustFrom?: number;
}

export interface PublishedFixture {
  /** Every published file by its name; change it at will. */
  readonly files: Files;
  readonly trustRoot: TrustRoot;
  /** The states after batch 0 (the genesis), 1, 2, ... */
  readonly states: readonly MemoryState[];
  readonly roots: readonly bigint[];
  readonly history: History;
}

export const TRUST_ROOT_CREATED = 1_700_000_000;
const PUBLISHED_AFTER = 30;

const text = (json: unknown): Uint8Array => utf8ToBytes(`${JSON.stringify(json)}\n`);

/** The content of a published JSON file. */
export const readJson = (files: Files, name: string): unknown => {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`${name} is not published`);
  return JSON.parse(new TextDecoder().decode(bytes));
};

/** Puts JSON in place of a published file. */
export const putJson = (files: Files, name: string, json: unknown): void => {
  files.set(name, text(json));
};

/** The node files of a tree, those of empty subtrees left out. */
export function putTree(files: Files, tree: TreeReader): void {
  const walk = (level: number, index: bigint): void => {
    const hash = tree.node(level, index);
    if (level === 0 || hash === defaultNode(level)) return;
    const levels = level % NODE_LEVELS || NODE_LEVELS;
    const below = level - levels;
    const places = Array.from({ length: 4 ** levels }, (_, place) => place);
    const at = (place: number) => (index << BigInt(2 * levels)) + BigInt(place);
    const filled = places.filter((place) => tree.node(below, at(place)) !== defaultNode(below));
    const children = Object.fromEntries(filled.map((place) => [`${place}`, tree.node(below, at(place))]));
    putJson(files, nodeFile(hash), z.encode(NodeFile, { format: "zkstate node 1", levels, children }));
    for (const place of filled) walk(below, at(place));
  };
  walk(tree.nLevels, 0n);
}

function putState(files: Files, { header, tree, accounts }: MemoryState, report: PriceReport | undefined): void {
  const { signatures: _, ...prices } = report ?? { signatures: [] };
  const state = { format: "zkstate state 1" as const, header, prices: report === undefined ? null : prices };
  putJson(files, stateFile(stateRoot(header)), z.encode(StateFile, state as z.output<typeof StateFile>));
  putTree(files, tree);
  for (const account of accounts.values()) {
    const leaf = { format: "zkstate account 1", account } as z.output<typeof LeafFile>;
    putJson(files, leafFile(accountLeaf(account)), z.encode(LeafFile, leaf));
  }
}

function putBatch(files: Files, { before, executed }: Step, vkeyDigest: string): void {
  const { profile, ...statement } = statementOf(before.header, executed, { id: "tiny", ...executedProfile(before, executed) });
  const nothing = "0".repeat(64);
  putJson(files, batchFile(statement.batchNumber), {
    ...statement,
    circuit: { id: "tiny", ...profile, digest: nothing, constraints: 1 },
    keys: { kind: "development", vkeyDigest },
    content: { id: nothing, part: 1, parts: 1 },
    prover: { version: "0.0.0", backend: "simulated" },
    timings: { executeMs: 1, witnessMs: 2, proveMs: 3, verifyMs: 4 },
    digests: { "proof.json": nothing, "public.json": nothing, "verification_key.json": nothing },
  });
}

const executedProfile = ({ tree }: MemoryState, { batch }: Step["executed"]) => ({
  nTx: batch.transitions.length,
  nAccounts: 2 * batch.transitions.length,
  nLevels: tree.nLevels,
});

/** What a certificate's statement says beside its range and roots. */
export type StatementKind = Pick<TrustRoot, "ledgerId" | "vkeyDigest" | "srsDigest">;

/** Puts a certificate and its statement in place. */
export function putCertificate(
  files: Files,
  kind: StatementKind,
  range: Range,
  oldRoot: bigint,
  newRoot: bigint,
  certificate: Uint8Array,
): void {
  const { ledgerId, vkeyDigest, srsDigest } = kind;
  const sums = { vkeyDigest, srsDigest, bytes: certificate.length, sha256: sha256Hex(certificate) };
  const statement = { format: "zkstate certificate 1" as const, ledgerId, from: range.from, to: range.to, oldRoot, newRoot, ...sums };
  putJson(files, certificateStatementFile(range), z.encode(CertificateStatement, statement));
  files.set(certificateFile(range), certificate);
}

/** Puts heads.json in place: certificates of one batch alone unless told otherwise. */
export function putHeads(files: Files, over: Partial<Heads> & Pick<Heads, "proven" | "ledgerId">): void {
  const { batchNumber } = over.proven;
  putJson(
    files,
    HEADS_FILE,
    z.encode(Heads, { format: "zkstate heads 1", settled: null, largest: 1, complete: batchNumber, checkpoint: null, ...over }),
  );
}

const hex = bytesToHex;

function putSetup(files: Files, srs: VerifierSrs): void {
  putJson(files, VKEY_FILE, simulatedKey());
  const points = { aG: hex(srs.aG), bG: hex(srs.bG), aH: hex(srs.aH), bH: hex(srs.bH) };
  putJson(
    files,
    SRS_FILE,
    z.encode(SrsFile, { format: "zkstate srs 1", kind: "development", maxCount: 1024, ...points, digest: srsDigest(srs) }),
  );
}

function activityOf({ steps }: History): Activity {
  return {
    format: "zkstate activity 1",
    batches: steps.map(({ executed: { batch, newHeader, newRoot } }) => {
      const time = Number(batch.report.time);
      const kinds = batch.transitions.map((t) => t.kind);
      const transitions = Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((k) => k === kind).length]));
      const spent = { executeMs: 1, witnessMs: 2, proveMs: 3, verifyMs: 4 };
      return {
        batchNumber: Number(newHeader.meta.batchNumber),
        root: newRoot,
        time,
        transitions,
        ...spent,
        provenAt: time + 20,
        publishedAt: time + PUBLISHED_AFTER,
      };
    }),
  };
}

/** The certificate over a chain of batches, of whatever kind its length asks for. */
export function simulatedRange(roots: readonly bigint[], digests: Digests): Uint8Array {
  const [oldRoot = 0n, newRoot = 0n] = roots;
  return roots.length === 2 ? simulatedCertificate(oldRoot, newRoot) : simulatedAggregate(roots, digests);
}

/** Everything that a venue publishes about a ledger of some batches. */
export function publishedFixture(options: PublishedOptions = {}): PublishedFixture {
  const { largest = 1, trustFrom = 0 } = options;
  const srs = simulatedSrs();
  const { past = history(options) } = options;
  const states = [past.genesis, ...past.steps.map(({ after }) => after)];
  const roots = states.map(({ header }) => stateRoot(header));
  const { ledgerId } = past.genesis.header.meta;
  const digests = { vkeyDigest: verificationKeyDigest(simulatedKey()), srsDigest: srsDigest(srs) };
  const trustRoot: TrustRoot = {
    format: "zkstate trust root 1",
    ledgerId,
    batchNumber: trustFrom,
    root: roots[trustFrom] ?? 0n,
    ...digests,
    nLevels: past.profile.nLevels,
    chains: past.genesis.header.chains.map((chain) => chain.contract),
    keys: "development",
    createdAt: TRUST_ROOT_CREATED,
  };
  const files: Files = new Map();
  putJson(files, "trust-root.json", z.encode(TrustRoot, trustRoot));
  putSetup(files, srs);
  for (const [n, state] of states.entries()) putState(files, state, past.steps[n - 1]?.executed.batch.report);
  for (const [i, step] of past.steps.entries()) {
    const { newRoot } = step.executed;
    putBatch(files, step, digests.vkeyDigest);
    for (const range of rangesEndingAt(i + 1, largest)) {
      const certificate = simulatedRange(roots.slice(range.from, range.to + 1), digests);
      putCertificate(files, trustRoot, range, roots[range.from] ?? 0n, newRoot, certificate);
    }
  }
  const batchNumber = past.steps.length;
  const publishedAt = Number(states.at(-1)?.header.meta.timestamp ?? 0n) + PUBLISHED_AFTER;
  putHeads(files, { ledgerId, proven: { batchNumber, root: roots.at(-1) ?? 0n, publishedAt }, largest });
  putJson(files, ACTIVITY_FILE, z.encode(Activity, activityOf(past)));
  return { files, trustRoot, states, roots, history: past };
}

/** Writes published files below a folder. */
export function writePublished(files: Files, dir: string): void {
  for (const [name, bytes] of files) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}
