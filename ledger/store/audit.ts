// Proof from the data that the store is whole: every account against its leaf, every node against its children, every kept version,
// header and batch record. Reads a snapshot, so a writer may go on meanwhile.
import { setImmediate as nextTurn } from "node:timers/promises";
import { ZkStateError } from "../../core/errors.js";
import { accountLeaf, accountLeaves, stateRoot } from "../hashing.js";
import { type HashMany, hashQuads } from "../smt.js";
import type { Account } from "../types.js";
import type { BatchRecord } from "./batch-record.js";
import { readBlob, readRecord, recordsBetween } from "./batches.js";
import { readCursor } from "./cursor.js";
import type { Engine } from "./engine.js";
import { ACCOUNT_TAG, batchKey, contentKey, indexOf, tagOf } from "./keys.js";
import { touchedKeys } from "./prune.js";
import { openSnapshot, type Snapshot } from "./snapshot.js";

/** Quads hashed at a time, and accounts between two turns of the event loop. */
const CHUNK = 256;
const MAX_PROBLEMS = 20;

export interface AuditOptions {
  readonly hashMany?: HashMany;
  /** Called now and then with what is being checked and how far. */
  readonly onProgress?: (what: string, done: number) => void;
  /** Aborting throws INTERRUPTED. */
  readonly signal?: AbortSignal;
}

export interface AuditReport {
  ok: boolean;
  batchNumber: number;
  /** Recomputed from all accounts. */
  accountsRoot: bigint;
  accounts: number;
  nodes: number;
  /** Versions checked, the head among them. */
  versions: number;
  /** At most 20. */
  problems: string[];
}

interface Run {
  readonly engine: Engine;
  readonly options: AuditOptions;
  readonly report: AuditReport;
}

/** Audits the head and every version that is kept. Damage is reported, not thrown. */
export async function auditStore(engine: Engine, nLevels: number, genesisRoot: bigint, options: AuditOptions): Promise<AuditReport> {
  const { head } = readCursor(engine);
  const report: AuditReport = { ok: true, batchNumber: head, accountsRoot: 0n, accounts: 0, nodes: 0, versions: 1, problems: [] };
  const run: Run = { engine, options, report };
  await guarded(run, () => auditBatches(run, genesisRoot, head));
  await guarded(run, async () => {
    const snapshot = openSnapshot(engine, nLevels, head);
    await auditAccounts(run, snapshot);
    await auditNodes(run, snapshot, nLevels);
    auditHeader(run, snapshot, genesisRoot);
  });
  for (let version = head - 1; version >= readCursor(engine).oldest; version--) {
    await guarded(run, () => auditVersion(run, openSnapshot(engine, nLevels, version), genesisRoot));
    await turn(run, "versions", ++report.versions);
  }
  return report;
}

async function guarded(run: Run, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ZkStateError) || error.code !== "STORE_CORRUPT") throw error;
    problem(run, error.message);
  }
}

function problem({ report }: Run, text: string): void {
  report.ok = false;
  if (report.problems.length < MAX_PROBLEMS) report.problems.push(text);
}

async function turn({ options }: Run, what: string, done: number): Promise<void> {
  if (options.signal?.aborted) throw new ZkStateError({ code: "INTERRUPTED", message: "The audit was interrupted." });
  if (done % CHUNK !== 0) return;
  options.onProgress?.(what, done);
  await nextTurn();
}

async function auditAccounts(run: Run, snapshot: Snapshot): Promise<void> {
  let chunk: (readonly [number, Account])[] = [];
  for (const entry of snapshot.accounts()) {
    chunk.push(entry);
    run.report.accounts++;
    if (chunk.length < CHUNK) continue;
    checkLeaves(run, snapshot, chunk);
    chunk = [];
    await turn(run, "accounts", run.report.accounts);
  }
  checkLeaves(run, snapshot, chunk);
}

function checkLeaves(run: Run, snapshot: Snapshot, accounts: readonly (readonly [number, Account])[]): void {
  const leaves = accountLeaves(accounts.map(([, account]) => account));
  for (const [i, [index]] of accounts.entries()) {
    if (snapshot.tree.node(0, BigInt(index)) !== leaves[i]) problem(run, `account ${index} does not hash to its leaf`);
  }
}

