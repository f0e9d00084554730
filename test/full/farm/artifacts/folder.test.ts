// Artifacts in a folder: cut files, dead writers, full disks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, truncate, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { folderStore, saveTo } from "../../../../farm/artifacts/folder.js";
import { httpStore } from "../../../../farm/artifacts/http.js";
import { refOf } from "../../../../farm/artifacts/store.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { mountSmallDisk, unmount } from "../../prover/fault-tools.js";
import { closeAll, codeOf, exists, fileOf, folderSubject, listing, MIB, QUICK, sample, served, TOKEN, temporaries } from "./lab.js";

afterEach(closeAll);

describe("a folder", () => {
  it("notices a truncated file, and takes it again", async () => {
    const { store, dir } = await folderSubject();
    const bytes = sample(5000);
    const ref = await store.put(bytes);
    await truncate(fileOf(dir, ref), 4999);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_CORRUPT");
    expect(await exists(fileOf(dir, ref))).toBe(false);
    await store.put(bytes);
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
  });

  it("sweeps what is left of dead processes and of days ago, and nothing else", async () => {
    const dir = await tempDir();
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "exit");
    const named = (host: string, pid: number | undefined) => `.artifact-${host}-${pid}-1-ab`;
    const names = [named(hostname(), dead.pid), named(hostname(), process.pid), named("other", dead.pid), named("older", 1), "file"];
    for (const name of names) await writeFile(join(dir, name), "x");
    const yesterday = Date.now() / 1000 - 86_500;
    await utimes(join(dir, named("older", 1)), yesterday, yesterday);
    folderStore(dir);
    expect(listing(dir).sort()).toEqual([named(hostname(), process.pid), named("other", dead.pid), "file"].sort());
  });

  it("says that the disk is full, and leaves nothing", async ({ skip }) => {
    const disk = join(await tempDir(), "disk");
    if (!(await mountSmallDisk(disk, MIB))) skip("mounting is not allowed here");
    try {
      const store = folderStore(join(disk, "store"));
      const bytes = sample(2 * MIB);
      expect(await codeOf(store.put(bytes))).toBe("DISK_FULL");
      expect(await store.has(refOf(bytes))).toBe(false);
      expect(temporaries(disk)).toEqual([]);
      const { store: elsewhere } = await folderSubject();
      const ref = await elsewhere.put(bytes);
      expect(await codeOf(elsewhere.getFile(ref, join(disk, "out")))).toBe("DISK_FULL");
      expect(listing(disk)).toEqual(["store"]);
      expect(await elsewhere.has(ref)).toBe(true);
      const served507 = httpStore(await served(store), TOKEN, QUICK);
      expect(await codeOf(served507.put(bytes))).toBe("DISK_FULL");
      await store.put(sample(1000));
    } finally {
      unmount(disk);
    }
  });

  it("takes no more than the reference says, from whatever source", async () => {
    const dir = await tempDir();
    let given = 0;
    async function* endless() {
      for (; given < 1000; given++) yield Buffer.alloc(100);
    }
    const source = { ref: { sha256: "0".repeat(64), bytes: 250 }, chunks: endless(), where: "a test" };
    expect(await codeOf(saveTo(join(dir, "out"), source))).toBe("ARTIFACT_CORRUPT");
    expect(given).toBe(2);
    expect(listing(dir)).toEqual([]);
  });

  it("cannot be made below a file", async () => {
    const file = join(await tempDir(), "file");
    await writeFile(file, "");
    expect(await codeOf(() => folderStore(join(file, "store")))).toBe("READ_ONLY");
  });

  it("makes the folders that it needs", async () => {
    const dir = join(await tempDir(), "not", "yet");
    const store = folderStore(dir);
    await mkdir(join(dir, "ab"), { recursive: true });
    const ref = await store.put(sample(10));
    await store.getFile(ref, join(dir, "also", "not", "out"));
    expect(await exists(join(dir, "also", "not", "out"))).toBe(true);
  });
});
