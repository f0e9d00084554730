import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { folderStore } from "../../../farm/artifacts/folder.js";
import type { ArtifactRef } from "../../../farm/job.js";

const HOUR_MS = 3_600_000;
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-folder-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const age = ({ sha256 }: ArtifactRef, ms: number) => {
  const then = new Date(Date.now() - ms);
  utimesSync(join(dir, sha256.slice(0, 2), sha256), then, then);
};

it("removes at its opening what nobody has asked for in the time that it keeps, and nothing else", async () => {
  const store = folderStore(dir);
  const [old, asked, fresh] = [
    await store.put(Buffer.from("old")),
    await store.put(Buffer.from("asked")),
    await store.put(Buffer.from("fresh")),
  ];
  age(old, 2 * HOUR_MS);
  age(asked, 2 * HOUR_MS);
  expect(await store.has(asked)).toBe(true);
  folderStore(dir);
  expect(await folderStore(dir, { keepMs: 3 * HOUR_MS }).has(fresh)).toBe(true);
  age(old, 2 * HOUR_MS);
  const kept = folderStore(dir, { keepMs: HOUR_MS });
  expect([await kept.has(old), await kept.has(asked), await kept.has(fresh)]).toEqual([false, true, true]);
});
