import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { access, mkdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { deflateSync, gzipSync } from "node:zlib";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ZkStateError } from "../../../core/errors.js";
import { folderStore, saveTo } from "../../../farm/artifacts/folder.js";
import { type HttpStoreOptions, httpStore } from "../../../farm/artifacts/http.js";
import { redisStore } from "../../../farm/artifacts/redis.js";
import { type ArtifactStore, MAX_IN_MEMORY, refOf } from "../../../farm/artifacts/store.js";
import { connectProducer, producerConnection, redisSettings } from "../../../farm/connection.js";
import { artifactRoutes } from "../../../farm/http/artifact-routes.js";
import type { ArtifactRef } from "../../../farm/job.js";
import { type RedisServer, startRedis } from "../../helpers/redis.js";
import { tempDir } from "../../helpers/toy-circuit.js";
import { listing as everything, mountSmallDisk, unmount, until } from "../prover/fault-tools.js";

const MIB = 1024 * 1024;
const TOKEN = "a-token-of-these-tests-9f3c";
const QUICK: HttpStoreOptions = { retryMs: 1, idleMs: 5_000 };

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Compressible in part, so that chunks of Redis have different lengths. */
function sample(bytes: number): Buffer {
  const made = randomBytes(bytes);
  made.fill(7, 0, bytes >> 2);
  return made;
}

async function thrownBy(act: Promise<unknown> | (() => unknown)): Promise<ZkStateError> {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (e) {
    if (e instanceof ZkStateError) return e;
    throw e;
  }
  throw new Error("nothing was thrown");
}
const codeOf = async (act: Promise<unknown> | (() => unknown)) => (await thrownBy(act)).code;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function listening(app: FastifyInstance): Promise<string> {
  closing.push(() => app.close());
  return app.listen({ host: "127.0.0.1", port: 0 });
}

async function served(store: ArtifactStore, prepare: (app: FastifyInstance) => void = () => undefined): Promise<string> {
  const app = fastify({ forceCloseConnections: true });
  prepare(app);
  await app.register(artifactRoutes(store, TOKEN));
  return listening(app);
}

/** An HTTP server that does what it likes. */
async function lying(answer: RequestListener): Promise<ArtifactStore> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return httpStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, TOKEN, QUICK);
}

async function producer(server: RedisServer) {
  const client = await connectProducer(redisSettings(server.url, {}));
  closing.push(async () => client.disconnect());
  return client;
}

const fileOf = (dir: string, { sha256 }: ArtifactRef) => join(dir, sha256.slice(0, 2), sha256);
const chunkOf = ({ sha256 }: ArtifactRef, index: number) => `zkstate:artifact:${sha256}:${index}`;
const headerOf = ({ sha256 }: ArtifactRef) => `zkstate:artifact:${sha256}`;
/** What is in a folder but for the mark of a store. */
const listing = (dir: string) => everything(dir).filter((name) => !name.endsWith(".zkstate-artifacts"));
const temporaries = (dir: string) => listing(dir).filter((name) => name.includes(".artifact-"));

