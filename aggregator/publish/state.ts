// A state as files: its accounts tree, then what its root opens to. A file's name is its hash, so that only what changed is written; a file that is there
// has all that is below it, because the tree is written from the leaves upwards.
import { ZkStateError } from "../../core/errors.js";
import { leafFile, NodeFile, nodeFile, stateFile } from "../../core/publication/files.js";
import { stateRoot } from "../../ledger/hashing.js";
import { LeafFile } from "../../ledger/published/account.js";
import { levelsBelow } from "../../ledger/published/nodes.js";
import { StateFile } from "../../ledger/published/state.js";
import { defaultNode, type TreeReader } from "../../ledger/smt.js";
import type { PriceReport } from "../../ledger/types.js";
import type { StateReader } from "../../ledger/world.js";
import type { Folder, PublishedFile } from "./folder.js";
import { jsonFile } from "./json-file.js";

/** Files in memory before they are written. */
const MOST_PENDING = 1024;

/** Files that wait to be written, by the level that they stand at: the lowest go first. */
class Pending {
  private readonly levels = new Map<number, Map<string, PublishedFile>>();
  private count = 0;

  constructor(private readonly folder: Folder) {}

  async add(level: number, file: PublishedFile): Promise<void> {
    const files = this.levels.get(level) ?? new Map<string, PublishedFile>();
    this.levels.set(level, files.set(file.name, file));
    if (++this.count >= MOST_PENDING) await this.flush();
  }

  /** What is below a file is waiting beside it or written already, so this order is enough. */
  async flush(): Promise<void> {
    for (const level of [...this.levels.keys()].sort((a, b) => a - b)) await this.folder.put([...(this.levels.get(level)?.values() ?? [])]);
    this.levels.clear();
    this.count = 0;
  }
}

const isThere = (folder: Folder, name: string): boolean => (folder.size(name) ?? 0) > 0;

/** The children that a node's file lists, by their place: those that are no empty subtrees. */
function childrenOf(tree: TreeReader, level: number, index: bigint): { readonly levels: number; readonly children: Map<number, bigint> } {
  const levels = levelsBelow(level);
  const empty = defaultNode(level - levels);
  const children = new Map<number, bigint>();
  for (let place = 0; place < 4 ** levels; place++) {
    const hash = tree.node(level - levels, (index << BigInt(2 * levels)) + BigInt(place));
    if (hash !== empty) children.set(place, hash);
  }
  return { levels, children };
}

async function addNode(folder: Folder, pending: Pending, state: StateReader, level: number, index: bigint, hash: bigint): Promise<void> {
  if (isThere(folder, nodeFile(hash))) return;
  const { levels, children } = childrenOf(state.tree, level, index);
  for (const [place, child] of children) {
    const at = (index << BigInt(2 * levels)) + BigInt(place);
    if (level > levels) await addNode(folder, pending, state, level - levels, at, child);
    else await addLeaf(folder, pending, state, Number(at), child);
  }
  const named = Object.fromEntries([...children].map(([place, child]) => [`${place}`, child]));
  await pending.add(level, jsonFile(nodeFile(hash), NodeFile, { format: "zkstate node 1", levels, children: named }));
}

async function addLeaf(folder: Folder, pending: Pending, { account }: StateReader, index: number, leaf: bigint): Promise<void> {
  if (isThere(folder, leafFile(leaf))) return;
  const found = account(index);
  if (found === undefined) throw foreign(`account ${index} has a leaf and no content`);
  await pending.add(0, jsonFile(leafFile(leaf), LeafFile, { format: "zkstate account 1", account: found } as LeafOutput));
}

// The codec's types are mutable arrays of fixed meaning; the ledger's are readonly.
type LeafOutput = Parameters<typeof jsonFile<typeof LeafFile>>[2];
type StateOutput = Parameters<typeof jsonFile<typeof StateFile>>[2];

/**
 * Publishes the state under a root, the tree before the header. What is there already is not written again.
 * @param report the newest batch's; none at the genesis
 * @throws STORE_CORRUPT when the ledger's state is not that of the root, INPUT_NOT_FOUND when it goes meanwhile, DISK_FULL, READ_ONLY, IO_FAILED
 */
export async function publishState(folder: Folder, root: bigint, state: StateReader, report: PriceReport | undefined): Promise<void> {
  if (isThere(folder, stateFile(root))) return;
  const { header, tree } = state;
  if (stateRoot(header) !== root) throw foreign("the header does not hash to the root");
  if (tree.root() !== header.accountsRoot) throw foreign("the accounts tree is not the header's");
  if (tree.root() !== defaultNode(tree.nLevels)) {
    const pending = new Pending(folder);
    await addNode(folder, pending, state, tree.nLevels, 0n, tree.root());
    await pending.flush();
  }
  const { signatures: _, ...prices } = report ?? { signatures: [] };
  const opened = { format: "zkstate state 1", header, prices: report === undefined ? null : prices } as StateOutput;
  await folder.put([jsonFile(stateFile(root), StateFile, opened)]);
}

const foreign = (what: string): ZkStateError =>
  new ZkStateError({
    code: "STORE_CORRUPT",
    message: `The ledger's state is not what was proven: ${what}.`,
    next: "zkstate inspect --audit",
  });
