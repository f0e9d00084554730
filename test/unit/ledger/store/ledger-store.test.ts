import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stateRoot } from "../../../../ledger/hashing.js";
import { emptyState } from "../../../../ledger/memory-state.js";
import { LedgerStore } from "../../../../ledger/store/ledger-store.js";
import { seal } from "../../../../ledger/store/seal.js";
import {
  changeOf,
  commitChange,
  commitRandom,
  freshDir,
  genesisHeader,
  LEVELS,
  randomChange,
  randomFrom,
  someAccount,
} from "./store-fixtures.js";

const code = (name: string) => expect.objectContaining({ code: name });
const coding = { encoding: "binary", keyEncoding: "binary" } as const;

/** Changes a stored value behind the store's back. */
async function tamper(dir: string, table: string, key: Buffer, change: (value: Buffer | undefined) => Buffer | undefined): Promise<void> {
  const root = open<Buffer, Buffer>({ path: dir, ...coding, maxDbs: 12 });
  const db = root.openDB<Buffer, Buffer>({ name: table, ...coding });
  const value = change(db.getBinary(key));
  root.transactionSync(() => void (value === undefined ? db.remove(key) : db.put(key, value)));
  await root.close();
}

describe("LedgerStore", () => {
  let dir: string;
  let store: LedgerStore;
  beforeEach(() => {
    dir = freshDir();
    store = LedgerStore.create(dir, genesisHeader(), LEVELS);
  });
  afterEach(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = LedgerStore.open(dir);
  };

  it("starts as the genesis", () => {
    const { header, tree } = store.snapshot();
    expect(header).toEqual(genesisHeader());
    expect(tree.root()).toBe(emptyState(header, LEVELS).tree.root());
    expect(store.head()).toEqual({ batchNumber: 0, root: stateRoot(header) });
    expect([...store.snapshot().accounts()]).toEqual([]);
  });

  it("keeps committed batches and their state over a restart", async () => {
    const random = randomFrom(1);
    const changes = Array.from({ length: 5 }, () => commitRandom(store, random));
    await reopen();
    const last = changes[4];
    expect(store.head()).toEqual({ batchNumber: 5, root: last?.batch.newRoot });
    expect(store.snapshot().header).toEqual(last?.header);
    for (const { batch } of changes) {
      const { blob, ...record } = batch;
      expect(store.batch(batch.batchNumber)).toEqual({ ...record, state: "executed", proofRef: undefined });
      expect(store.blob(batch.batchNumber)).toEqual(blob);
    }
    for (const [index, account] of last?.accounts ?? []) expect(store.snapshot().account(index)).toEqual(account);
    expect(await store.auditTree()).toMatchObject({ ok: true, problems: [], versions: 6, accountsRoot: last?.header.accountsRoot });
  });

  it("lets an open snapshot stand while batches are committed", () => {
    const random = randomFrom(2);
    commitRandom(store, random);
    const snapshot = store.snapshot();
    const before = { accounts: [...snapshot.accounts()], root: snapshot.tree.root(), header: snapshot.header };
    const walk = snapshot.accounts();
    const first = walk.next().value;
    for (let i = 0; i < 10; i++) commitRandom(store, random);
    expect([...snapshot.accounts()]).toEqual(before.accounts);
    expect([first, ...walk]).toEqual(before.accounts);
    expect(snapshot.tree.root()).toBe(before.root);
    expect(store.snapshot(1).header).toEqual(before.header);
  });

  it("recognises content that was committed before", () => {
    for (const [index, content] of ["aa", "ab", "aa", "a"].entries()) {
      commitChange(store, changeOf(store.snapshot(), new Map([[index, someAccount()]]), content));
    }
    expect(store.batchesWithContent("aa")).toEqual([1, 3]);
    expect(store.batchesWithContent("a")).toEqual([4]);
    expect(store.batchesWithContent("b")).toEqual([]);
  });

  it("records the first proof of a batch and ignores later ones", async () => {
    const random = randomFrom(3);
    for (let i = 0; i < 3; i++) commitRandom(store, random);
    expect([...store.unproven()]).toEqual([1, 2, 3]);
    expect(store.markProven(2, "proof-2")).toBe(true);
    expect(store.markProven(2, "another")).toBe(false);
    await reopen();
    expect(store.batch(2)).toMatchObject({ state: "proven", proofRef: "proof-2" });
    expect([...store.unproven()]).toEqual([1, 3]);
    expect([...store.batches(2, 3)].map(({ state }) => state)).toEqual(["proven", "executed"]);
    expect(() => store.markProven(9, "x")).toThrow(code("INPUT_NOT_FOUND"));
    expect(() => store.blob(9)).toThrow(code("INPUT_NOT_FOUND"));
    expect(store.batch(-1)).toBeUndefined();
  });

  it("records that proven batches are published, and never goes back", async () => {
    const random = randomFrom(33);
    for (let i = 0; i < 5; i++) commitRandom(store, random);
    for (const n of [1, 2, 4]) store.markProven(n, `proof-${n}`);
    expect(store.markAggregated(1, 4)).toBe(3);
    expect(store.markAggregated(1, 5)).toBe(0);
    expect(store.markProven(2, "another")).toBe(false);
    await reopen();
    const states = [...store.batches()].map(({ state, proofRef }) => [state, proofRef]);
    const expected = [1, 2, 3, 4, 5].map((n) => ([1, 2, 4].includes(n) ? ["aggregated", `proof-${n}`] : ["executed", undefined]));
    expect(states).toEqual(expected);
    expect([...store.unproven()]).toEqual([3, 5]);
    expect((await store.auditTree()).problems).toEqual([]);
    expect(store.markProven(3, "proof-3")).toBe(true);
    expect(() => store.markAggregated(5, 6)).toThrow(code("INPUT_NOT_FOUND"));
    expect(store.markAggregated(3, 5)).toBe(1);
  });

  it("refuses a batch that does not continue the head, and keeps nothing of it", () => {
    const change = randomChange(store.snapshot(), randomFrom(4));
    const { batch, header } = change;
    const wrong = [
      { ...change, batch: { ...batch, batchNumber: 2 } },
      { ...change, batch: { ...batch, oldRoot: batch.oldRoot + 1n } },
      { ...change, batch: { ...batch, newRoot: batch.newRoot + 1n } },
      { ...change, batch: { ...batch, profile: { ...batch.profile, nLevels: LEVELS + 1 } } },
      { ...change, header: { ...header, meta: { ...header.meta, batchNumber: 2n } } },
      { ...change, nodes: change.nodes.slice(0, -1) },
    ];
    for (const each of wrong) expect(() => commitChange(store, each)).toThrow(code("INTERNAL"));
    expect(store.head().batchNumber).toBe(0);
    expect(store.batchesWithContent(batch.contentId)).toEqual([]);
    commitChange(store, change);
    expect(() => commitChange(store, change)).toThrow(/batch number/);
  });

  it("keeps a batch that changes no account", async () => {
    commitRandom(store, randomFrom(5));
    commitChange(store, changeOf(store.snapshot(), new Map(), "empty"));
    await reopen();
    expect(store.head().batchNumber).toBe(2);
    expect((await store.auditTree()).ok).toBe(true);
  });

  it("has one writer, and readers beside it", async () => {
    expect(() => LedgerStore.open(dir)).toThrow(expect.objectContaining({ code: "STORE_BUSY", details: { pid: process.pid } }));
    const reader = LedgerStore.open(dir, { readOnly: true });
    commitRandom(store, randomFrom(6));
    expect(reader.head()).toEqual(store.head());
    expect(() => commitRandom(reader, randomFrom(6))).toThrow(code("READ_ONLY"));
    expect(() => reader.markProven(1, "x")).toThrow(code("READ_ONLY"));
    await expect(reader.prune(0)).rejects.toThrow(code("READ_ONLY"));
    await reader.close();
    commitRandom(store, randomFrom(7));
    expect(store.head().batchNumber).toBe(2);
  });

  it.each([
    ["a dead process", { pid: 2 ** 22 + 1 }],
    ["a process number in use by another process", { started: "1" }],
    ["another boot or container", { place: "elsewhere" }],
  ])("takes over from %s, and shuts the old writer out", async (_, over) => {
    const key = Buffer.from("writer");
    const root = open<Buffer, Buffer>({ path: dir, ...coding, maxDbs: 12 });
    const meta = root.openDB<Buffer, Buffer>({ name: "meta", ...coding });
    const holder = JSON.parse((meta.getBinary(key) ?? Buffer.alloc(4)).subarray(0, -4).toString());
    root.transactionSync(() => void meta.put(key, seal(key, Buffer.from(JSON.stringify({ ...holder, ...over })))));
    const second = LedgerStore.open(dir);
    commitRandom(second, randomFrom(8));
    expect(() => commitRandom(store, randomFrom(8))).toThrow(code("STORE_BUSY"));
    await second.close();
    expect(() => commitRandom(store, randomFrom(8))).toThrow(code("STORE_BUSY"));
  });

  it("imports accounts into the same tree that single updates give", async () => {
    const random = randomFrom(9);
    const { accounts, header } = randomChange(store.snapshot(), random);
    const root = store.importAccounts([...accounts].sort(([a], [b]) => a - b));
    expect(root).toBe(header.accountsRoot);
    expect(() => store.importAccounts([])).toThrow(code("USAGE"));
    await reopen();
    commitRandom(store, random);
    expect((await store.auditTree()).ok).toBe(true);
  });
});