function flipped(bytes: Buffer): Buffer {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

interface Subject {
  readonly store: ArtifactStore;
  /** Flips one bit of what is stored, the length unchanged. */
  flip(ref: ArtifactRef): Promise<unknown>;
}

async function folderSubject(): Promise<Subject & { dir: string }> {
  const dir = await tempDir();
  const flip = async (ref: ArtifactRef) => writeFile(fileOf(dir, ref), flipped(await readFile(fileOf(dir, ref))));
  return { store: folderStore(dir), flip, dir };
}

async function redisSubject(): Promise<Subject> {
  const client = await producer(redis);
  closing.push(() => redis.wipe());
  const flip = async (ref: ArtifactRef) =>
    client.set(chunkOf(ref, 0), flipped((await client.getBuffer(chunkOf(ref, 0))) ?? Buffer.alloc(1)));
  return { store: redisStore(client, { ttlSeconds: 60 }), flip };
}

async function httpSubject(): Promise<Subject> {
  const behind = await folderSubject();
  return { store: httpStore(await served(behind.store), TOKEN, QUICK), flip: behind.flip };
}

describe.each([
  ["a folder", folderSubject],
  ["Redis", redisSubject],
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

  it("says that the disk is full, and leaves nothing", async () => {
    const disk = join(await tempDir(), "disk");
    if (!(await mountSmallDisk(disk, MIB))) return; // not allowed here
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
});

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

describe("a server of artifacts", () => {
  const path = (ref: ArtifactRef) => `/artifacts/${ref.sha256}?bytes=${ref.bytes}`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const octets = { "content-type": "application/octet-stream" };

  it.each([
    ["another token", "another-token"],
    ["a part of the token", TOKEN.slice(0, -1)],
    ["a longer token", `${TOKEN}x`],
  ])("lets nobody in with %s", async (_what, wrong) => {
    const { store } = await folderSubject();
    const bytes = sample(100);
    const ref = await store.put(bytes);
    const url = await served(store);
    const stranger = httpStore(url, wrong, QUICK);
    const out = join(await tempDir(), "out");
    for (const act of [
      () => stranger.get(ref),
      () => stranger.has(ref),
      () => stranger.put(sample(10)),
      () => stranger.getFile(ref, out),
    ]) {
      const e = await thrownBy(act);
      expect(e.code).toBe("CONFIG_INVALID");
      expect(inspect(e, { depth: 9 })).not.toContain(wrong);
    }
    expect((await fetch(url + path(ref))).status).toBe(401);
    expect((await fetch(url + path(ref), { headers: bearer(TOKEN) })).status).toBe(200);
  });

  it("never shows its token", async () => {
    const { store } = await folderSubject();
    const lines: string[] = [];
    const app = fastify({ logger: { level: "trace", stream: { write: (line: string) => lines.push(line) } } });
    await app.register(artifactRoutes(store, TOKEN));
    const url = await listening(app);
    const ref = refOf(sample(10));
    for (const token of [TOKEN, `${TOKEN}x`]) await fetch(url + path(ref), { headers: bearer(token) }).then((response) => response.text());
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join("")).not.toContain(TOKEN);
  });

  it("stores nothing that is not what the address names", async () => {
    const { store, dir } = await folderSubject();
    const url = await served(store);
    const ref = refOf(sample(10));
    const put = async (to: string, body: Buffer) => {
      const response = await fetch(url + to, { method: "PUT", headers: { ...bearer(TOKEN), ...octets }, body });
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await put(path(ref), sample(10))).toEqual([400, "USAGE"]);
    expect(await put(path({ ...refOf(Buffer.from("ab")), bytes: 3 }), Buffer.from("ab"))).toEqual([400, "USAGE"]);
    expect(await put(path(ref), Buffer.alloc(0))).toEqual([400, "USAGE"]);
    expect(await put(path({ ...ref, sha256: "../../etc/passwd" }), sample(10))).toEqual([404, undefined]);
    expect(await put(path({ ...ref, sha256: "..%2f..%2fetc" }), sample(10))).toEqual([400, "USAGE"]);
    expect(await put(`/artifacts/${ref.sha256}`, sample(10))).toEqual([400, "USAGE"]);
    expect(listing(dir)).toEqual([]);
  });

  it("refuses bodies over the limit, which clients know", async () => {
    const { store, dir } = await folderSubject();
    const url = await served(store);
    const headers = { ...bearer(TOKEN), ...octets };
    const response = await fetch(url + path(refOf(sample(1))), { method: "PUT", headers, body: Buffer.alloc(MAX_IN_MEMORY + 1) }).catch(
      () => undefined,
    );
    expect([undefined, 413]).toContain(response?.status); // or the connection is closed while the body is still sent
    expect(listing(dir)).toEqual([]);
    const file = join(await tempDir(), "large");
    await writeFile(file, "");
    await truncate(file, MAX_IN_MEMORY + 1);
    expect(await thrownBy(httpStore(url, TOKEN).putFile(file))).toMatchObject({ code: "IO_FAILED", retryable: false });
  });

  it("answers HEAD without reading, and 404 with a code", async () => {
    const { store } = await folderSubject();
    const url = await served(store);
    const ref = await store.put(sample(1234));
    const head = await fetch(url + path(ref), { method: "HEAD", headers: bearer(TOKEN) });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "1234"]);
    const none = await fetch(url + path(refOf(sample(3))), { headers: bearer(TOKEN) });
    expect([none.status, await none.json()]).toEqual([404, { error: { code: "ARTIFACT_MISSING", message: expect.any(String) } }]);
  });

  it("needs a token", async () => {
    const { store } = await folderSubject();
    expect(await codeOf(() => artifactRoutes(store, ""))).toBe("CONFIG_INVALID");
  });
});

