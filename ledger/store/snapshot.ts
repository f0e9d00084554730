// One version of the state. The head's values lie in `state`; what a later batch replaced lies in `undo`, so an older version reads
// the first replaced value after it, or the head's. A commit meanwhile changes nothing for an open snapshot.
import { ZkStateError } from "../../core/errors.js";
import { defaultNode, type TreeReader } from "../smt.js";
import type { Account, Header } from "../types.js";
import type { StateReader } from "../world.js";
import { decodeAccount } from "./account-codec.js";
import { corrupt } from "./corrupt.js";
import { readCursor } from "./cursor.js";
import type { Engine } from "./engine.js";
import { decodeHeader } from "./header-codec.js";
import { ACCOUNT_TAG, accountKey, batchKey, indexOf, MAX_BATCH, nameOf, nodeKey, stateKey, undoKey } from "./keys.js";
import { unseal } from "./seal.js";

/** Keys fetched at a time when a whole level or all accounts are walked. */
const CHUNK = 1024;

/** A version of the state that also lists its accounts. Reading throws INPUT_NOT_FOUND once the version was pruned. */
export interface Snapshot extends StateReader {
  readonly batchNumber: number;
  /** All accounts in index order. */
  accounts(): Generator<readonly [number, Account]>;
  /** Indices and values of the stored nodes of a level in index order; the others have the level's default. */
  nodes(level: number): Generator<readonly [number, bigint]>;
}

/** The state after `batchNumber`. @throws INPUT_NOT_FOUND when that version is not kept. */
export function openSnapshot(engine: Engine, nLevels: number, batchNumber: number): Snapshot {
  const { head, oldest } = readCursor(engine);
  if (!(batchNumber >= oldest && batchNumber <= head)) throw gone(batchNumber, oldest, head);
  const read = (key: Buffer): Buffer | undefined => valueAt(engine, key, batchNumber);
  const tree: TreeReader = {
    nLevels,
    root: () => tree.node(nLevels, 0n),
    node: (level, index) => nodeOf(read(nodeKey(level, index))) ?? defaultNode(level),
  };
  return {
    batchNumber,
    header: readHeader(engine, batchNumber),
    tree,
    account: (index) => (inTree(index, nLevels) ? accountOf(read(accountKey(index)), index) : undefined),
    accounts: () => walk(engine, ACCOUNT_TAG, read, accountOf),
    nodes: (level) => walk(engine, level, read, nodeOf),
  };
}

const inTree = (index: number, nLevels: number): boolean => Number.isInteger(index) && index >= 0 && index < 4 ** nLevels;

/** The header after a batch. */
export function readHeader(engine: Engine, batchNumber: number): Header {
  const key = batchKey(batchNumber);
  const bytes = engine.headers.getBinary(key);
  const what = `header ${batchNumber}`;
  if (bytes === undefined) throw corrupt(`${what} is missing`);
  return decodeHeader(unseal(key, bytes, what), what);
}

// The head's value is read first: if no batch replaced it when `undo` is read later, it was right at the snapshot's version.
function valueAt(engine: Engine, key: Buffer, version: number): Buffer | undefined {
  const now = engine.state.getBinary(key);
  const cursor = readCursor(engine);
  const then = cursor.head === version ? now : replacedAfter(engine, key, version, now);
  if (readCursor(engine).oldest > version) throw gone(version, cursor.oldest, cursor.head);
  return then === undefined ? undefined : unseal(key, then, nameOf(key));
}

function replacedAfter(engine: Engine, key: Buffer, version: number, now: Buffer | undefined): Buffer | undefined {
  const range = { start: undoKey(key, version + 1), end: undoKey(key, MAX_BATCH), limit: 1 };
  for (const { value } of engine.undo.getRange(range)) return value.length > 1 ? value : undefined;
  return now;
}

const nodeOf = (bytes: Buffer | undefined): bigint | undefined => (bytes === undefined ? undefined : BigInt(`0x${bytes.toString("hex")}`));

const accountOf = (bytes: Buffer | undefined, index: number): Account | undefined =>
  bytes === undefined ? undefined : decodeAccount(bytes, `account ${index}`);

type Decode<T> = (bytes: Buffer | undefined, index: number) => T | undefined;

// Nothing is ever deleted at the head, so its keys are a superset of any version's. In chunks: a long walk must not hold a read transaction.
function* walk<T>(
  engine: Engine,
  tag: number,
  read: (key: Buffer) => Buffer | undefined,
  decode: Decode<T>,
): Generator<readonly [number, T]> {
  for (let next = 0; next <= 0xffffffff; ) {
    const range = { start: stateKey(tag, next), end: stateKey(tag + 1, 0), limit: CHUNK };
    const keys = [...engine.state.getKeys(range)];
    for (const key of keys) {
      const value = decode(read(key), indexOf(key));
      if (value !== undefined) yield [indexOf(key), value];
    }
    const last = keys[keys.length - 1];
    if (last === undefined || keys.length < CHUNK) return;
    next = indexOf(last) + 1;
  }
}

const gone = (wanted: number, oldest: number, head: number): ZkStateError =>
  new ZkStateError({
    code: "INPUT_NOT_FOUND",
    message: `The state after batch ${wanted} is not kept.`,
    expected: `a batch from ${oldest} to ${head}`,
    got: `${wanted}`,
    next: "Use a version that is kept, or execute the published batches into a new store.",
  });
