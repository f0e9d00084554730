// The sparse 4-ary accounts tree: docs/rules.md section 2. Level 0 are the leaves, level nLevels is the root.
import { poseidon } from "../core/poseidon.js";

/** Reads nodes; an absent node is the default of its level. */
export interface TreeReader {
  readonly nLevels: number;
  root(): bigint;
  node(level: number, index: bigint): bigint;
}

/** A node that an update changed. */
export interface ChangedNode {
  readonly level: number;
  readonly index: bigint;
  readonly hash: bigint;
}

const EMPTY: bigint[] = [0n];

/** The node over an empty subtree of 4^level leaves. */
export function emptyNode(level: number): bigint {
  for (let i = EMPTY.length; i <= level; i++) {
    const below = EMPTY[i - 1] ?? 0n;
    EMPTY.push(poseidon([below, below, below, below]));
  }
  return EMPTY[level] ?? 0n;
}

/** The root of a tree without accounts. */
export const emptyRoot = (nLevels: number): bigint => emptyNode(nLevels);

/** The four children, on `level`, of the node with this index one level above. */
export const childrenOf = (tree: Pick<TreeReader, "node">, level: number, parent: bigint): bigint[] =>
  [0n, 1n, 2n, 3n].map((i) => tree.node(level, 4n * parent + i));

/** Every node that changes when these leaves do, level by level, and the new root. */
export function updatedNodes(tree: TreeReader, leaves: ReadonlyMap<bigint, bigint>): { root: bigint; nodes: ChangedNode[] } {
  const nodes: ChangedNode[] = [];
  let changed: ReadonlyMap<bigint, bigint> = leaves;
  for (let level = 0; ; level++) {
    for (const [index, hash] of changed) nodes.push({ level, index, hash });
    if (level === tree.nLevels) return { root: changed.get(0n) ?? tree.root(), nodes };
    changed = parents(tree, level, changed);
  }
}

function parents(tree: TreeReader, level: number, changed: ReadonlyMap<bigint, bigint>): Map<bigint, bigint> {
  const reader = { node: (l: number, i: bigint) => changed.get(i) ?? tree.node(l, i) };
  const above = new Map<bigint, bigint>();
  for (const index of changed.keys()) {
    const parent = index >> 2n;
    if (!above.has(parent)) above.set(parent, poseidon(childrenOf(reader, level, parent)));
  }
  return above;
}

/** A tree in memory; updates make a new tree over the old one. */
export class MemoryTree implements TreeReader {
  readonly nLevels: number;
  private readonly nodes: ReadonlyMap<string, bigint>;

  constructor(nLevels: number, nodes: ReadonlyMap<string, bigint> = new Map()) {
    this.nLevels = nLevels;
    this.nodes = nodes;
  }

  root(): bigint {
    return this.node(this.nLevels, 0n);
  }

  node(level: number, index: bigint): bigint {
    return this.nodes.get(`${level}:${index}`) ?? emptyNode(level);
  }

  update(leaves: ReadonlyMap<bigint, bigint>): { tree: MemoryTree; nodes: ChangedNode[] } {
    const { nodes } = updatedNodes(this, leaves);
    const next = new Map(this.nodes);
    for (const { level, index, hash } of nodes) next.set(`${level}:${index}`, hash);
    return { tree: new MemoryTree(this.nLevels, next), nodes };
  }
}
