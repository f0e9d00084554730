// What a transition sees and changes: the header, the batch's prices and the accounts, all readonly; a change makes a new world.
import type { Prices } from "./prices.js";
import { accepted, type Refused, type Result, refused } from "./refusal.js";
import { acceptReport } from "./report.js";
import type { TreeReader } from "./smt.js";
import type { Account, Chain, Header, Markets, PriceReport } from "./types.js";

/** A committed state: what a store gives and a batch starts from. */
export interface StateReader {
  readonly header: Header;
  account(index: number): Account | undefined;
  readonly tree: TreeReader;
}

export interface World {
  /** accountsRoot, batchNumber and historyHash stay those before the batch. */
  readonly header: Header;
  readonly prices: Prices;
  readonly base: (index: number) => Account | undefined;
  /** Accounts that transitions of this batch named: touched, and perhaps changed or created. */
  readonly changed: ReadonlyMap<number, Account>;
  readonly nLevels: number;
  /** False only in the long random runs of the tests: everything but signatures is still checked. */
  readonly checkSignatures: boolean;
}

/** The world after a transition, or why there is none. */
export type Applied = { readonly ok: true; readonly world: World } | Refused;

export const moved = (world: World): Applied => ({ ok: true, world });

/**
 * Opens a batch: accepts the report over a committed state.
 * @param checkSignatures internal, for the long random runs of the tests. @defaultValue true
 */
export function openWorld(state: StateReader, report: PriceReport, checkSignatures = true): Result<World> {
  const opening = acceptReport(state.header, report, checkSignatures);
  if (!opening.ok) return opening;
  const { header, prices } = opening.value;
  const base = (index: number) => state.account(index);
  return accepted({ header, prices, base, changed: new Map(), nLevels: state.tree.nLevels, checkSignatures });
}

/** The account as the batch has left it so far, or as it is committed. */
export const accountIn = (world: World, index: number): Account | undefined => world.changed.get(index) ?? world.base(index);

export const withAccount = (world: World, index: number, account: Account): World => ({
  ...world,
  changed: new Map(world.changed).set(index, account),
});

export const withMarkets = (world: World, change: Partial<Markets>): World => ({
  ...world,
  header: { ...world.header, markets: { ...world.header.markets, ...change } },
});

export const withChain = (world: World, index: number, chain: Chain): World => ({
  ...world,
  header: { ...world.header, chains: world.header.chains.with(index, chain) },
});

/** Refuses an index outside the tree. */
export function indexRefusal(world: World, index: number): Refused | undefined {
  const inTree = Number.isInteger(index) && index >= 0 && index < 4 ** world.nLevels;
  return inTree ? undefined : refused("ACCOUNT_UNKNOWN", `an index below 4^${world.nLevels}`, index);
}
