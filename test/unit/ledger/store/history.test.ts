import { rmSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateRoot } from "../../../../ledger/hashing.js";
import { emptyState, type MemoryState } from "../../../../ledger/memory-state.js";
import { openPath, verifyPath } from "../../../../ledger/smt.js";
import { LedgerStore } from "../../../../ledger/store/ledger-store.js";
import { type Change, commitChange, commitRandom, freshDir, genesisHeader, LEVELS, randomChange, randomFrom } from "./store-fixtures.js";

/** The twin of the store: every version in memory. */
function versionAfter(state: MemoryState, { accounts, nodes, header }: Change): MemoryState {
  const leaves = new Map(nodes.filter(({ level }) => level === 0).map(({ index, value }) => [index, value]));
  const all = new Map([...state.accounts, ...accounts]);
  return { header, accounts: all, tree: state.tree.update(leaves).tree, account: (index) => all.get(index) };
}

function expectVersion(store: LedgerStore, version: number, twin: MemoryState, some: number): void {
  const snapshot = store.snapshot(version);
  expect(snapshot.header).toEqual(twin.header);
  expect(snapshot.tree.root()).toBe(twin.tree.root());
  expect(stateRoot(snapshot.header)).toBe(version === 0 ? stateRoot(genesisHeader()) : store.batch(version)?.newRoot);
  expect([...snapshot.accounts()]).toEqual([...twin.accounts].sort(([a], [b]) => a - b));
  const index = BigInt(some);
  expect(openPath(snapshot.tree, index)).toEqual(openPath(twin.tree, index));
  expect(verifyPath(snapshot.header.accountsRoot, index, snapshot.tree.node(0, index), openPath(snapshot.tree, index))).toBe(true);
  expect(snapshot.account(some)).toEqual(twin.account(some));
}

async function withStore(work: (store: LedgerStore) => Promise<void>): Promise<void> {
  const dir = freshDir();
  const store = LedgerStore.create(dir, genesisHeader(), LEVELS);
  try {
    await work(store);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
}

describe("history", () => {
  it("reads every kept version right, before and after pruning to any depth", async () => {
    const plan = fc.record({
      seed: fc.nat(),
      commits: fc.integer({ min: 1, max: 12 }),
      depth: fc.nat(14),
      more: fc.nat(3),
      some: fc.nat(4 ** LEVELS - 1),
    });
    await fc.assert(
      fc.asyncProperty(plan, ({ seed, commits, depth, more, some }) =>
        withStore(async (store) => {
          const random = randomFrom(seed);
          const twins = [emptyState(genesisHeader(), LEVELS)];
          const commit = (): void => {
            const change = randomChange(store.snapshot(), random);
            commitChange(store, change);
            twins.push(versionAfter(twins[twins.length - 1] as MemoryState, change));
          };
          for (let i = 0; i < commits; i++) commit();
          for (const [version, twin] of twins.entries()) expectVersion(store, version, twin, some);
          const report = await store.prune(depth, { evenUnproven: true });
          const oldest = Math.max(0, commits - depth);
          expect(report).toMatchObject({ versions: oldest, oldest, heldBy: undefined });
          for (let i = 0; i < more; i++) commit();
          expect(store.versions()).toEqual({ oldest, newest: commits + more });
          for (const [version, twin] of twins.entries()) {
            if (version >= oldest) expectVersion(store, version, twin, some);
            else expect(() => store.snapshot(version)).toThrow(expect.objectContaining({ code: "INPUT_NOT_FOUND" }));
          }
          expect((await store.auditTree()).problems).toEqual([]);
        }),
      ),
      { seed: 44, numRuns: 6 },
    );
  });

  it("keeps what an unproven batch needs, unless told otherwise", () =>
    withStore(async (store) => {
      for (let i = 0; i < 6; i++) commitRandom(store, randomFrom(i));
      for (const proven of [1, 2, 4]) store.markProven(proven, `proof-${proven}`);
      expect(await store.prune(1)).toMatchObject({ oldest: 2, heldBy: 3, versions: 2 });
      expect(store.snapshot(2).batchNumber).toBe(2);
      store.markProven(3, "proof-3");
      expect(await store.prune(1)).toMatchObject({ oldest: 4, heldBy: 5, versions: 2 });
      expect(await store.prune(1, { evenUnproven: true })).toMatchObject({ oldest: 5, heldBy: undefined, versions: 1 });
      expect(store.batch(1)?.state).toBe("proven");
      expect(store.blob(1).length).toBeGreaterThan(0);
    }));

  it("can be interrupted between steps and goes on where it stopped", () =>
    withStore(async (store) => {
      const random = randomFrom(45);
      for (let i = 0; i < 40; i++) commitRandom(store, random);
      const stop = new AbortController();
      const first = store.prune(0, { evenUnproven: true, signal: stop.signal });
      stop.abort();
      expect(await first).toMatchObject({ versions: 16, oldest: 16 });
      expect((await store.auditTree()).ok).toBe(true);
      commitRandom(store, random);
      expect(await store.prune(0, { evenUnproven: true })).toMatchObject({ versions: 25, oldest: 41 });
      expect(await store.auditTree()).toMatchObject({ ok: true, versions: 1 });
    }));

  it("tells a snapshot whose version was pruned, instead of reading wrong values", () =>
    withStore(async (store) => {
      const random = randomFrom(46);
      for (let i = 0; i < 3; i++) commitRandom(store, random);
      const old = store.snapshot(1);
      await store.prune(0, { evenUnproven: true });
      expect(() => old.account(0)).toThrow(expect.objectContaining({ code: "INPUT_NOT_FOUND" }));
      expect(() => old.tree.root()).toThrow(expect.objectContaining({ code: "INPUT_NOT_FOUND" }));
    }));

  it.each([-1, 1.5, Number.NaN])("refuses a depth of %s", (depth) =>
    withStore(async (store) => {
      await expect(store.prune(depth)).rejects.toThrow(expect.objectContaining({ code: "USAGE" }));
    }),
  );
});
