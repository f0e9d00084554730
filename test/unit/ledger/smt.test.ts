import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { R } from "../../../core/field.js";
import { poseidon } from "../../../core/poseidon.js";
import {
  defaultNode,
  hashQuads,
  type LeafProof,
  MemoryTree,
  openPath,
  proveLeaf,
  updateNodes,
  verifyInclusion,
  verifyNonInclusion,
  verifyPath,
} from "../../../ledger/smt.js";

const N = 3;
const LEAVES = 4 ** N;

/** The oracle: all leaves of a full tree, hashed level by level. */
function naiveLevels(leaves: readonly bigint[]): bigint[][] {
  const levels = [[...leaves]];
  for (let level = levels[0] ?? []; level.length > 1; ) {
    level = Array.from({ length: level.length / 4 }, (_, i) => poseidon(level.slice(4 * i, 4 * i + 4)));
    levels.push(level);
  }
  return levels;
}

const field = fc.bigInt({ min: 0n, max: R - 1n });
const leafMaps = fc.uniqueArray(fc.tuple(fc.nat(LEAVES - 1), field), { selector: ([i]) => i, maxLength: 12 });
const toMap = (pairs: readonly (readonly [number, bigint])[]): Map<bigint, bigint> => new Map(pairs.map(([i, leaf]) => [BigInt(i), leaf]));

describe("MemoryTree", () => {
  it("has the default hashes when empty", () => {
    const levels = naiveLevels(Array.from({ length: LEAVES }, () => 0n));
    for (let level = 0; level <= N; level++) expect(defaultNode(level)).toBe(levels[level]?.[0]);
    expect(MemoryTree.empty(N).root()).toBe(levels[N]?.[0]);
  });

  it("agrees with a full tree in every node, leaf by leaf", () => {
    const leaves = Array.from({ length: LEAVES }, (_, i) => BigInt(i * i + 1));
    const { tree } = MemoryTree.empty(N).update(new Map(leaves.map((leaf, i) => [BigInt(i), leaf])));
    for (const [level, nodes] of naiveLevels(leaves).entries()) {
      for (const [i, node] of nodes.entries()) expect(tree.node(level, BigInt(i))).toBe(node);
    }
  });

  it("agrees with a full tree after any sequence of updates, and keeps the older versions", () => {
    fc.assert(
      fc.property(fc.array(leafMaps, { minLength: 1, maxLength: 3 }), (updates) => {
        const leaves = Array.from({ length: LEAVES }, () => 0n);
        let tree = MemoryTree.empty(N);
        const versions = [{ tree, root: tree.root() }];
        for (const pairs of updates) {
          for (const [i, leaf] of pairs) leaves[i] = leaf;
          tree = tree.update(toMap(pairs)).tree;
          expect(tree.root()).toBe(naiveLevels(leaves)[N]?.[0]);
          versions.push({ tree, root: tree.root() });
        }
        for (const version of versions) expect(version.tree.root()).toBe(version.root);
      }),
      { seed: 41, numRuns: 25 },
    );
  });

  it.each([2, 17, 3.5])("refuses %s levels", (nLevels) => {
    expect(() => MemoryTree.empty(nLevels)).toThrow(/out of range/);
  });

  it.each([3, 16])("takes %s levels, up to the last leaf", (nLevels) => {
    const last = 4n ** BigInt(nLevels) - 1n;
    const { tree } = MemoryTree.empty(nLevels).update(new Map([[last, 9n]]));
    expect(verifyPath(tree.root(), last, 9n, openPath(tree, last))).toBe(true);
    expect(() => updateNodes(tree, new Map([[last + 1n, 9n]]))).toThrow(/outside the tree/);
  });
});

describe("updateNodes", () => {
  it("hashes every touched node once, level by level, leaves first and the root last", () => {
    const sizes: number[] = [];
    const counting = (quads: readonly bigint[]): readonly bigint[] => {
      sizes.push(quads.length / 4);
      return hashQuads(quads);
    };
    const leaves = new Map([0n, 1n, 2n, 5n, 63n].map((i) => [i, i + 1n]));
    const changes = updateNodes(MemoryTree.empty(N), leaves, counting);
    expect(sizes).toEqual([3, 2, 1]);
    expect(changes.map(({ level }) => level)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3]);
  });

  it("changes nothing for a leaf that is given its old value", () => {
    const { tree } = MemoryTree.empty(N).update(new Map([[7n, 7n]]));
    expect(updateNodes(tree, new Map([[7n, 7n]]))).toEqual([]);
    expect(tree.update(new Map([[7n, 0n]])).tree.root()).toBe(defaultNode(N));
  });
});

describe("proofs", () => {
  const { tree } = MemoryTree.empty(N).update(
    new Map([
      [5n, 55n],
      [6n, 66n],
      [7n, 77n],
      [40n, 400n],
    ]),
  );
  const root = tree.root();

  it("prove every leaf that is there and every one that is not", () => {
    for (let index = 0n; index < BigInt(LEAVES); index++) {
      const proof = proveLeaf(tree, index);
      const there = [5n, 6n, 7n, 40n].includes(index);
      expect(verifyInclusion(root, N, proof)).toBe(there);
      expect(verifyNonInclusion(root, N, proof)).toBe(!there);
    }
  });

  // Leaf 4 is the only empty one of its four, so no other index has the same path.
  it.each([6n, 4n])("of leaf %s are refused with any field changed", (index) => {
    const proof = proveLeaf(tree, index);
    const verify = index === 6n ? verifyInclusion : verifyNonInclusion;
    expect(verify(root, N, proof)).toBe(true);
    expect(verify(root ^ 1n, N, proof)).toBe(false);
    expect(verify(root, N + 1, proof)).toBe(false);
    for (let other = 0n; other < BigInt(LEAVES); other++)
      if (other !== index) expect(verify(root, N, { ...proof, index: other })).toBe(false);
    expect(verify(root, N, { ...proof, leaf: proof.leaf ^ 1n })).toBe(false);
    for (const change of everyChange(proof)) expect(verify(root, N, change)).toBe(false);
  });

  it("are refused with an index or a number of levels outside the tree", () => {
    const proof = proveLeaf(tree, 6n);
    for (const index of [-1n, 6n + BigInt(LEAVES), 6n - BigInt(LEAVES)]) expect(verifyInclusion(root, N, { ...proof, index })).toBe(false);
    expect(verifyInclusion(root, N - 1, { ...proof, children: proof.children.slice(0, -1) })).toBe(false);
    expect(verifyPath(root, 6n, 66n, [])).toBe(false);
    expect(() => openPath(tree, BigInt(LEAVES))).toThrow(/outside the tree/);
  });
});

/** The proof with one child changed: a bit, a multiple of the field added, or left out. */
function* everyChange(proof: LeafProof): Generator<LeafProof> {
  for (const [level, quad] of proof.children.entries()) {
    for (const [digit, child] of quad.entries()) {
      for (const value of [child ^ 1n, child + R, child - R]) {
        yield { ...proof, children: proof.children.with(level, quad.with(digit, value)) };
      }
    }
    yield { ...proof, children: proof.children.with(level, quad.slice(0, 3)) };
    yield { ...proof, children: proof.children.with(level, [...quad, 0n]) };
    yield { ...proof, children: proof.children.toSpliced(level, 1) };
  }
}
