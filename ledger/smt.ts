// The accounts tree: sparse, 4-ary, over Poseidon(4); empty leaf 0, level 0 = leaves (docs/rules.md section 2).
// Base-4 digit i of a leaf's index, least significant first, chooses the child at level i.
import { ZkStateError } from "../core/errors.js";
import { R } from "../core/field.js";
import { poseidon, poseidonMany } from "../core/poseidon.js";

/** Children of a node. */
const ARITY = 4;
/** A tree has 3 to 16 levels: 64 to 4^16 leaves. */
const MIN_LEVELS = 3;
const MAX_LEVELS = 16;

/** One version of a tree. `node` answers the default hash of the level where nothing is stored; index = leaf index >> 2 * level. */
export interface TreeReader {
  readonly nLevels: number;
  root(): bigint;
  node(level: number, index: bigint): bigint;
}

/** A node's new value. */
export interface NodeChange {
  readonly level: number;
  readonly index: bigint;
  readonly value: bigint;
}

/** Hashes many quads, laid end to end, into one value per quad. */
export type HashMany = (quads: readonly bigint[]) => readonly bigint[];

/** The default hasher. */
export const hashQuads: HashMany = (quads) => poseidonMany(ARITY, quads);

const defaults: bigint[] = [0n];

/** Hash of an empty subtree whose top is at `level`. */
export function defaultNode(level: number): bigint {
  for (let l = defaults.length; l <= level; l++) {
    const child = defaults[l - 1] ?? 0n;
    defaults.push(poseidon([child, child, child, child]));
  }
  return defaults[level] ?? 0n;
}

/** @throws CONFIG_INVALID when a tree cannot have this number of levels. */
export function checkLevels(nLevels: number): void {
  if (Number.isInteger(nLevels) && nLevels >= MIN_LEVELS && nLevels <= MAX_LEVELS) return;
  const expected = `an integer from ${MIN_LEVELS} to ${MAX_LEVELS}`;
  throw new ZkStateError({ code: "CONFIG_INVALID", message: "The tree's number of levels is out of range.", expected, got: `${nLevels}` });
}

const inTree = (nLevels: number, index: bigint): boolean => index >= 0n && index < 1n << BigInt(2 * nLevels);

function checkLeaf(nLevels: number, index: bigint): void {
  if (inTree(nLevels, index)) return;
  throw new ZkStateError({
    code: "INTERNAL",
    message: "A leaf index is outside the tree.",
    expected: `below 4^${nLevels}`,
    got: `${index}`,
  });
}

/** Values of one level: the changed ones where there are any, else the old ones. */
const quadOf = (old: TreeReader, level: number, parent: bigint, changed: ReadonlyMap<bigint, bigint>): bigint[] =>
  [0n, 1n, 2n, 3n].map((digit) => changed.get(parent * 4n + digit) ?? old.node(level, parent * 4n + digit));

/**
 * Every node that changes when `leaves` replace those of `old`, level by level, each hashed once: the changed leaves first, the root last.
 * A leaf that is given its old value changes nothing.
 */
export function updateNodes(old: TreeReader, leaves: ReadonlyMap<bigint, bigint>, hashMany: HashMany = hashQuads): NodeChange[] {
  for (const index of leaves.keys()) checkLeaf(old.nLevels, index);
  let level = 0;
  let changed: ReadonlyMap<bigint, bigint> = new Map([...leaves].filter(([index, leaf]) => old.node(0, index) !== leaf));
  const changes: NodeChange[] = [];
  for (; changed.size > 0; level++) {
    for (const [index, value] of changed) changes.push({ level, index, value });
    if (level === old.nLevels) break;
    changed = hashParents(old, level, changed, hashMany);
  }
  return changes;
}

function hashParents(old: TreeReader, level: number, changed: ReadonlyMap<bigint, bigint>, hashMany: HashMany): Map<bigint, bigint> {
  const parents = [...new Set([...changed.keys()].map((index) => index >> 2n))];
  const hashes = hashMany(parents.flatMap((parent) => quadOf(old, level, parent, changed)));
  return new Map(parents.map((parent, i) => [parent, hashes[i] ?? 0n]));
}