/** Every stored node has the hash of its children, and every one but a leaf has a child that is stored. */
async function auditNodes(run: Run, snapshot: Snapshot, nLevels: number): Promise<void> {
  let stored = 0;
  for (const [, leaf] of snapshot.nodes(0)) stored += leaf === 0n ? 0 : 1;
  if (stored !== run.report.accounts) problem(run, `the tree has ${stored} leaves for ${run.report.accounts} accounts`);
  for (let level = 0; level < nLevels; level++) {
    const parents = await auditLevel(run, snapshot, level);
    stored = 0;
    for (const _ of snapshot.nodes(level + 1)) stored++;
    if (stored !== parents) problem(run, `level ${level + 1} of the tree has ${stored} nodes where ${parents} belong`);
  }
  run.report.accountsRoot = snapshot.tree.root();
}

/** Number of parents of the level's stored nodes. */
async function auditLevel(run: Run, snapshot: Snapshot, level: number): Promise<number> {
  let parents: number[] = [];
  let count = 0;
  for (const [index] of snapshot.nodes(level)) {
    await turn(run, `level ${level}`, ++run.report.nodes);
    const parent = Math.floor(index / 4);
    if (parents[parents.length - 1] === parent) continue;
    if (parents.length === CHUNK) {
      checkParents(run, snapshot, level, parents);
      parents = [];
    }
    parents.push(parent);
    count++;
  }
  checkParents(run, snapshot, level, parents);
  return count;
}

function checkParents({ options, ...run }: Run, snapshot: Snapshot, level: number, parents: readonly number[]): void {
  const quads = parents.flatMap((parent) => [0, 1, 2, 3].map((digit) => snapshot.tree.node(level, BigInt(4 * parent + digit))));
  const hashes = (options.hashMany ?? hashQuads)(quads);
  for (const [i, parent] of parents.entries()) {
    const good = snapshot.tree.node(level + 1, BigInt(parent)) === hashes[i];
    if (!good) problem({ ...run, options }, `tree node ${parent} of level ${level + 1} is not the hash of its children`);
  }
}

function auditHeader(run: Run, { header, tree, batchNumber }: Snapshot, genesisRoot: bigint): void {
  if (tree.root() !== header.accountsRoot) problem(run, `the accounts root of version ${batchNumber} is not its header's`);
  const root = readRecord(run.engine, batchNumber)?.newRoot ?? genesisRoot;
  if (stateRoot(header) !== root) problem(run, `the header of version ${batchNumber} does not hash to its state root`);
}

/** What the next batch changed was right before it; the rest is right by the versions after. */
function auditVersion(run: Run, snapshot: Snapshot, genesisRoot: bigint): void {
  const keys = touchedKeys(run.engine, snapshot.batchNumber + 1);
  const accounts = keys.filter((key) => tagOf(key) === ACCOUNT_TAG).map(indexOf);
  for (const index of accounts) {
    const good = snapshot.tree.node(0, BigInt(index)) === accountLeaf(snapshot.account(index));
    if (!good) problem(run, `account ${index} does not hash to its leaf in version ${snapshot.batchNumber}`);
  }
  for (let level = 0; level < snapshot.tree.nLevels; level++) {
    const parents = keys.filter((key) => tagOf(key) === level + 1).map(indexOf);
    checkParents(run, snapshot, level, parents);
  }
  auditHeader(run, snapshot, genesisRoot);
}

function auditBatches(run: Run, genesisRoot: bigint, head: number): void {
  let root = genesisRoot;
  let next = readCursor(run.engine).genesis + 1;
  for (const record of recordsBetween(run.engine, next, head)) {
    if (record.batchNumber !== next) problem(run, `batch ${next} is missing`);
    if (record.oldRoot !== root) problem(run, `batch ${record.batchNumber} does not start where the one before ended`);
    readBlob(run.engine, record.batchNumber);
    if (!isIndexed(run.engine, record)) problem(run, `batch ${record.batchNumber} is not in the indices as it should be`);
    root = record.newRoot;
    next = record.batchNumber + 1;
  }
  if (next !== head + 1) problem(run, `batch ${next} is missing`);
}

function isIndexed({ contents, executed }: Engine, { batchNumber, contentId, state }: BatchRecord): boolean {
  const waits = executed.doesExist(batchKey(batchNumber));
  return contents.doesExist(contentKey(contentId, batchNumber)) && waits === (state === "executed");
}
