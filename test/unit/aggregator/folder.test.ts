// The published folder on a disk: whole files, one writer.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openFolder, putUnlessThere } from "../../../aggregator/publish/folder.js";
import { lockFolder } from "../../../aggregator/publish/lock.js";
import { thisProcess } from "../../../ledger/store/process-identity.js";

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "zkstate-publish-")), "published");
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const bytes = (text: string) => Buffer.from(text);

describe("a published folder", () => {
  it("is made, keeps what is put, and replaces it", async () => {
    const folder = await openFolder(dir);
    expect([folder.size("nodes/ab/one.json"), folder.read("heads.json")]).toEqual([undefined, undefined]);
    const many = Array.from({ length: 40 }, (_, i) => ({ name: `nodes/a${i % 3}/${i}.json`, bytes: bytes(`${i}`) }));
    await folder.put([...many, { name: "heads.json", bytes: bytes("first") }]);
    for (const { name, bytes: content } of many) expect(folder.read(name)).toEqual(content);
    await folder.put([{ name: "heads.json", bytes: bytes("second") }]);
    expect(folder.size("heads.json")).toBe(6);
    expect(readFileSync(join(dir, "heads.json"), "utf8")).toBe("second");
    expect(readdirSync(join(dir, "nodes")).sort()).toEqual(["a0", "a1", "a2"]);
    expect(readdirSync(dir).sort()).toEqual(["heads.json", "nodes"]);
  });

  it("writes what is there already only when it differs", async () => {
    const folder = await openFolder(dir);
    await folder.put([{ name: "a.json", bytes: bytes("same") }]);
    utimesSync(join(dir, "a.json"), 1, 1);
    await putUnlessThere(folder, { name: "a.json", bytes: bytes("same") });
    expect(statSync(join(dir, "a.json")).mtimeMs).toBe(1000);
    await putUnlessThere(folder, { name: "a.json", bytes: bytes("fame") });
    expect(readFileSync(join(dir, "a.json"), "utf8")).toBe("fame");
  });

  it("removes the temporary files of a writer that died, and nothing else", async () => {
    mkdirSync(dir, { recursive: true });
    for (const name of [".publish-1-abc", ".other", "heads.json"]) writeFileSync(join(dir, name), "x");
    await openFolder(dir);
    expect(readdirSync(dir).sort()).toEqual([".other", "heads.json"]);
  });

  it("says that it cannot be written, leaving nothing half-written", async () => {
    const folder = await openFolder(dir);
    writeFileSync(join(dir, "nodes"), "a file in the way");
    const next = expect.stringContaining("--publish");
    await expect(folder.put([{ name: "nodes/ab/one.json", bytes: bytes("1") }])).rejects.toMatchObject({ name: "ZkStateError", next });
    expect(readdirSync(dir)).toEqual(["nodes"]);
    await expect(openFolder(join(dir, "nodes", "below"))).rejects.toMatchObject({ code: "READ_ONLY", next });
  });
});

describe("the lock of a published folder", () => {
  const FILE = ".aggregator.json";
  const held = (change: object): void => {
    mkdirSync(dir, { recursive: true });
    const holder = { ...thisProcess(), host: hostname(), token: "another", ...change };
    writeFileSync(join(dir, FILE), JSON.stringify(holder));
  };
  const busy = { code: "STORE_BUSY" };

  it("is for one, and free again when it is given back", async () => {
    const first = await lockFolder(dir);
    await expect(lockFolder(dir)).rejects.toMatchObject({ ...busy, details: { pid: process.pid } });
    expect(() => first.check()).not.toThrow();
    first.release();
    const second = await lockFolder(dir);
    first.release();
    expect(() => second.check()).not.toThrow();
    second.release();
    expect(existsSync(join(dir, FILE))).toBe(false);
  });

  it("goes to one of two that ask at the same time", async () => {
    held({ pid: 2 ** 22 - 1 });
    const both = await Promise.allSettled([lockFolder(dir), lockFolder(dir)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const each of both) if (each.status === "fulfilled") each.value.release();
  });

  it.each([
    ["a process that is gone", { pid: 2 ** 22 - 1 }],
    ["a number that was given to another process since", { started: "1" }],
    ["half a file", undefined],
  ])("is taken from %s at once", async (_, holder) => {
    held(holder ?? {});
    if (holder === undefined) writeFileSync(join(dir, FILE), '{"pid": 1');
    const lock = await lockFolder(dir);
    lock.check();
    lock.release();
  });

  it("is left to another machine while it shows life, and taken when it does not", async () => {
    held({ place: "another boot" });
    await expect(lockFolder(dir)).rejects.toMatchObject(busy);
    const silent = new Date(Date.now() - 60_000);
    utimesSync(join(dir, FILE), silent, silent);
    (await lockFolder(dir)).release();
  });

  it("shows life for as long as it is held, and never in another's place", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const lock = await lockFolder(dir);
      const old = new Date(1000);
      const isFresh = () => statSync(join(dir, FILE)).mtimeMs > 1000;
      utimesSync(join(dir, FILE), old, old);
      vi.advanceTimersByTime(5000);
      expect(isFresh()).toBe(true);
      held({ pid: 1 });
      utimesSync(join(dir, FILE), old, old);
      vi.advanceTimersByTime(5000);
      expect(isFresh()).toBe(false);
      lock.release();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("tells a holder that stood still that another has the folder, and does not take it away", async () => {
    const lock = await lockFolder(dir);
    held({ pid: 1 });
    expect(() => lock.check()).toThrow(expect.objectContaining({ ...busy, details: { pid: 1 } }));
    lock.release();
    expect(existsSync(join(dir, FILE))).toBe(true);
  });
});