describe("a client of a server", () => {
  const bytes = sample(100_000);
  const ref = refOf(bytes);

  it("asks again after errors of the server, five times", async () => {
    let [failures, asked] = [5, 0];
    const store = await lying((_request, response) => {
      asked++;
      response.statusCode = failures-- > 0 ? 502 : 200;
      response.end(response.statusCode === 200 ? bytes : "<html>");
    });
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
    expect(asked).toBe(6);
    failures = 6;
    expect(await thrownBy(store.get(ref))).toMatchObject({ code: "QUEUE_UNAVAILABLE", retryable: true });
    expect(asked).toBe(12);
  });

  it("asks again after a connection that breaks in the middle", async () => {
    let broken = 0;
    const store = await lying((_request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      if (broken++ >= 2) return response.end(bytes);
      return response.write(bytes.subarray(0, 50_000), () => response.destroy());
    });
    const path = join(await tempDir(), "out");
    await store.getFile(ref, path);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(broken).toBe(3);
  });

  it("sends a whole body again after an error", async () => {
    const { store, dir } = await folderSubject();
    let failures = 2;
    const url = await served(store, (app) =>
      app.addHook("preHandler", async (request, reply) =>
        request.method === "PUT" && failures-- > 0 ? reply.code(500).send("no") : undefined,
      ),
    );
    expect(await httpStore(url, TOKEN, QUICK).put(bytes)).toEqual(ref);
    expect((await readFile(fileOf(dir, ref))).equals(bytes)).toBe(true);
    expect(failures).toBe(-1);
  });

  it.each([
    ["other bytes", flipped(Buffer.from(bytes))],
    ["fewer", bytes.subarray(0, 99_999)],
    ["one more", Buffer.concat([bytes, Buffer.from("x")])],
  ])("does not believe a server that sends %s", async (_what, sent) => {
    const store = await lying((_request, response) => response.end(sent));
    const dir = await tempDir();
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_CORRUPT");
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe("ARTIFACT_CORRUPT");
    expect(listing(dir)).toEqual([]);
  });

  it.each([200, 400])("cuts off a server that sends without end, with status %i", async (status) => {
    let sent = 0;
    let closed = 0;
    const store = await lying((_request, response) => {
      response.writeHead(status).on("close", () => closed++);
      const block = Buffer.alloc(MIB);
      const more = () => {
        while (!response.destroyed && response.write(block)) sent += block.length;
        sent += block.length;
      };
      response.on("drain", more);
      more();
    });
    const dir = await tempDir();
    const code = status === 200 ? "ARTIFACT_CORRUPT" : "IO_FAILED";
    expect(await codeOf(store.get(ref))).toBe(code);
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe(code);
    await until(() => closed === 2);
    expect(sent).toBeLessThan(40 * MIB);
    expect(listing(dir)).toEqual([]);
  });

  it("inflates no bomb", async () => {
    const store = await lying((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(20 * MIB)));
    });
    expect(await thrownBy(store.get(ref))).toMatchObject({ code: "ARTIFACT_CORRUPT", expected: "100000 bytes", got: "more" });
  });

  it("does not wait forever for a server that never answers, or stops answering", async () => {
    for (const begin of [false, true]) {
      const server = createServer((_request, response) => {
        if (begin) response.writeHead(200).write("x");
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const started = performance.now();
      const silent = await thrownBy(httpStore(url, TOKEN, { retryMs: 1, idleMs: 100 }).get(ref));
      expect(silent).toMatchObject({ code: "QUEUE_UNAVAILABLE", got: "no answer for 0.1 s" });
      expect(performance.now() - started).toBeGreaterThan(590);
      expect(performance.now() - started).toBeLessThan(5_000);
      server.closeAllConnections();
      server.close();
    }
  });

  it("waits for a server that is slow but not silent", async () => {
    const { port } = await new Promise<AddressInfo>((resolve) => {
      const server = createServer(async (_request, response) => {
        for (let i = 0; i < 10; i++) {
          response.write(bytes.subarray(i * 10_000, (i + 1) * 10_000));
          await sleep(50);
        }
        response.end();
      }).listen(0, "127.0.0.1", () => resolve(server.address() as AddressInfo));
      closing.push(async () => server.close());
    });
    const store = httpStore(`http://127.0.0.1:${port}`, TOKEN, { retryMs: 1, idleMs: 300 });
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
  });

  it("is interrupted while the server is silent", async () => {
    const store = await lying((_request, response) => response.writeHead(200).flushHeaders());
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const dir = await tempDir();
    expect(await codeOf(store.getFile(ref, join(dir, "out"), stop.signal))).toBe("INTERRUPTED");
    expect(listing(dir)).toEqual([]);
  });

  it("says that nobody listens", async () => {
    const e = await thrownBy(httpStore("http://127.0.0.1:1", TOKEN, QUICK).get(ref));
    expect(e).toMatchObject({ code: "QUEUE_UNAVAILABLE", message: "The artifact server http://127.0.0.1:1 does not answer." });
    expect(inspect(e, { depth: 9 })).not.toContain(TOKEN);
  });

  it("follows no redirection with its token", async () => {
    let asked = 0;
    const store = await lying((request, response) => {
      asked++;
      if (request.url?.startsWith("/artifacts")) response.writeHead(302, { location: "/elsewhere" });
      response.end(bytes);
    });
    expect(await codeOf(store.get(ref))).toBe("QUEUE_UNAVAILABLE");
    expect(asked).toBe(6);
  });

  it.each([
    ["ftp://host", TOKEN],
    ["http://user:geheim@host", TOKEN],
    ["http://host/?token=geheim", TOKEN],
    ["geheim", TOKEN],
    ["http://host", ""],
    ["http://host", "geheim\n"],
  ])("refuses %j with token %j", async (url, token) => {
    const e = await thrownBy(() => httpStore(url, token));
    expect(e.code).toBe("CONFIG_INVALID");
    expect(inspect(e, { depth: 9 })).not.toContain("geheim");
  });
});

