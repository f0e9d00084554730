// The published state opened for a query: which root a batch has, the state behind a root, the path to an account's leaf. The server checks what
// it reads against the hashes that name it. Clients check again and need not trust it; but a damaged folder must not look like a lying server.
import type * as z from "zod/mini";
import {
  CertificateStatement,
  certificateStatementFile,
  type Heads,
  leafFile,
  NodeFile,
  nodeFile,
  stateFile,
} from "../../core/publication/files.js";
import { accountLeaf, stateRoot } from "../../ledger/hashing.js";
import { priceHash } from "../../ledger/prices.js";
import { LeafFile } from "../../ledger/published/account.js";
import { openLeaf, openNode, type Subtree } from "../../ledger/published/nodes.js";
import { StateFile } from "../../ledger/published/state.js";
import type { LeafProof } from "../../ledger/smt.js";
import { notPublished } from "./answers.js";
import { corrupt, readPublished, readReferred } from "./read-published.js";
import { remember } from "./remember.js";

/** A batch's state by its root. */
export interface StateAt {
  readonly batchNumber: number;
  readonly root: bigint;
}

export type StateJson = z.input<typeof StateFile>;
export type AccountJson = z.input<typeof LeafFile>["account"];

export interface Openings {
  /** The proven head, or the state after an earlier batch. @throws NOT_PUBLISHED */
  stateAt(heads: Heads, batchNumber: number | undefined): Promise<StateAt>;
  /** Header and prices. @throws NOT_PUBLISHED, STORE_CORRUPT */
  state(at: StateAt): Promise<StateJson>;
  /** @throws STORE_CORRUPT when a part of the tree is missing or damaged */
  leaf(accountsRoot: bigint, nLevels: number, index: number): Promise<LeafProof>;
  /** @throws STORE_CORRUPT */
  account(leaf: bigint): Promise<AccountJson>;
}

/** About 15 kB each. */
const STATES = 16;
/** About 10 kB each. */
const SUBTREES = 2000;

/** Openings from a published folder. Files that never change are read once while they are in use. */
export function openings(dir: string): Openings {
  const states = remember(STATES, (root) => readState(dir, BigInt(root)));
  const subtrees = remember(SUBTREES, (key) => {
    const [hash = "", level] = key.split(" ");
    return readSubtree(dir, BigInt(hash), Number(level));
  });
  return {
    stateAt: (heads, batchNumber) => stateAt(dir, heads, batchNumber),
    state: async ({ batchNumber, root }) => {
      const state = await states(`${root}`);
      const written = state.header.meta.batchNumber;
      if (written !== `${batchNumber}`) throw corrupt(stateFile(root), `the state after batch ${written}, not ${batchNumber}`);
      return state;
    },
    leaf: (accountsRoot, nLevels, index) => openLeaf((hash, level) => subtrees(`${hash} ${level}`), accountsRoot, nLevels, BigInt(index)),
    account: (leaf) => readAccount(dir, leaf),
  };
}

async function readSubtree(dir: string, hash: bigint, level: number): Promise<Subtree> {
  const name = nodeFile(hash);
  const { value } = await readReferred(dir, name, NodeFile);
  return openNode(value, hash, level, ({ got }) => corrupt(name, got));
}

async function stateAt(dir: string, { proven }: Heads, batchNumber = proven.batchNumber): Promise<StateAt> {
  if (batchNumber === proven.batchNumber) return { batchNumber, root: proven.root };
  if (batchNumber > proven.batchNumber) throw notPublished(`the state after batch ${batchNumber}; the head is ${proven.batchNumber}`);
  // Every batch has a certificate of its own; the first one's also names the genesis.
  const range = batchNumber === 0 ? { from: 0, to: 1 } : { from: batchNumber - 1, to: batchNumber };
  const { value } = await readPublished(dir, certificateStatementFile(range), CertificateStatement);
  return { batchNumber, root: batchNumber === 0 ? value.oldRoot : value.newRoot };
}

async function readState(dir: string, root: bigint): Promise<StateJson> {
  const name = stateFile(root);
  const { json, value } = await readPublished(dir, name, StateFile);
  const { header, prices } = value;
  if (stateRoot(header) !== root) throw corrupt(name, "a header with another root");
  const hash = prices === null ? 0n : priceHash(header.meta.ledgerId, prices);
  if (hash !== header.markets.priceHash) throw corrupt(name, "prices with another hash");
  return json;
}

async function readAccount(dir: string, leaf: bigint): Promise<AccountJson> {
  const { json, value } = await readReferred(dir, leafFile(leaf), LeafFile);
  if (accountLeaf(value.account) !== leaf) throw corrupt(leafFile(leaf), "an account with another leaf");
  return json.account;
}
