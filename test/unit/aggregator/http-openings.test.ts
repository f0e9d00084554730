// Paths through published node files, against the tree that was published: for every height that a top file can have.
import { mkdtempSync, rmSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openings } from "../../../aggregator/http/openings.js";
import { nodeFile } from "../../../core/publication/files.js";
import { defaultNode, MemoryTree, openPath, verifyPath } from "../../../ledger/smt.js";
import { type Files, putJson, putTree, readJson, writePublished } from "../../helpers/published.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-openings-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Leaves in neighbouring places, far apart, and in the last place. */
function published(nLevels: number): { readonly tree: MemoryTree; readonly files: Files; readonly indices: readonly number[] } {
  const last = 4 ** nLevels - 1;
  const indices = [0, 1, 5, 21, Math.floor(last / 3), last - 1, last];
  const leaves = new Map(indices.map((index) => [BigInt(index), 1000n + BigInt(index)]));
  const { tree } = MemoryTree.empty(nLevels).update(leaves);
  const files: Files = new Map();
  putTree(files, tree);
  writePublished(files, dir);
  return { tree, files, indices };
}

/** The highest node file of the tree, and the one below it on the path to place 0. */
const topFile = ({ tree }: { readonly tree: MemoryTree }): string => nodeFile(tree.root());

describe("a leaf's opening", () => {
  it.each([3, 4, 5, 6, 8, 12, 16])("leads to the root of a tree of %i levels, whether the leaf is there or not", async (nLevels) => {
    const { tree, indices } = published(nLevels);
    const folder = openings(dir);
    for (const index of [...indices, 2, 7, Math.floor(4 ** nLevels / 2)]) {
      const { leaf, children } = await folder.leaf(tree.root(), nLevels, index);
      expect(leaf, `leaf ${index}`).toBe(tree.node(0, BigInt(index)));
      expect(children, `path ${index}`).toEqual(openPath(tree, BigInt(index)));
      expect(verifyPath(tree.root(), BigInt(index), leaf, children)).toBe(true);
    }
  });

  it("needs no file in an empty tree", async () => {
    const { leaf, children } = await openings(dir).leaf(defaultNode(7), 7, 11);
    expect([leaf, verifyPath(defaultNode(7), 11n, 0n, children)]).toEqual([0n, true]);
  });

  it.each<[string, (json: { levels: number; children: Record<string, string> }) => void]>([
    ["another child", (json) => Object.assign(json.children, { 0: "5" })],
    ["a child too many", (json) => Object.assign(json.children, { 3: "5" })],
    ["a place beyond its levels", (json) => Object.assign(json.children, { 63: "5" })],
    ["other levels", (json) => Object.assign(json, { levels: 3 })],
    ["no children", (json) => Object.assign(json, { children: undefined })],
    ["a child outside the field", (json) => Object.assign(json.children, { 0: `${1n << 255n}` })],
  ])("refuses a node file with %s", async (_, change) => {
    const at = published(5);
    const json = readJson(at.files, topFile(at)) as { levels: number; children: Record<string, string> };
    change(json);
    putJson(at.files, topFile(at), json);
    writePublished(at.files, dir);
    await expect(openings(dir).leaf(at.tree.root(), 5, 0)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });

  it("refuses a tree with a file missing, and takes it once it is back", async () => {
    const at = published(5);
    const folder = openings(dir);
    await rename(join(dir, topFile(at)), join(dir, "aside"));
    await expect(folder.leaf(at.tree.root(), 5, 0)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await rename(join(dir, "aside"), join(dir, topFile(at)));
    expect((await folder.leaf(at.tree.root(), 5, 0)).leaf).toBe(1000n);
  });

  it("reads a file once while it is in use", async () => {
    const at = published(5);
    const folder = openings(dir);
    const first = await folder.leaf(at.tree.root(), 5, 0);
    await rm(join(dir, "nodes"), { recursive: true });
    expect(await folder.leaf(at.tree.root(), 5, 0)).toEqual(first);
  });

  it.each<[string, string | Buffer]>([
    ["half of it", '{"format":"zkstate no'],
    ["nothing", ""],
    ["too much", Buffer.alloc(5 * 1024 * 1024, " ")],
  ])("refuses a file of which there is %s", async (_, content) => {
    const at = published(5);
    await writeFile(join(dir, topFile(at)), content);
    await expect(openings(dir).leaf(at.tree.root(), 5, 0)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });
});
