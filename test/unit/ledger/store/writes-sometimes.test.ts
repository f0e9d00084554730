import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readBatchFile } from "../../../../cli/batch-file.js";
import { executeFile } from "../../../../cli/execute/execute-file.js";
import { encodeLine } from "../../../../ledger/codec.js";
import { LedgerStore } from "../../../../ledger/store/ledger-store.js";
import { crashStory } from "../../../../simulate/crash-story.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-sometimes-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const PROFILE = { id: "small", nTx: 7, nAccounts: 7, nLevels: 12 };

it("a store that writes sometimes lets another writer in between, and is refused while that one has the lock", async () => {
  const { store: writer } = await executeFile(
    dir,
    readBatchFile(crashStory("sometimes", PROFILE).venue.items.map(encodeLine).join("\n")),
    PROFILE,
    false,
  );
  const sometimes = LedgerStore.open(dir, { writesSometimes: true });
  expect([...sometimes.unproven()]).toEqual([1, 2]);
  expect(() => sometimes.markProven(1, "there")).toThrow(expect.objectContaining({ code: "STORE_BUSY" }));
  await writer.close();
  expect(sometimes.readOnly).toBe(false);
  expect([sometimes.markProven(1, "there"), sometimes.markProven(1, "elsewhere")]).toEqual([true, false]);
  const next = LedgerStore.open(dir);
  expect([...next.unproven()]).toEqual([2]);
  expect(next.markProven(2, "here")).toBe(true);
  await next.close();
  expect([...sometimes.unproven()]).toEqual([]);
  await sometimes.close();
});
