// The accounts tree as node files (docs/wire-format.md). A file names only the lowest nodes below one node; those between follow by hashing,
// which checks the file too.
import { NODE_LEVELS, type NodeFile } from "../../core/publication/files.js";
import { defaultNode, hashQuads, type LeafProof } from "../smt.js";

/** The nodes below one node, row by row: rows[d] are the 4^d nodes d levels below it. */
export type Subtree = readonly (readonly bigint[])[];

/** How many levels the file of a node at `level` spans: counted from the leaves, so that the topmost file spans what is left. */
export const levelsBelow = (level: number): number => level % NODE_LEVELS || NODE_LEVELS;

/** What a node file should hold, and what it holds. */
export interface Misfit {
  readonly expected: string;
  readonly got: string;
}

/** The file of the node `hash` at `level`, opened. @throws what `refuse` makes of a file that is not this node's */
export function openNode({ levels, children }: NodeFile, hash: bigint, level: number, refuse: (misfit: Misfit) => Error): Subtree {
  const span = levelsBelow(level);
  if (levels !== span) throw refuse({ expected: `${span} levels`, got: `${levels} levels` });
  const outside = Object.keys(children).find((place) => Number(place) >= 4 ** span);
  if (outside !== undefined) throw refuse({ expected: `${4 ** span} places`, got: `place ${outside}` });
  let row = Array.from({ length: 4 ** span }, (_, place) => children[`${place}`] ?? defaultNode(level - span));
  const rows = [row];
  for (let above = level - span + 1; above <= level; above++) {
    row = parents(row, defaultNode(above - 1), defaultNode(above));
    rows.unshift(row);
  }
  if (row[0] !== hash) throw refuse({ expected: `nodes with hash ${hash}`, got: `nodes with hash ${row[0]}` });
  return rows;
}

/** Hashes four by four; empty ones are known. */
function parents(row: readonly bigint[], empty: bigint, emptyParent: bigint): bigint[] {
  const quads = Array.from({ length: row.length / 4 }, (_, i) => row.slice(4 * i, 4 * i + 4));
  const filled = quads.filter((quad) => quad.some((node) => node !== empty));
  const hashes = hashQuads(filled.flat())[Symbol.iterator]();
  return quads.map((quad) => (quad.some((node) => node !== empty) ? (hashes.next().value ?? 0n) : emptyParent));
}

/** The leaf at `index` of the tree under `accountsRoot`, with its path. @throws what `subtree` throws */
export async function openLeaf(
  subtree: (hash: bigint, level: number) => Promise<Subtree>,
  accountsRoot: bigint,
  nLevels: number,
  index: bigint,
): Promise<LeafProof> {
  const children: (readonly bigint[])[] = [];
  let node = accountsRoot;
  for (let level = nLevels; level > 0; ) {
    const rows = node === defaultNode(level) ? undefined : await subtree(node, level);
    for (let depth = 1; depth <= levelsBelow(level); depth++) {
      // Nodes at level - depth, of which the path goes through one; its quad is that of the digits above.
      const path = index >> BigInt(2 * (level - depth));
      const quad = Number((path >> 2n) & ((1n << BigInt(2 * (depth - 1))) - 1n));
      const empty = defaultNode(level - depth);
      const nodes = rows?.[depth]?.slice(4 * quad, 4 * quad + 4) ?? [empty, empty, empty, empty];
      children.unshift(nodes);
      node = nodes[Number(path & 3n)] ?? empty;
    }
    level -= levelsBelow(level);
  }
  return { index, leaf: node, children };
}
