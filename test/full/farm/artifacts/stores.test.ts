// What every store of artifacts does.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MAX_IN_MEMORY, refOf } from "../../../../farm/artifacts/store.js";
import { type RedisServer, startRedis } from "../../../helpers/redis.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { closeAll, codeOf, folderSubject, httpSubject, listing, MIB, redisSubject, sample, temporaries } from "./lab.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
afterEach(closeAll);

describe.each([
  ["a folder", folderSubject],
  ["Redis", () => redisSubject(redis)],
  ["HTTP", httpSubject],
])("artifacts in %s", (kind, subject) => {
  it.each([0, 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB])("come back as they were: %i bytes", async (size) => {
    const { store } = await subject();
    const dir = await tempDir();
    const [inMemory, inFile] = [sample(size), sample(size)];
    await writeFile(join(dir, "in"), inFile);
    const refs = [await store.put(inMemory), await store.putFile(join(dir, "in"))] as const;
    expect(refs).toEqual([refOf(inMemory), refOf(inFile)]);
    expect(Buffer.from(await store.get(refs[1])).equals(inFile)).toBe(true);
    await store.getFile(refs[0], join(dir, "out"));
    expect((await readFile(join(dir, "out"))).equals(inMemory)).toBe(true);
    expect(temporaries(dir)).toEqual([]);
  });

  it("are there once put, however often", async () => {
    const { store } = await subject();
    const bytes = sample(1000);
    expect(await store.has(refOf(bytes))).toBe(false);
    expect(await store.put(bytes)).toEqual(await store.put(bytes));
    expect(await store.has(refOf(bytes))).toBe(true);
    expect(Buffer.from(await store.get(refOf(bytes))).equals(bytes)).toBe(true);
  });

  it("are whole after four puts at once", async () => {
    const { store } = await subject();
    const bytes = sample(5 * MIB);
    const refs = await Promise.all([1, 2, 3, 4].map(() => store.put(bytes)));
    expect(new Set(refs.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(Buffer.from(await store.get(refOf(bytes))).equals(bytes)).toBe(true);
  });

  it("are missing when they were never put", async () => {
    const { store } = await subject();
    const dir = await tempDir();
    const ref = refOf(sample(10));
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_MISSING");
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe("ARTIFACT_MISSING");
    expect(listing(dir)).toEqual([]);
  });

  it("are refused with another size, and stay", async () => {
    const { store } = await subject();
    const bytes = sample(1000);
    const ref = await store.put(bytes);
    for (const wrong of [999, 1001]) {
      expect(await store.has({ ...ref, bytes: wrong })).toBe(false);
      expect(await codeOf(store.get({ ...ref, bytes: wrong }))).toBe("ARTIFACT_CORRUPT");
    }
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
  });

  it("are not given when damaged, and can be put again", async () => {
    const { store, flip } = await subject();
    const dir = await tempDir();
    const bytes = sample(3 * MIB);
    const ref = await store.put(bytes);
    const refusal = kind === "HTTP" ? "ARTIFACT_MISSING" : "ARTIFACT_CORRUPT"; // a client asks again, after the server removed it
    for (const read of [() => store.get(ref), () => store.getFile(ref, join(dir, "out"))]) {
      await flip(ref);
      expect(await codeOf(read)).toBe(refusal);
      expect(await store.has(ref)).toBe(false);
      expect(listing(dir)).toEqual([]);
      await store.put(bytes);
      expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
    }
  });

  it("leave an older file alone when reading fails or is interrupted", async () => {
    const { store } = await subject();
    const dir = await tempDir();
    const path = join(dir, "out");
    await writeFile(path, "older");
    const ref = await store.put(sample(2 * MIB));
    expect(await codeOf(store.getFile(ref, path, AbortSignal.abort()))).toBe("INTERRUPTED");
    expect(await codeOf(store.getFile(refOf(sample(5)), path))).toBe("ARTIFACT_MISSING");
    expect(await readFile(path, "utf8")).toBe("older");
    expect(temporaries(dir)).toEqual([]);
  });

  it("are not read into memory when too large for it", async () => {
    const { store } = await subject();
    expect(await codeOf(store.get({ sha256: "0".repeat(64), bytes: MAX_IN_MEMORY + 1 }))).toBe("ARTIFACT_CORRUPT");
  });

  it("are not put from a file that is not there", async () => {
    const { store } = await subject();
    expect(await codeOf(store.putFile(join(await tempDir(), "none")))).toBe("IO_FAILED");
  });
});
