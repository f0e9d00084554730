// The one transaction that makes a batch part of the ledger.
import { ZkStateError } from "../../core/errors.js";
import { stateRoot } from "../hashing.js";
import type { NodeChange } from "../smt.js";
import type { Account, Header } from "../types.js";
import { encodeAccount } from "./account-codec.js";
import { type BatchRecord, encodeBatch, type NewBatch } from "./batch-record.js";
import { readCursor, writeCursor } from "./cursor.js";
import type { Engine } from "./engine.js";
import { encodeHeader } from "./header-codec.js";
import { accountKey, batchKey, contentKey, nodeKey, undoKey } from "./keys.js";
import { seal } from "./seal.js";
import { readHeader } from "./snapshot.js";

/** The replaced value where there was none: shorter than any sealed value. */
const NONE = Buffer.of(0);
const NOTHING = Buffer.of(1);

/** Everything a batch changes. */
export interface Changes {
  readonly header: Header;
  readonly accounts: ReadonlyMap<number, Account>;
  readonly nodes: readonly NodeChange[];
}

/** Inside a transaction, after the fence. @throws INTERNAL when the batch does not continue the head. */
export function writeBatch(engine: Engine, batch: NewBatch, blob: Uint8Array, changes: Changes, headRoot: bigint, nLevels: number): void {
  const cursor = readCursor(engine);
  checkContinues(batch, changes, cursor.head, headRoot, engine, nLevels);
  const entries = stateEntries(changes);
  for (const [key, value] of entries) {
    void engine.undo.put(undoKey(key, batch.batchNumber), engine.state.getBinary(key) ?? NONE);
    void engine.state.put(key, seal(key, value));
  }
  const key = batchKey(batch.batchNumber);
  void engine.touched.put(key, seal(key, Buffer.concat(entries.map(([touched]) => touched))));
  void engine.blobs.put(key, seal(key, blob));
  void engine.contents.put(contentKey(batch.contentId, batch.batchNumber), NOTHING);
  void engine.executed.put(key, NOTHING);
  writeHeader(engine, batch.batchNumber, changes.header);
  writeRecord(engine, { ...batch, state: "executed", proofRef: undefined });
  writeCursor(engine, { ...cursor, head: batch.batchNumber });
}

/** Accounts and nodes as they are stored, each key once. */
function stateEntries({ accounts, nodes }: Omit<Changes, "header">): [Buffer, Buffer][] {
  const ofAccounts = [...accounts].map(([index, account]): [Buffer, Buffer] => [accountKey(index), encodeAccount(account)]);
  return ofAccounts.concat(nodes.map(({ level, index, value }) => [nodeKey(level, index), nodeBytes(value)]));
}

export const nodeBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, "0"), "hex");

export function writeHeader(engine: Engine, batchNumber: number, header: Header): void {
  const key = batchKey(batchNumber);
  void engine.headers.put(key, seal(key, encodeHeader(header)));
}

export function writeRecord(engine: Engine, record: BatchRecord): void {
  const key = batchKey(record.batchNumber);
  void engine.batches.put(key, seal(key, encodeBatch(record)));
}

function checkContinues(batch: NewBatch, changes: Changes, head: number, headRoot: bigint, engine: Engine, nLevels: number): void {
  const { header, nodes } = changes;
  must("batch number", head + 1, batch.batchNumber);
  must("batch number of the header", BigInt(head + 1), header.meta.batchNumber);
  must("old root", headRoot, batch.oldRoot);
  must("new root", stateRoot(header), batch.newRoot);
  must("levels of the profile", nLevels, batch.profile.nLevels);
  const top = nodes.findLast((node) => node.level === nLevels);
  must("accounts root", top?.value ?? readHeader(engine, head).accountsRoot, header.accountsRoot);
}

function must(what: string, expected: unknown, got: unknown): void {
  if (expected === got) return;
  const next = "Execute the batch again over the store's head.";
  const message = `The batch does not continue the ledger: ${what}.`;
  throw new ZkStateError({ code: "INTERNAL", message, expected: `${expected}`, got: `${got}`, next, retryable: false });
}
