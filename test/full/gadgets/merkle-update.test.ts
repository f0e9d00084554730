// 4-ary Merkle updates against a plain tree; forged paths, indices and siblings put to the R1CS.
import { poseidon4 } from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { bitEdits, expectRefused, expectSatisfied, expectUnsatisfied, forge, loadCircuit, sabotagedLib } from "../../helpers/circuit.js";
import { randomField } from "../../helpers/mutate.js";
import { counts, mod, R } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

const INCLUDE = ["merkle-update.circom"];

/** All nodes of a full 4-ary tree, level 0 the leaves. */
function levelsOf(leaves: readonly bigint[]): bigint[][] {
  const levels = [[...leaves]];
  for (let nodes = leaves; nodes.length > 1; ) {
    nodes = Array.from({ length: nodes.length / 4 }, (_, i) => poseidon4(nodes.slice(4 * i, 4 * i + 4)));
    levels.push([...nodes]);
  }
  return levels;
}
const rootOf = (leaves: readonly bigint[]): bigint => levelsOf(leaves).at(-1)?.[0] ?? 0n;

interface Update {
  readonly index: number;
  readonly newLeaf: bigint;
}

/** Input of TreeUpdates, and both roots. */
function updatesInput(before: readonly bigint[], nLevels: number, updates: readonly Update[]) {
  const leaves = [...before];
  const children: bigint[][][] = [];
  const oldLeaf: bigint[] = [];
  for (const { index, newLeaf } of updates) {
    const levels = levelsOf(leaves);
    children.push(
      Array.from({ length: nLevels - 2 }, (_, i) => {
        const first = 4 * Math.floor(index / 4 ** (i + 1));
        return levels[i]?.slice(first, first + 4) ?? [];
      }),
    );
    oldLeaf.push(leaves[index] ?? 0n);
    leaves[index] = newLeaf;
  }
  const input = {
    index: updates.map((u) => u.index),
    children,
    oldLeaf,
    newLeaf: updates.map((u) => u.newLeaf),
    top: levelsOf(before)[nLevels - 2] ?? [],
  };
  return { input, oldRoot: rootOf(before), newRoot: rootOf(leaves) };
}

const treeOf = (n: number, seed: bigint): bigint[] => Array.from({ length: n }, randomField(seed));

describe("Level4Update", () => {
  it("replaces each of the four children", async () => {
    const circuit = await loadCircuit({ main: "Level4Update()", include: INCLUDE });
    const children = [11n, 0n, R - 1n, 44n];
    for (let i = 0; i < 4; i++) {
      const after = children.map((x, k) => (k === i ? 5n : x));
      const w = await expectSatisfied(
        circuit,
        { children, b0: i & 1, b1: i >> 1, old: children[i] ?? 0n, new: 5 },
        { "main.oldUp": poseidon4(children), "main.newUp": poseidon4(after) },
      );
      expectRigid(circuit, w);
    }
    await expectRefused(circuit, { children, b0: 1, b1: 0, old: 11, new: 5 }, /Level4Update/);
    expectCounts(circuit, 601, 9);
  });

  it("refuses an old value that is another child, and a new value that is not put in its place", async () => {
    const circuit = await loadCircuit({ main: "Level4Update()", include: INCLUDE });
    const w = await circuit.witness({ children: [11, 22, 33, 44], b0: 0, b1: 1, old: 33, new: 5 });
    for (const old of [11n, 22n, 44n]) expectUnsatisfied(circuit, w, { "main.old": old });
    expectUnsatisfied(circuit, w, { "main.new": 6n });
    expectUnsatisfied(circuit, w, { "main.after[2]": 33n, "main.after[3]": 5n });
    expectUnsatisfied(circuit, w, { "main.newUp": poseidon4([11n, 22n, 33n, 44n]) });
  });
});

describe("PathUpdate", () => {
  it("counts digits from the leaves", async () => {
    const circuit = await loadCircuit({ main: "PathUpdate(3)", include: INCLUDE });
    const leaves = treeOf(64, 3n);
    const levels = levelsOf(leaves);
    for (const index of [0, 1, 4, 16, 27, 63]) {
      const children = [0, 1, 2].map((i) => {
        const first = 4 * Math.floor(index / 4 ** (i + 1));
        return levels[i]?.slice(first, first + 4) ?? [];
      });
      const bits = Array.from({ length: 6 }, (_, i) => (index >> i) & 1);
      const after = leaves.map((x, i) => (i === index ? 7n : x));
      await expectSatisfied(
        circuit,
        { children, bits, old: leaves[index] ?? 0n, new: 7 },
        { "main.oldRoot": rootOf(leaves), "main.newRoot": rootOf(after) },
      );
    }
    expectCounts(circuit, 601 * 3, 9 * 3);
  });
});

