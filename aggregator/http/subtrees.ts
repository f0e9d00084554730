// Node files opened into the levels that they span. A file names the lowest nodes only; those between follow by hashing, which checks the file too.
import { NODE_LEVELS, NodeFile, nodeFile } from "../../core/publication/files.js";
import { defaultNode, hashQuads } from "../../ledger/smt.js";
import { corrupt, readReferred } from "./read-published.js";

/** A leaf with all four children at every level of its path, leaves first. */
export interface LeafOpening {
  readonly leaf: bigint;
  readonly children: readonly (readonly bigint[])[];
}

/** The nodes below one node, row by row: rows[d] are the 4^d nodes d levels below it. */
type Subtree = readonly (readonly bigint[])[];

const levelsBelow = (level: number): number => level % NODE_LEVELS || NODE_LEVELS;

/** A node file opened, and checked against the hash that names it. @throws STORE_CORRUPT, IO_FAILED */
export async function readSubtree(dir: string, hash: bigint, level: number): Promise<Subtree> {
  const name = nodeFile(hash);
  const levels = levelsBelow(level);
  const { value } = await readReferred(dir, name, NodeFile);
  const places = Object.keys(value.children).map(Number);
  if (value.levels !== levels || places.some((place) => place >= 4 ** levels)) throw corrupt(name, `${value.levels} levels`);
  let row = Array.from({ length: 4 ** levels }, (_, place) => value.children[`${place}`] ?? defaultNode(level - levels));
  const rows = [row];
  for (let above = level - levels + 1; above <= level; above++) {
    row = parents(row, defaultNode(above - 1), defaultNode(above));
    rows.unshift(row);
  }
  if (row[0] !== hash) throw corrupt(name, "nodes with another hash");
  return rows;
}

/** Hashes four by four; empty ones are known. */
function parents(row: readonly bigint[], empty: bigint, emptyParent: bigint): bigint[] {
  const quads = Array.from({ length: row.length / 4 }, (_, i) => row.slice(4 * i, 4 * i + 4));
  const filled = quads.filter((quad) => quad.some((node) => node !== empty));
  const hashes = hashQuads(filled.flat())[Symbol.iterator]();
  return quads.map((quad) => (quad.some((node) => node !== empty) ? (hashes.next().value ?? 0n) : emptyParent));
}

/** The path to the leaf at `index` of the tree under `accountsRoot`. @throws what `subtree` throws */
export async function openLeaf(
  subtree: (hash: bigint, level: number) => Promise<Subtree>,
  accountsRoot: bigint,
  nLevels: number,
  index: bigint,
): Promise<LeafOpening> {
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
  return { leaf: node, children };
}
