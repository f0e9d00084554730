// An account under a proven root, or the proof that there is none: node files from the root down, each hashed up again before it is believed.
import { ZkStateError } from "../core/errors.js";
import { leafFile, NodeFile, nodeFile } from "../core/publication/files.js";
import { accountLeaf } from "../ledger/hashing.js";
import { LeafFile } from "../ledger/published/account.js";
import { openLeaf, openNode, type Subtree } from "../ledger/published/nodes.js";
import { verifyPath } from "../ledger/smt.js";
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

async function fetchSubtree(transport: Transport, hash: bigint, level: number, signal?: AbortSignal): Promise<Subtree> {
  const file = nodeFile(hash);
  const node = await readShaped(transport, NodeFile, file, LIMITS.node, signal);
  return openNode(node, hash, level, (sums) => invalid(file, "node", "The file is not that of the node which it is named after.", sums));
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
  const subtree = (hash: bigint, level: number) => fetchSubtree(transport, hash, level, signal);
  const { children: path, leaf } = await openLeaf(subtree, accountsRoot, nLevels, BigInt(index));
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
