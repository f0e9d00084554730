// A state with executed batches on top that are not committed yet: so that a whole file is tried before any of it is kept.
import type { Executed } from "../../ledger/batch.js";
import type { StateReader } from "../../ledger/world.js";

/** The state after a batch that was executed over `base`. */
export function overlay(base: StateReader, executed: Executed): StateReader {
  const { nLevels } = base.tree;
  const nodes = new Map(executed.changedNodes.map(({ level, index, value }) => [`${level}:${index}`, value]));
  const node = (level: number, index: bigint): bigint => nodes.get(`${level}:${index}`) ?? base.tree.node(level, index);
  return {
    header: executed.newHeader,
    account: (index) => executed.changedAccounts.get(index) ?? base.account(index),
    tree: { nLevels, node, root: () => node(nLevels, 0n) },
  };
}