describe("Replace16", () => {
  it("reads and replaces each of 16", async () => {
    const circuit = await loadCircuit({ main: "Replace16()", include: INCLUDE });
    const values = treeOf(16, 4n);
    for (let i = 0; i < 16; i++) {
      const bits = [0, 1, 2, 3].map((k) => (i >> k) & 1);
      const expected = Object.fromEntries(values.map((x, k) => [`main.after[${k}]`, k === i ? 9n : x]));
      const w = await expectSatisfied(circuit, { values, bits, old: values[i] ?? 0n, new: 9 }, expected);
      expectRigid(circuit, w);
      expectUnsatisfied(circuit, w, { "main.old": values[(i + 1) % 16] ?? 0n });
    }
    expectCounts(circuit, 36, 0);
  });
});

describe("TreeUpdates", () => {
  const nLevels = 3;
  const load = (nOpen: number) => loadCircuit({ main: `TreeUpdates(${nOpen}, ${nLevels})`, include: INCLUDE });
  const leaves = treeOf(64, 5n);

  it("applies updates in sequence: neighbours, other subtrees, the same leaf again, no change", async () => {
    const circuit = await load(2);
    const cases: Update[][] = [
      [
        { index: 0, newLeaf: 1n },
        { index: 1, newLeaf: 2n },
      ],
      [
        { index: 5, newLeaf: 1n },
        { index: 63, newLeaf: 2n },
      ],
      [
        { index: 37, newLeaf: 1n },
        { index: 37, newLeaf: 2n },
      ],
      [
        { index: 20, newLeaf: leaves[20] ?? 0n },
        { index: 52, newLeaf: 0n },
      ],
    ];
    for (const updates of cases) {
      const { input, oldRoot, newRoot } = updatesInput(leaves, nLevels, updates);
      expectRigid(circuit, await expectSatisfied(circuit, input, { "main.oldRoot": oldRoot, "main.newRoot": newRoot }));
    }
    expectCounts(circuit, 2 * (601 + 6 + 36) + 2970, 2 * (9 + 1) + 40);
  });

  it("reaches every leaf", async () => {
    const circuit = await load(1);
    for (let index = 0; index < 64; index++) {
      const { input, oldRoot, newRoot } = updatesInput(leaves, nLevels, [{ index, newLeaf: 8n }]);
      await expectSatisfied(circuit, input, { "main.oldRoot": oldRoot, "main.newRoot": newRoot });
    }
  });

  it("works in a tree of 12 levels, most of it empty", async () => {
    const circuit = await loadCircuit({ main: "TreeUpdates(1, 12)", include: INCLUDE });
    const empty = [0n];
    for (let i = 0; i < 12; i++) empty.push(poseidon4(new Array<bigint>(4).fill(empty[i] ?? 0n)));
    const index = 0b10_01_11_00_01_10_11_00_10_01_00_11;
    let node = 777n;
    for (let i = 0; i < 12; i++) {
      const group = new Array<bigint>(4).fill(empty[i] ?? 0n);
      group[Math.floor(index / 4 ** i) % 4] = node;
      node = poseidon4(group);
    }
    const children = Array.from({ length: 10 }, (_, i) => new Array<bigint>(4).fill(empty[i] ?? 0n));
    await expectSatisfied(
      circuit,
      { index: [index], children: [children], oldLeaf: [0], newLeaf: [777], top: new Array<bigint>(16).fill(empty[10] ?? 0n) },
      { "main.oldRoot": empty[12] ?? 0n, "main.newRoot": node },
    );
    expectCounts(circuit, 601 * 10 + 24 + 36 + 2970, 9 * 10 + 1 + 40);
  });

  it("refuses a stale leaf, foreign siblings, a foreign top and an index outside the tree", async () => {
    const circuit = await load(2);
    const updates = [
      { index: 37, newLeaf: 1n },
      { index: 37, newLeaf: 2n },
    ];
    const { input } = updatesInput(leaves, nLevels, updates);
    await expectRefused(circuit, { ...input, oldLeaf: [leaves[37] ?? 0n, leaves[37] ?? 0n] }, /Level4Update/);
    await expectRefused(circuit, { ...input, children: [input.children[0] ?? [], input.children[0] ?? []] }, /Level4Update/);
    await expectRefused(circuit, { ...input, index: [37, 38] }, /Level4Update/);
    await expectRefused(circuit, { ...input, index: [37, 41] }, /Replace16/); // right place in the wrong subtree
    await expectRefused(circuit, { ...input, index: [64 + 37, 37] }, /Bits/);
    await expectRefused(circuit, { ...input, index: [R - 1n, 37] }, /Bits/);
    const other = levelsOf(treeOf(64, 6n))[1] ?? [];
    await expectRefused(circuit, { ...input, top: other }, /Replace16/);
  });

  it("refuses each input of an honest witness changed alone", async () => {
    const circuit = await load(1);
    const { input } = updatesInput(leaves, nLevels, [{ index: 37, newLeaf: 1n }]);
    const w = await circuit.witness(input);
    const names = ["index[0]", "oldLeaf[0]", "newLeaf[0]"];
    for (let i = 0; i < 16; i++) names.push(`top[${i}]`);
    for (let i = 0; i < 4; i++) names.push(`children[0][0][${i}]`);
    for (const name of names) expectUnsatisfied(circuit, w, { [`main.${name}`]: 123456789n });
    expectUnsatisfied(circuit, w, { "main.index[0]": 36n, ...bitEdits("main.bits[0].out", 36n, 6) });
    expectUnsatisfied(circuit, w, { "main.newRoot": w[circuit.symbols.wire("main.oldRoot")] ?? 0n });
  });

  it("refuses a selector in the field, with which any leaf could be shown", async () => {
    const real = await load(1);
    const cheating = await loadCircuit({
      main: `TreeUpdates(1, ${nLevels})`,
      include: INCLUDE,
      includeDirs: [
        sabotagedLib([
          { file: "range.circom", find: "out[i] <-- (in >> i) & 1; // witness", replace: "out[i] <-- i == 0 ? in : 0;" },
          { file: "range.circom", find: "out[i] * (1 - out[i]) === 0; //@satisfies(1)", replace: "" },
        ]),
      ],
    });
    // child 0 + s * (child 1 - child 0) = forged, so the path "proves" a leaf that is not in the tree
    const { input } = updatesInput(leaves, nLevels, [{ index: 0, newLeaf: 1n }]);
    const [c0, c1] = [leaves[0] ?? 0n, leaves[1] ?? 0n];
    const forged = 31337n;
    const inverse = (x: bigint): bigint => {
      let [result, base, e] = [1n, mod(x), R - 2n];
      for (; e > 0n; e >>= 1n, base = mod(base * base)) if (e & 1n) result = mod(result * base);
      return result;
    };
    const selector = mod((forged - c0) * inverse(c1 - c0));
    const attack = { ...input, index: [selector], oldLeaf: [forged] };
    const bad = expectUnsatisfied(real, await forge(real, cheating, attack));
    expect(bad, "one row of one wire: the bit is boolean").toEqual([[expect.stringMatching(/bits\[0\]|b0/)]]);
  });

  it("does not take a node for a leaf: the depth is fixed", async () => {
    const circuit = await load(1);
    const { input, oldRoot } = updatesInput(leaves, nLevels, [{ index: 0, newLeaf: 1n }]);
    const levels = levelsOf(leaves);
    // node 0 of level 1 shown as leaf 0: its group at level 1 as children, and level 2 repeated to fill the 16 registers
    const top = Array.from({ length: 16 }, (_, i) => levels[2]?.[i % 4] ?? 0n);
    const attack = { ...input, oldLeaf: [levels[1]?.[0] ?? 0n], children: [[levels[1]?.slice(0, 4) ?? []]], top };
    const w = await circuit.witness(attack);
    expect(w[circuit.symbols.wire("main.oldRoot")]).not.toBe(oldRoot);
    expectUnsatisfied(circuit, w, { "main.oldRoot": oldRoot });
  });

  it("is final at O1", async () => {
    const circuit = await loadCircuit({ main: `TreeUpdates(2, ${nLevels})`, include: INCLUDE, optimization: 2 });
    expect(counts(circuit.r1cs)).toEqual({ nonLinear: 2 * (601 + 6 + 36) + 2970, linear: 0 });
  });
});
