// Random accounts and batches for the store: any change that hashes is good enough, the ledger's rules play no part here.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { R } from "../../../../core/field.js";
import { M, U } from "../../../../ledger/constants.js";
import { accountLeaf, stateRoot } from "../../../../ledger/hashing.js";
import { EMPTY_LANES } from "../../../../ledger/orders.js";
import { type NodeChange, updateNodes } from "../../../../ledger/smt.js";
import type { BatchToCommit, LedgerStore } from "../../../../ledger/store/ledger-store.js";
import type { Account, Header } from "../../../../ledger/types.js";
import type { StateReader } from "../../../../ledger/world.js";
import { emptyVenue } from "../../../helpers/ledger-fixtures.js";

export const LEVELS = 3;

/** A whole number below n. */
export type Random = (n: number) => number;

/** mulberry32: small, seeded, good enough to choose test data. */
export function randomFrom(seed: number): Random {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

export const freshDir = (): string => mkdtempSync(join(tmpdir(), "zkstate-store-"));
export const genesisHeader = (nLevels = LEVELS): Header => emptyVenue({ nLevels }).header;

export const someAccount = (over: Partial<Account> = {}): Account => ({
  owner: { ax: 5n, ay: R - 1n },
  exitAddress: 0xe0001n,
  nonce: 3n,
  cash: -1_000_000n,
  interestCheckpoint: 1n << 48n,
  minOrderId: 1n,
  lanes: EMPTY_LANES,
  sizes: Array.from({ length: M }, (_, i) => BigInt(i) - 5n),
  perpCheckpoints: Array.from({ length: U }, (_, i) => -(7n ** BigInt(i + 9))),
  ...over,
});

export function randomAccount(random: Random): Account {
  const used = random(3) === 0;
  const lane = { orderId: BigInt(1 + random(2 ** 47)), filled: BigInt(random(2 ** 47)) };
  return someAccount({
    cash: BigInt(random(2 ** 50)) - BigInt(random(2 ** 50)),
    nonce: BigInt(random(1000)),
    lanes: used ? EMPTY_LANES.with(random(64), lane) : EMPTY_LANES,
  });
}

export interface Change {
  readonly batch: BatchToCommit;
  readonly header: Header;
  readonly accounts: ReadonlyMap<number, Account>;
  readonly nodes: readonly NodeChange[];
}

/** A batch over a state that gives up to three accounts new contents. */
export function randomChange(state: StateReader, random: Random, content = `content-${random(1e9)}`): Change {
  const { nLevels } = state.tree;
  const accounts = new Map(Array.from({ length: 1 + random(3) }, () => [random(4 ** nLevels), randomAccount(random)]));
  return changeOf(state, accounts, content);
}

export function changeOf(state: StateReader, accounts: ReadonlyMap<number, Account>, contentId: string): Change {
  const { nLevels } = state.tree;
  const nodes = updateNodes(state.tree, new Map([...accounts].map(([index, account]) => [BigInt(index), accountLeaf(account)])));
  const batchNumber = state.header.meta.batchNumber + 1n;
  const header = {
    ...state.header,
    accountsRoot: nodes.findLast(({ level }) => level === nLevels)?.value ?? state.header.accountsRoot,
    meta: { ...state.header.meta, batchNumber, timestamp: state.header.meta.timestamp + 1n },
  };
  const roots = { oldRoot: stateRoot(state.header), newRoot: stateRoot(header) };
  const profile = { nTx: 4, nAccounts: 4, nLevels };
  const blob = Buffer.from(`batch ${batchNumber} of ${contentId}`.repeat(50));
  return { batch: { batchNumber: Number(batchNumber), ...roots, contentId, profile, blob }, header, accounts, nodes };
}

export function commitChange(store: LedgerStore, { batch, header, accounts, nodes }: Change): void {
  store.commit(batch, header, accounts, nodes);
}

export function commitRandom(store: LedgerStore, random: Random): Change {
  const change = randomChange(store.snapshot(), random);
  commitChange(store, change);
  return change;
}
