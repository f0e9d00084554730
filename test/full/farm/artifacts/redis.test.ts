// Artifacts in Redis: chunks, times to live, and a Redis in trouble.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { httpStore } from "../../../../farm/artifacts/http.js";
import { redisStore } from "../../../../farm/artifacts/redis.js";
import { refOf } from "../../../../farm/artifacts/store.js";
import { producerConnection, redisSettings } from "../../../../farm/connection.js";
import { type RedisServer, startRedis } from "../../../helpers/redis.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { until } from "../../prover/fault-tools.js";
import { chunkOf, closeAll, closing, codeOf, headerOf, MIB, producer, QUICK, sample, served, TOKEN, thrownBy } from "./lab.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
afterEach(closeAll);

describe("Redis", () => {
  const stored = async (bytes: Buffer, ttlSeconds = 60) => {
    const client = await producer(redis);
    closing.push(() => redis.wipe());
    const store = redisStore(client, { ttlSeconds });
    return { client, store, ref: await store.put(bytes) };
  };

  it("inflates no bomb", async () => {
    const { client, store, ref } = await stored(sample(5 * MIB));
    await client.set(chunkOf(ref, 1), deflateSync(Buffer.alloc(50 * MIB)));
    const refused = await thrownBy(store.get(ref));
    expect(refused).toMatchObject({ code: "ARTIFACT_CORRUPT", expected: `chunk 1 that inflates to ${MIB} bytes` });
    expect(await client.dbsize()).toBe(0);
  });

  it("is read no further than a chunk can be long", async () => {
    const { client, store, ref } = await stored(sample(100));
    await client.set(chunkOf(ref, 0), Buffer.concat([deflateSync(sample(90)), Buffer.alloc(20 * MIB)]));
    const before = await bytesSent(client);
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_CORRUPT");
    expect((await bytesSent(client)) - before).toBeLessThan(5 * MIB);
  });
  const bytesSent = async (client: { info(section: string): Promise<string> }) =>
    Number(/total_net_output_bytes:(\d+)/.exec(await client.info("stats"))?.[1]);

  it("is missing an artifact of which a chunk is missing, and damaged when one is cut", async () => {
    const bytes = sample(5 * MIB);
    const { client, store, ref } = await stored(bytes);
    const packed = (await client.getBuffer(chunkOf(ref, 1))) ?? Buffer.alloc(0);
    await client.set(chunkOf(ref, 1), packed.subarray(0, packed.length - 9));
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_CORRUPT");
    await store.put(bytes);
    await client.del(chunkOf(ref, 1));
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_MISSING");
    await store.put(bytes);
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
  });

  it("takes no header but the one that belongs to the reference", async () => {
    const bytes = sample(1000);
    const { client, store, ref } = await stored(bytes);
    await client.set(headerOf(ref), `{"bytes":1000,"chunks":1000000000}`);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_CORRUPT");
    await store.put(bytes);
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
  });

  it("forgets after the time to live, which asking renews", async () => {
    const { client, store, ref } = await stored(sample(5 * MIB), 2);
    const lives = () => Promise.all([headerOf(ref), chunkOf(ref, 0), chunkOf(ref, 1)].map((key) => client.pttl(key)));
    await sleep(1200);
    expect(Math.max(...(await lives()))).toBeLessThan(900);
    expect(await store.has(ref)).toBe(true);
    expect(Math.min(...(await lives()))).toBeGreaterThan(1500);
    await sleep(2100);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_MISSING");
    expect(await client.dbsize()).toBe(0);
  });

  it("keeps artifacts for a week unless told otherwise", async () => {
    const client = await producer(redis);
    closing.push(() => redis.wipe());
    const ref = await redisStore(client).put(sample(10));
    for (const key of [headerOf(ref), chunkOf(ref, 0)]) expect(await client.ttl(key)).toBeGreaterThan(7 * 86_400 - 10);
  });

  it("behind HTTP gives artifacts of every size", async () => {
    const { store } = await stored(sample(1));
    const http = httpStore(await served(store), TOKEN, QUICK);
    const path = join(await tempDir(), "out");
    for (const size of [1000, 9 * MIB]) {
      const bytes = sample(size);
      const ref = await http.put(bytes);
      await http.getFile(ref, path);
      expect((await readFile(path)).equals(bytes)).toBe(true);
    }
  });
});

describe("Redis in trouble", () => {
  let small: RedisServer;
  beforeAll(async () => {
    small = await startRedis({ maxmemory: "20mb" });
  });
  afterAll(() => small.close());

  it("without room for a large artifact is full, and keeps nothing of it", async () => {
    const client = await producer(small);
    const store = redisStore(client, { patienceMs: 100 });
    const bytes = randomBytes(30 * MIB);
    expect(await thrownBy(store.put(bytes))).toMatchObject({ code: "QUEUE_FULL", expected: "at most 80 % of maxmemory in use" });
    expect(await client.dbsize()).toBe(0);
    expect(await codeOf(httpStore(await served(store), TOKEN, QUICK).put(bytes.subarray(0, 13 * MIB)))).toBe("QUEUE_FULL");
  });

  it("without any memory is full for small ones too", async () => {
    const client = await producer(small);
    const store = redisStore(client, { patienceMs: 100 });
    const fill = async () => {
      for (let i = 0; i < 30; i++) await store.put(randomBytes(MIB));
    };
    expect(await thrownBy(fill())).toMatchObject({ code: "QUEUE_FULL", message: "Redis has no memory left." });
    expect(await client.dbsize()).toBeGreaterThan(10);
    await small.wipe();
  });

  it("has room again when it is freed while a writer waits", async () => {
    const client = await producer(small);
    for (let i = 0; i < 13; i++) await client.set(`filler:${i}`, randomBytes(MIB));
    const bytes = sample(3 * MIB);
    const putting = redisStore(client, { patienceMs: 10_000 }).put(bytes);
    await sleep(300);
    expect(await client.exists(chunkOf(refOf(bytes), 0))).toBe(0);
    await small.wipe();
    expect(await redisStore(client).has(await putting)).toBe(true);
    await small.wipe();
  });

  it("is unavailable while it is down, and is used again when it is back", async () => {
    const client = await producer(small);
    const store = redisStore(client);
    const ref = refOf(sample(5));
    await small.kill();
    await until(() => client.status !== "ready");
    for (const act of [() => store.put(sample(10)), () => store.has(ref), () => store.get(ref), () => store.getFile(ref, "/nowhere/out")])
      expect(await thrownBy(act)).toMatchObject({ code: "QUEUE_UNAVAILABLE", retryable: true });
    await small.restart();
    await until(() => client.status === "ready");
    expect(await store.has(await store.put(sample(10)))).toBe(true);
  });

  it("that was never there is unavailable at once", async () => {
    const client = producerConnection(redisSettings("redis://127.0.0.1:1", {}));
    closing.push(async () => client.disconnect());
    expect(await codeOf(redisStore(client).put(sample(10)))).toBe("QUEUE_UNAVAILABLE");
  });
});
