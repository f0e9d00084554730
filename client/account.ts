// An account under a proven root, or the proof that there is none: node files from the root down, each hashed up again before it is believed.

import { ZkStateError } from "../core/errors.js";
import { leafFile, NODE_LEVELS, NodeFile, nodeFile } from "../core/publication/files.js";
import { accountLeaf } from "../ledger/hashing.js";
import { LeafFile } from "../ledger/published/account.js";
import { defaultNode, hashQuads, verifyPath } from "../ledger/smt.js";
import type { Account } from "../ledger/types.js";
import { invalid, LIMITS, readShaped } from "./answers.js";
import { type AccountMargin, accountMargin } from "./margin.js";
import { pricesOf, type VerifiedHead } from "./state.js";
import type { Transport } from "./transport.js";

/** An account as it is after the head's batch. All of it is proven. */
export interface VerifiedAccount {
  readonly index: number;
  readonly exists: boolean;
  readonly batchNumber: number;
  /** Root of the state. */
  readonly root: bigint;
  readonly accountsRoot: bigint;
  /** 0 for an account that does not exist. */
  readonly leaf: bigint;
  /** All four children at every level of the leaf's path, leaves first: what `verifyPath` of ledger/smt.ts takes. */
  readonly path: readonly (readonly bigint[])[];
  /** As it is committed: before what its perpetuals have brought since its last use. */
  readonly account?: Account;
  /** With what its perpetuals have brought, at the head's prices. */
  readonly margin?: AccountMargin;
}

/** The nodes below a node: rows[0] the lowest, 4^levels of them, then each row's parents, up to the node itself. */
type Rows = readonly (readonly bigint[])[];

/** Levels that the file of a node at `level` spans. */
const spanOf = (level: number): number => level % NODE_LEVELS || NODE_LEVELS;

/** Hashes four by four. */
function parents(row: readonly bigint[], level: number): bigint[] {
  const empty = defaultNode(level);
  const quads = Array.from({ length: row.length / 4 }, (_, i) => row.slice(4 * i, 4 * i + 4));
  return quads.map((quad) => (quad.every((node) => node === empty) ? defaultNode(level + 1) : (hashQuads(quad)[0] ?? 0n)));
}

function emptyRows(level: number): Rows {
  const span = spanOf(level);
  return Array.from({ length: span + 1 }, (_, i) => Array.from({ length: 4 ** (span - i) }, () => defaultNode(level - span + i)));
}

async function fetchRows(transport: Transport, hash: bigint, level: number, signal?: AbortSignal): Promise<Rows> {
  const file = nodeFile(hash);
  const span = spanOf(level);
  const { levels, children } = await readShaped(transport, NodeFile, file, LIMITS.node, signal);
  const outside = Object.keys(children).find((place) => Number(place) >= 4 ** span);
  if (levels !== span || outside !== undefined)
    throw invalid(file, "node", "The node file spans other levels than its place in the tree asks for.", {
      expected: `${span}`,
      got: `${levels}`,
    });
  const lowest = level - span;
  const rows = [Array.from({ length: 4 ** span }, (_, place) => children[`${place}`] ?? defaultNode(lowest))];
  for (let l = lowest; l < level; l++) rows.push(parents(rows.at(-1) ?? [], l));
  const top = rows.at(-1)?.[0];
  if (top !== hash) throw invalid(file, "node", "The node file holds nodes with another hash.", { expected: `${hash}`, got: `${top}` });
  return rows;
}

/** The path of a leaf, and the leaf. */
async function openPath(transport: Transport, accountsRoot: bigint, nLevels: number, index: bigint, signal?: AbortSignal) {
  const path: (readonly bigint[])[] = [];
  let node = accountsRoot;
  for (let level = nLevels; level > 0; level -= spanOf(level)) {
    const rows = node === defaultNode(level) ? emptyRows(level) : await fetchRows(transport, node, level, signal);
    const lowest = level - spanOf(level);
    const place = Number((index >> BigInt(2 * lowest)) & (4n ** BigInt(spanOf(level)) - 1n));
    const quads = rows.slice(0, -1).map((row, i) => {
      const first = 4 * Math.floor(place / 4 ** (i + 1));
      return row.slice(first, first + 4);
    });
    path.unshift(...quads);
    node = rows[0]?.[place] ?? 0n;
  }
  return { path, leaf: node };
}

async function fetchAccount(transport: Transport, leaf: bigint, signal?: AbortSignal): Promise<Account> {
  const file = leafFile(leaf);
  const { account } = await readShaped(transport, LeafFile, file, LIMITS.leaf, signal);
  const got = accountLeaf(account);
  if (got !== leaf) throw invalid(file, "leaf", "The account has another leaf than the tree.", { expected: `${leaf}`, got: `${got}` });
  return account;
}

/** @throws USAGE when the tree of nLevels levels has no such leaf */
export function checkIndex(index: number, nLevels: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < 4 ** nLevels) return;
  const expected = `a whole number from 0 to ${4 ** nLevels - 1}`;
  throw new ZkStateError({ code: "USAGE", message: "There is no account with this number.", expected, got: `${index}` });
}

/** The account at `index` under a proven head. @throws USAGE, RESPONSE_INVALID, or as the transport */
export async function openAccount(
  transport: Transport,
  head: VerifiedHead,
  nLevels: number,
  index: number,
  signal?: AbortSignal,
): Promise<VerifiedAccount> {
  checkIndex(index, nLevels);
  const { accountsRoot } = head.header;
  const { path, leaf } = await openPath(transport, accountsRoot, nLevels, BigInt(index), signal);
  if (!verifyPath(accountsRoot, BigInt(index), leaf, path)) {
    throw new ZkStateError({ code: "INTERNAL", message: "A path whose every node was checked does not verify." });
  }
  const place = { index, batchNumber: head.batchNumber, root: head.root, accountsRoot, leaf, path };
  if (leaf === 0n) return { ...place, exists: false };
  const account = await fetchAccount(transport, leaf, signal);
  const prices = pricesOf(head);
  const margin = prices === undefined ? {} : { margin: accountMargin(account, prices, head.header.markets.config) };
  return { ...place, exists: true, account, ...margin };
}
