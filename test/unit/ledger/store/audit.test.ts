import { rmSync } from "node:fs";
import { open } from "lmdb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeAccount, encodeAccount } from "../../../../ledger/store/account-codec.js";
import { accountKey, batchKey, contentKey, nodeKey, undoKey } from "../../../../ledger/store/keys.js";
import { LedgerStore } from "../../../../ledger/store/ledger-store.js";
import { seal, unseal } from "../../../../ledger/store/seal.js";
import { changeOf, commitChange, freshDir, genesisHeader, LEVELS, someAccount } from "./store-fixtures.js";

const coding = { encoding: "binary", keyEncoding: "binary" } as const;
const flip = (bytes: Buffer, at: number): Buffer => {
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
};

describe("the audit", () => {
  const dir = freshDir();
  let store: LedgerStore;
  beforeAll(() => {
    store = LedgerStore.create(dir, genesisHeader(), LEVELS);
    for (const [n, indices] of [[0, 3], [3, 17], [18]].entries()) {
      const accounts = new Map(indices.map((index) => [index, someAccount({ nonce: BigInt(n) })]));
      commitChange(store, changeOf(store.snapshot(), accounts, `batch-${n}`));
    }
  });
  afterAll(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });

  /** Damages one value, audits, and puts it back. The store is open meanwhile: both share the one environment of the process. */
  async function auditWith(table: string, key: Buffer, damage: (sealed: Buffer) => Buffer | undefined) {
    const db = open<Buffer, Buffer>({ path: dir, ...coding, maxDbs: 12 }).openDB<Buffer, Buffer>({ name: table, ...coding });
    const good = db.getBinary(key);
    if (good === undefined) throw new Error("nothing to damage");
    const bad = damage(good);
    db.transactionSync(() => void (bad === undefined ? db.remove(key) : db.put(key, bad)));
    const report = await store.auditTree();
    db.transactionSync(() => void db.put(key, good));
    return report;
  }

  it("finds nothing in a good store", async () => {
    expect(await store.auditTree()).toMatchObject({ ok: true, accounts: 4, versions: 4, problems: [] });
  });

  const values: [string, string, Buffer][] = [
    ["an account", "state", accountKey(17)],
    ["a leaf", "state", nodeKey(0, 17n)],
    ["an inner node", "state", nodeKey(1, 4n)],
    ["the top", "state", nodeKey(LEVELS, 0n)],
    ["an old account", "undo", undoKey(accountKey(3), 2)],
    ["an old node", "undo", undoKey(nodeKey(2, 0n), 2)],
    ["a header", "headers", batchKey(3)],
    ["an old header", "headers", batchKey(1)],
    ["a batch record", "batches", batchKey(2)],
    ["published data", "blobs", batchKey(2)],
    ["a change list", "touched", batchKey(2)],
  ];

  it.each(values)("finds a flipped byte anywhere in %s", async (_, table, key) => {
    for (const at of [0, 9, -1]) {
      const report = await auditWith(table, key, (sealed) => flip(sealed, at < 0 ? sealed.length - 1 : Math.min(at, sealed.length - 1)));
      expect(report.ok, `byte ${at}`).toBe(false);
      expect(report.problems.length).toBeGreaterThan(0);
    }
  });

  const indices: typeof values = [
    ["a batch in the index of contents", "contents", contentKey("batch-1", 2)],
    ["a batch in the index of those without a proof", "executed", batchKey(2)],
  ];

  it.each([...values, ...indices])("finds %s missing", async (_, table, key) => {
    expect((await auditWith(table, key, () => undefined)).ok).toBe(false);
  });

  it("finds values that are wrong under a right checksum", async () => {
    const reseal = (key: Buffer, change: (value: Buffer) => Buffer) => (sealed: Buffer) => seal(key, change(unseal(key, sealed, "test")));
    const poorer = (value: Buffer) => encodeAccount({ ...decodeAccount(value, "test"), cash: 0n });
    for (const key of [accountKey(0), accountKey(18)]) expect((await auditWith("state", key, reseal(key, poorer))).ok).toBe(false);
    for (let level = 0; level <= LEVELS; level++) {
      const key = nodeKey(level, 0n);
      expect(
        (
          await auditWith(
            "state",
            key,
            reseal(key, (value) => flip(value, 31)),
          )
        ).ok,
        `level ${level}`,
      ).toBe(false);
    }
    const old = accountKey(3);
    expect((await auditWith("undo", undoKey(old, 2), reseal(old, poorer))).ok).toBe(false);
  });

  it("leaves the store good, since every damage was put back", async () => {
    expect((await store.auditTree()).problems).toEqual([]);
  });

  it("stops when told to", async () => {
    await expect(store.auditTree({ signal: AbortSignal.abort() })).rejects.toThrow(expect.objectContaining({ code: "INTERRUPTED" }));
  });
});
