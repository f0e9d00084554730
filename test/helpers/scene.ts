// Any state one likes, committed: states that deposits and trades hardly reach, for the edges of the batch circuit.
//
// Accounts A = 0, B = 16 and C = 32 lie in different quarters of quarters of a tree of 4 levels, so the paths of their openings do not meet and
// an input can be built without knowing the leaves after the batch.
import { accountsOf } from "../../ledger/apply.js";
import type { Executed } from "../../ledger/batch.js";
import { accountLeaf } from "../../ledger/hashing.js";
import type { MemoryState } from "../../ledger/memory-state.js";
import { EMPTY_LANES } from "../../ledger/orders.js";
import { MemoryTree } from "../../ledger/smt.js";
import type { Account, Batch, Chain, Config, Header, Markets, Meta, PriceReport, Profile, Transition } from "../../ledger/types.js";
import { type CircuitInput, circuitInput } from "../../ledger/witness.js";
import { OpeningTree } from "../../ledger/witness-tree.js";
import type { StateReader, World } from "../../ledger/world.js";
import { emptyVenue, exitOf, openVenue, quote, signedReport, userKey, type Venue } from "./ledger-fixtures.js";

export const A = 0;
export const B = 16;
export const C = 32;

export type Prices = Partial<Omit<PriceReport, "signatures">>;

export interface SceneOptions {
  /** What differs from a funded account, by index; `undefined` removes one of A, B, C. */
  readonly accounts?: Readonly<Record<number, Partial<Account> | undefined>>;
  readonly config?: Partial<Config>;
  readonly markets?: Partial<Markets>;
  readonly meta?: Partial<Meta>;
  /** What differs on both chains. */
  readonly chain?: Partial<Chain>;
  readonly prices?: Prices;
}

const TREE_LEVELS = 4;
const NO_SIZES = Array.from({ length: 12 }, () => 0n);

/** Twelve sizes, 0 where nothing is said. */
export const sizes = (over: Readonly<Record<number, bigint>> = {}): bigint[] => NO_SIZES.map((x, i) => over[i] ?? x);

/** 100,000 quote, no positions, checkpoints of the base prices. */
const fundedAccount = (index: number, perpIndex: readonly bigint[]): Account => ({
  owner: userKey(index).publicKey,
  exitAddress: exitOf(index),
  nonce: 0n,
  cash: quote(100_000),
  interestCheckpoint: 1n << 48n,
  minOrderId: 1n,
  lanes: EMPTY_LANES,
  sizes: NO_SIZES,
  perpCheckpoints: perpIndex,
});

function header(options: SceneOptions, accountsRoot: bigint): Header {
  const genesis = emptyVenue({ nLevels: TREE_LEVELS, config: options.config ?? {} }).header;
  const chain = { custody: [quote(1_000_000), 1n << 47n, 1n << 47n], ...options.chain };
  return {
    accountsRoot,
    markets: { ...genesis.markets, openInterest: genesis.markets.openInterest.map(() => 1_000_000n), ...options.markets },
    chains: genesis.chains.map((old) => ({ ...old, ...chain })),
    meta: { ...genesis.meta, ...options.meta },
  };
}

/** The committed state of a scene. */
export function stateOf(options: SceneOptions, perpIndex: readonly bigint[]): MemoryState {
  const accounts = new Map<number, Account>();
  for (const index of new Set([A, B, C, ...Object.keys(options.accounts ?? {}).map(Number)])) {
    const over = options.accounts !== undefined && index in options.accounts ? options.accounts[index] : {};
    if (over !== undefined) accounts.set(index, { ...fundedAccount(index, perpIndex), ...over });
  }
  const leaves = new Map([...accounts].map(([index, account]) => [BigInt(index), accountLeaf(account)]));
  const { tree } = MemoryTree.empty(TREE_LEVELS).update(leaves);
  return { header: header(options, tree.root()), accounts, tree, account: (index) => accounts.get(index) };
}

/** A venue over a scene, with an open batch. Checkpoints are the open batch's perpetual index unless an account says otherwise. */
export function scene(options: SceneOptions = {}): Venue {
  const report = signedReport(options.prices);
  const perpIndex = report.perpMark.map((mark, u) => (mark << 24n) - (report.fundingIntegral[u] ?? 0n));
  return openVenue(stateOf(options, perpIndex), report, { nTx: 1, nAccounts: 2, nLevels: TREE_LEVELS });
}

/** Which accounts a forced input opens: those that the transition names, filled up with the scene's others. */
function opened(t: Transition | undefined, { nAccounts, nLevels }: Profile): number[] {
  const named = t === undefined ? [] : accountsOf(t).filter((index) => index >= 0 && index < 4 ** nLevels);
  return [...new Set([...named, A, B, C])].slice(0, nAccounts);
}

/** The circuit's input for at most one transition that nobody checked; its newRoot is 0. */
export function forcedInput(state: StateReader, { report, transitions }: Batch, profile: Profile, open?: readonly number[]): CircuitInput {
  const indices = open ?? opened(transitions[0], profile);
  const world = { base: (index: number) => state.account(index), changed: new Map() } as unknown as World;
  const executed = {
    batch: { report, transitions },
    newRoot: 0n,
    changedAccounts: new Map(indices.map((index) => [index, state.account(index)])),
    worlds: [world, world],
  } as unknown as Executed;
  return circuitInput(state, executed, profile);
}

/** The input with the paths of its openings as they are while these leaves are written: needed where the openings are neighbours. */
export function withLeaves(state: StateReader, input: CircuitInput, leaves: readonly bigint[]): CircuitInput {
  const tree = new OpeningTree(state.tree);
  const depth = state.tree.nLevels - 2;
  const children = (input["accountIndex"] as readonly bigint[]).map((index, t) => {
    const path = Array.from({ length: depth }, (_, level) => tree.children(level, index >> BigInt(2 * (level + 1))));
    tree.write(index, leaves[t] ?? 0n);
    return path;
  });
  return { ...input, children };
}
