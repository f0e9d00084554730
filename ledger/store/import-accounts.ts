// Filling an empty ledger with many accounts at once, level by level: for benchmarks and tests, not for a ledger that is proven.
import { ZkStateError } from "../../core/errors.js";
import { accountLeaves, stateRoot } from "../hashing.js";
import { defaultNode, type HashMany, hashQuads } from "../smt.js";
import type { Account } from "../types.js";
import { encodeAccount } from "./account-codec.js";
import { nodeBytes, writeHeader } from "./commit.js";
import { readCursor } from "./cursor.js";
import type { Engine } from "./engine.js";
import { writeFormat } from "./format.js";
import { accountKey, nodeKey } from "./keys.js";
import { seal } from "./seal.js";
import { readHeader } from "./snapshot.js";

/** Quads hashed at a time. */
const CHUNK = 4096;

export interface ImportOptions {
  readonly hashMany?: HashMany;
  /** The leaf of an account; a benchmark may know a faster way. @defaultValue accountLeaves */
  readonly leafOf?: (account: Account, index: number) => bigint;
}

interface Level {
  readonly indices: number[];
  readonly values: bigint[];
}

/** Inside a transaction: gives an empty ledger its accounts; answers the accounts root. @throws USAGE when it is not empty */
export function importInto(
  engine: Engine,
  nLevels: number,
  accounts: Iterable<readonly [number, Account]>,
  options: ImportOptions,
): bigint {
  const { genesis, head } = readCursor(engine);
  const header = readHeader(engine, head);
  if (head !== genesis || header.accountsRoot !== defaultNode(nLevels)) {
    throw new ZkStateError({ code: "USAGE", message: "Accounts can only be imported into an empty ledger." });
  }
  const accountsRoot = writeAccounts(engine, nLevels, accounts, options);
  writeHeader(engine, head, { ...header, accountsRoot });
  writeFormat(engine, nLevels, stateRoot({ ...header, accountsRoot }));
  return accountsRoot;
}

/** Inside a transaction: writes accounts in rising index order and their tree; answers the accounts root. @throws INTERNAL when out of order */
function writeAccounts(engine: Engine, nLevels: number, accounts: Iterable<readonly [number, Account]>, options: ImportOptions): bigint {
  let level = writeLeaves(engine, nLevels, accounts, options.leafOf);
  if (level.indices.length === 0) return defaultNode(nLevels);
  writeLevel(engine, 0, level);
  for (let l = 0; l < nLevels; l++) {
    level = parentsOf(l, level, options.hashMany ?? hashQuads);
    writeLevel(engine, l + 1, level);
  }
  return level.values[0] ?? 0n;
}

function writeLeaves(
  engine: Engine,
  nLevels: number,
  accounts: Iterable<readonly [number, Account]>,
  leafOf: ImportOptions["leafOf"],
): Level {
  const leaves: Level = { indices: [], values: [] };
  let waiting: Account[] = [];
  const flush = (): void => {
    for (const leaf of accountLeaves(waiting)) leaves.values.push(leaf);
    waiting = [];
  };
  let last = -1;
  for (const [index, account] of accounts) {
    if (!Number.isInteger(index) || index <= last || index >= 4 ** nLevels) {
      throw new ZkStateError({ code: "INTERNAL", message: "Accounts to import are out of order or range.", got: `${index} after ${last}` });
    }
    const key = accountKey(index);
    void engine.state.put(key, seal(key, encodeAccount(account)));
    leaves.indices.push(index);
    if (leafOf === undefined) waiting.push(account);
    else leaves.values.push(leafOf(account, index));
    if (waiting.length === CHUNK) flush();
    last = index;
  }
  flush();
  return leaves;
}

function writeLevel(engine: Engine, level: number, { indices, values }: Level): void {
  for (const [i, index] of indices.entries()) {
    const key = nodeKey(level, BigInt(index));
    void engine.state.put(key, seal(key, nodeBytes(values[i] ?? 0n)));
  }
}

function parentsOf(level: number, { indices, values }: Level, hashMany: HashMany): Level {
  const parents: Level = { indices: [], values: [] };
  let quads: bigint[] = [];
  const flush = (): void => {
    for (const hash of hashMany(quads)) parents.values.push(hash);
    quads = [];
  };
  for (const [i, index] of indices.entries()) {
    const parent = Math.floor(index / 4);
    if (parents.indices[parents.indices.length - 1] !== parent) {
      if (quads.length === 4 * CHUNK) flush();
      parents.indices.push(parent);
      for (let digit = 0; digit < 4; digit++) quads.push(defaultNode(level));
    }
    quads[quads.length - 4 + (index % 4)] = values[i] ?? 0n;
  }
  flush();
  return parents;
}
