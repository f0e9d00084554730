import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BatchFile, readBatchFile } from "../../../cli/batch-file.js";
import { executeFile } from "../../../cli/execute/execute-file.js";
import { planFile } from "../../../cli/execute/plan.js";
import { encodePublished } from "../../../cli/execute/published.js";
import { type BatchItem, encodeLine, type GenesisItem } from "../../../ledger/codec.js";
import { genesis } from "../../../ledger/genesis.js";
import { emptyState } from "../../../ledger/memory-state.js";
import { LedgerStore } from "../../../ledger/store/ledger-store.js";
import { crashStory } from "../../../simulate/crash-story.js";

const SMALL = { id: "small", nTx: 3, nAccounts: 4, nLevels: 12 };
const run = crashStory("execute", { nTx: 7, nAccounts: 7, nLevels: 12 });
const { items } = run.venue;
const fileOf = (list: readonly BatchItem[]): BatchFile => readBatchFile(list.map(encodeLine).join("\n"));
const whole = fileOf(items);
const firstGenesis = items[0] as GenesisItem;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-execute-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function execute(
  file: BatchFile,
): Promise<{ numbers: readonly number[]; fresh: boolean; finished: readonly number[]; head: number; root: bigint }> {
  const { store, numbers, fresh, finished } = await executeFile(dir, file, SMALL, false);
  const { batchNumber: head, root } = store.head();
  await store.close();
  return { numbers, fresh, finished, head, root };
}

/** A ledger whose process died after the first `kept` batches of the file. */
async function interruptedAfter(kept: number): Promise<number> {
  const header = genesis(firstGenesis);
  const plan = planFile(emptyState(header, SMALL.nLevels), whole, SMALL, false);
  const store = LedgerStore.create(dir, header, SMALL.nLevels);
  const { id: circuit, ...profile } = SMALL;
  for (const [i, done] of plan.executed.slice(0, kept).entries()) {
    const rest = i === 0 ? plan.executed.slice(1).map((e) => e.batch) : [];
    const { contentId } = whole;
    const blob = encodePublished({
      contentId,
      circuit,
      profile,
      part: i + 1,
      parts: plan.executed.length,
      executeMs: 0,
      batch: done.batch,
      skipped: [],
      rest,
    });
    const { oldRoot, newRoot, newHeader, changedAccounts, changedNodes } = done;
    store.commit({ batchNumber: i + 1, oldRoot, newRoot, contentId, profile, blob }, newHeader, changedAccounts, changedNodes);
  }
  await store.close();
  return plan.executed.length;
}

describe("executing a file", () => {
  it("happens once: the second time gives the same batches", async () => {
    const first = await execute(whole);
    expect(first).toMatchObject({ fresh: true, finished: [] });
    const second = await execute(whole);
    expect(second).toEqual({ ...first, fresh: false });
  });

  it("gives the state of a run that was never interrupted, wherever it was interrupted", async () => {
    const undisturbed = await execute(whole);
    for (const kept of [1, 2, 4]) {
      rmSync(dir, { recursive: true });
      const parts = await interruptedAfter(kept);
      const resumed = await execute(whole);
      expect(resumed).toMatchObject({ fresh: false, head: parts, root: undisturbed.root, numbers: undisturbed.numbers });
      expect(resumed.finished).toHaveLength(parts - kept);
    }
  });

  it("finishes an interrupted file before another one, so that a file stays all or nothing", async () => {
    const parts = await interruptedAfter(1);
    const last = items.findLast((item) => item.kind === "report") as BatchItem;
    const other = await execute(fileOf([last]));
    expect(other.numbers).toEqual([parts + 1]);
    expect(other.finished).toHaveLength(parts - 1);
  });

  it("refuses a later file as a whole, with the ledger as it was", async () => {
    const before = await execute(fileOf(items.slice(0, 9)));
    const bad = items.slice(9).map((item) => (item.kind === "withdraw" ? { ...item, nonce: item.nonce + 1n } : item));
    await expect(execute(fileOf(bad))).rejects.toMatchObject({
      code: "TRANSITION_REFUSED",
      details: { index: 7, refusal: "NONCE_MISMATCH" },
    });
    const store = LedgerStore.open(dir);
    expect(store.head()).toEqual({ batchNumber: before.head, root: before.root });
    await store.close();
    // The lock is free again and the good file goes through.
    expect((await execute(fileOf(items.slice(9)))).head).toBeGreaterThan(before.head);
  });

  it("refuses a genesis that is not the ledger's", async () => {
    await execute(whole);
    const other = fileOf([{ ...firstGenesis, insurance: firstGenesis.insurance + 1n }, ...items.slice(1)]);
    await expect(execute(other)).rejects.toMatchObject({ code: "CONFIG_INVALID", exitCode: 2 });
  });

  it("creates a ledger from a genesis alone", async () => {
    expect(await execute(fileOf([firstGenesis]))).toMatchObject({ numbers: [], head: 0 });
  });
});