describe("opening", () => {
  it("refuses what is not there, and to create twice", async () => {
    const dir = freshDir();
    expect(() => LedgerStore.open(dir)).toThrow(code("INPUT_NOT_FOUND"));
    expect(() => LedgerStore.open(join(dir, "none"), { readOnly: true })).toThrow(code("INPUT_NOT_FOUND"));
    expect(() => LedgerStore.create(dir, genesisHeader(), LEVELS + 1)).toThrow(code("CONFIG_INVALID"));
    await LedgerStore.create(dir, genesisHeader(), LEVELS).close();
    expect(() => LedgerStore.create(dir, genesisHeader(), LEVELS)).toThrow(code("USAGE"));
  });

  it.each([
    ["empty", Buffer.alloc(0)],
    ["text", Buffer.from("not a database".repeat(1000))],
    ["zeros", Buffer.alloc(100_000)],
  ])("refuses a data file of %s", (_, bytes) => {
    const dir = freshDir();
    writeFileSync(join(dir, "data.mdb"), bytes);
    expect(() => LedgerStore.open(dir)).toThrow(code("STORE_CORRUPT"));
    expect(() => LedgerStore.open(dir, { readOnly: true })).toThrow(code("STORE_CORRUPT"));
  });

  it("refuses another program's database and leaves it alone", async () => {
    const dir = freshDir();
    await tamper(dir, "theirs", Buffer.from("k"), () => Buffer.from("v"));
    expect(() => LedgerStore.open(dir)).toThrow(code("STORE_CORRUPT"));
    expect(() => LedgerStore.create(dir, genesisHeader(), LEVELS)).toThrow(code("USAGE"));
  });

  it("refuses another version and another shape of accounts", async () => {
    for (const over of [{ version: 2 }, { shape: "U=3" }]) {
      const dir = freshDir();
      await LedgerStore.create(dir, genesisHeader(), LEVELS).close();
      const key = Buffer.from("format");
      await tamper(dir, "meta", key, (v) =>
        seal(key, Buffer.from(JSON.stringify({ ...JSON.parse((v ?? Buffer.alloc(4)).subarray(0, -4).toString()), ...over }))),
      );
      expect(() => LedgerStore.open(dir)).toThrow(code("VERSION_MISMATCH"));
    }
  });
});