describe("a writer killed in the middle of putFile", () => {
  const loader = new URL("../../../node_modules/tsx/dist/loader.mjs", import.meta.url).href;
  const farm = new URL("../../../farm/", import.meta.url).href;

  /** A process that puts a file into the store which `opened` makes. */
  function writer(file: string, opened: string): { child: ChildProcess; killed: () => Promise<void> } {
    const modules = { folder: "artifacts/folder.ts", redis: "artifacts/redis.ts", http: "artifacts/http.ts", connection: "connection.ts" };
    const imports = Object.entries(modules).map(([name, path]) => `import * as ${name} from ${JSON.stringify(farm + path)};`);
    const code = `${imports.join("\n")}\nconst store = ${opened};\nawait store.putFile(${JSON.stringify(file)});\nprocess.exit();`;
    const child = spawn(process.execPath, ["--import", loader, "--input-type=module", "-e", code], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const killed = async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      expect(await gone).toEqual([null, "SIGKILL"]); // and not finished before
    };
    return { child, killed };
  }

  async function largeFile(bytes: number): Promise<{ file: string; ref: ArtifactRef }> {
    const file = join(await tempDir(), "large");
    const content = randomBytes(bytes);
    await writeFile(file, content);
    return { file, ref: refOf(content) };
  }

  it("leaves a folder without it, and the next to open sweeps", async () => {
    const dir = await tempDir();
    const { file, ref } = await largeFile(150 * MIB);
    const { killed } = writer(file, `folder.folderStore(${JSON.stringify(dir)})`);
    await until(() => temporaries(dir).length > 0);
    await killed();
    expect(temporaries(dir)).toHaveLength(1);
    const store = folderStore(dir);
    expect(listing(dir)).toEqual([]);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe("ARTIFACT_MISSING");
    await store.putFile(file);
    expect(await store.has(ref)).toBe(true);
  });

  it("leaves Redis without it, and the chunks for an hour at most", async () => {
    const client = await producer(redis);
    closing.push(() => redis.wipe());
    const { file, ref } = await largeFile(60 * MIB);
    const { killed } = writer(file, `redis.redisStore(await connection.connectProducer(connection.redisSettings("${redis.url}", {})))`);
    while ((await client.exists(chunkOf(ref, 1))) === 0) await sleep(2);
    await killed();
    const store = redisStore(client);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.getFile(ref, join(await tempDir(), "out")))).toBe("ARTIFACT_MISSING");
    expect(await client.ttl(chunkOf(ref, 0))).toBeLessThanOrEqual(3600);
    await store.putFile(file);
    expect(await client.ttl(chunkOf(ref, 0))).toBeGreaterThan(3600);
  });

  it("leaves a server without it", async () => {
    const { store, dir } = await folderSubject();
    const { file, ref } = await largeFile(30 * MIB);
    let seen = false;
    let finished = false;
    const url = await served(store, (app) => {
      app.addHook("preParsing", async (request) => {
        seen ||= request.method === "PUT";
        if (request.method === "PUT") await until(() => finished);
      });
    });
    const { killed } = writer(file, `http.httpStore("${url}", "${TOKEN}")`);
    await until(() => seen);
    await killed();
    finished = true;
    await sleep(100);
    expect(listing(dir)).toEqual([]);
    expect(await httpStore(url, TOKEN, QUICK).has(ref)).toBe(false);
  });
});

describe("a folder's writer", () => {
  it("makes the folders it needs", async () => {
    const dir = join(await tempDir(), "not", "yet");
    const store = folderStore(dir);
    await mkdir(join(dir, "ab"), { recursive: true });
    const ref = await store.put(sample(10));
    await store.getFile(ref, join(dir, "also", "not", "out"));
    expect(await exists(join(dir, "also", "not", "out"))).toBe(true);
  });
});
