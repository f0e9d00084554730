// A committed state in memory: the twin of the store for tests, benchmarks and one-shot commands.
import type { Executed } from "./batch.js";
import { MemoryTree } from "./smt.js";
import type { Account, Header } from "./types.js";
import type { StateReader } from "./world.js";

/** A state that never changes; executing a batch gives the next one. */
export interface MemoryState extends StateReader {
  readonly accounts: ReadonlyMap<number, Account>;
  readonly tree: MemoryTree;
}

const stateOf = (header: Header, accounts: ReadonlyMap<number, Account>, tree: MemoryTree): MemoryState => ({
  header,
  accounts,
  tree,
  account: (index) => accounts.get(index),
});

/** The state of a genesis header: no accounts. @throws CONFIG_INVALID when nLevels is out of range. */
export const emptyState = (header: Header, nLevels: number): MemoryState => stateOf(header, new Map(), MemoryTree.empty(nLevels));

/** The state after a batch that was executed over `state`. */
export function nextState(state: MemoryState, executed: Executed): MemoryState {
  const leaves = new Map(executed.changedNodes.filter((node) => node.level === 0).map((node) => [node.index, node.value]));
  const accounts = new Map(state.accounts);
  for (const [index, account] of executed.changedAccounts) accounts.set(index, account);
  return stateOf(executed.newHeader, accounts, state.tree.update(leaves).tree);
}