/** The node's value: its last change, or the default. */
interface Branch {
  readonly value: bigint;
  readonly children: readonly (Branch | undefined)[];
}

/** A tree in memory. Trees never change: an update answers a new tree that shares the untouched branches with the old one. */
export class MemoryTree implements TreeReader {
  private constructor(
    readonly nLevels: number,
    private readonly top: Branch | undefined,
  ) {}

  /** @throws CONFIG_INVALID when nLevels is out of range. */
  static empty(nLevels: number): MemoryTree {
    checkLevels(nLevels);
    return new MemoryTree(nLevels, undefined);
  }

  root(): bigint {
    return this.top?.value ?? defaultNode(this.nLevels);
  }

  node(level: number, index: bigint): bigint {
    let branch = this.top;
    for (let l = this.nLevels - 1; l >= level && branch !== undefined; l--) {
      branch = branch.children[Number((index >> BigInt(2 * (l - level))) & 3n)];
    }
    return branch?.value ?? defaultNode(level);
  }

  update(leaves: ReadonlyMap<bigint, bigint>, hashMany: HashMany = hashQuads): { tree: MemoryTree; changes: NodeChange[] } {
    const changes = updateNodes(this, leaves, hashMany);
    const levels = Array.from({ length: this.nLevels + 1 }, () => new Map<bigint, bigint>());
    for (const { level, index, value } of changes) levels[level]?.set(index, value);
    return { tree: new MemoryTree(this.nLevels, graft(this.top, this.nLevels, 0n, levels)), changes };
  }
}

function graft(old: Branch | undefined, level: number, index: bigint, levels: readonly Map<bigint, bigint>[]): Branch | undefined {
  const value = levels[level]?.get(index);
  if (value === undefined) return old;
  if (level === 0) return { value, children: [] };
  const children = [0, 1, 2, 3].map((digit) => graft(old?.children[digit], level - 1, index * 4n + BigInt(digit), levels));
  return { value, children };
}

/** All four children at every level of a leaf's path, leaves first, the leaf itself among them. */
export function openPath(tree: TreeReader, index: bigint): bigint[][] {
  checkLeaf(tree.nLevels, index);
  const none = new Map<bigint, bigint>();
  return Array.from({ length: tree.nLevels }, (_, level) => quadOf(tree, level, index >> BigInt(2 * (level + 1)), none));
}

/** True when `children` lead from `leaf` at `index` up to `root`; the tree has children.length levels. Untrusted input answers false. */
export function verifyPath(root: bigint, index: bigint, leaf: bigint, children: readonly (readonly bigint[])[]): boolean {
  if (children.length < MIN_LEVELS || children.length > MAX_LEVELS || !inTree(children.length, index)) return false;
  let node = leaf;
  for (const [level, quad] of children.entries()) {
    const digit = Number((index >> BigInt(2 * level)) & 3n);
    if (quad.length !== ARITY || quad.some((x) => x < 0n || x >= R) || quad[digit] !== node) return false;
    node = poseidon(quad);
  }
  return node === root;
}

/** What a leaf is under a root: an account's leaf, or 0 when the account does not exist. */
export interface LeafProof {
  readonly index: bigint;
  readonly leaf: bigint;
  readonly children: readonly (readonly bigint[])[];
}

/** The proof of inclusion of the leaf at `index`, or of its absence when it is empty. */
export const proveLeaf = (tree: TreeReader, index: bigint): LeafProof => ({
  index,
  leaf: tree.node(0, index),
  children: openPath(tree, index),
});

/** The tree of nLevels levels under `root` holds the non-empty leaf of the proof. */
export const verifyInclusion = (root: bigint, nLevels: number, proof: LeafProof): boolean =>
  proof.leaf !== 0n && proof.children.length === nLevels && verifyPath(root, proof.index, proof.leaf, proof.children);

/** The tree of nLevels levels under `root` is empty at the proof's index. */
export const verifyNonInclusion = (root: bigint, nLevels: number, proof: LeafProof): boolean =>
  proof.leaf === 0n && proof.children.length === nLevels && verifyPath(root, proof.index, 0n, proof.children);
