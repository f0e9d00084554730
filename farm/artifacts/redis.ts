// Artifacts in Redis itself, for farms without a shared disk: compressed chunks that expire, and a header, written last, that makes them whole.
//
// Until then the chunks live for an hour at most, so that a writer that dies leaves nothing for long. Whoever may write to Redis is not
// trusted: every length is bounded before it is read, and inflating stops at a chunk's size.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import type { Redis } from "ioredis";
import { ZkStateError } from "../../core/errors.js";
import { asQueueError } from "../connection.js";
import type { ArtifactRef } from "../job.js";
import { PREFIX } from "../names.js";
import { bytesOf, measured, refuseLarge, saveTo } from "./folder.js";
import { type ArtifactStore, checkRef, missing, refOf } from "./store.js";

export interface RedisStoreOptions {
  /** How long an artifact lives after it was put or asked for. @defaultValue 7 days */
  readonly ttlSeconds?: number;
  /** How long a writer waits for Redis to have memory. @defaultValue 30 s */
  readonly patienceMs?: number;
}

const CHUNK = 4 * 1024 * 1024;
/** No honest chunk is longer, however little it could be compressed. */
const COMPRESSED_CHUNK = CHUNK + CHUNK / 256;
const WEEK_SECONDS = 7 * 86_400;
const UNFINISHED_SECONDS = 3_600;
/** Up to this size an artifact is put without looking at Redis' memory. */
const SMALL = 2 * 1024 * 1024;
/** The rest of the memory is for the queue. */
const MEMORY_SHARE = 0.8;
const POLL_MS = 250;

const compress = promisify<Uint8Array, { level: number }, Buffer>(deflate);
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate);

/** @param client - stays open when the store is closed; a producer's connection, for one of a worker waits while Redis is away */
export function redisStore(client: Redis, options: RedisStoreOptions = {}): ArtifactStore {
  const { ttlSeconds = WEEK_SECONDS, patienceMs = 30_000 } = options;
  const name = `Redis at ${client.options.host}:${client.options.port}`;

  async function has(ref: ArtifactRef): Promise<boolean> {
    try {
      return (await client.getrange(headerKey(ref), 0, 255)) === headerOf(ref) && (await renew([headerKey(ref), ...chunkKeys(ref)]));
    } catch (e) {
      throw asQueueError(e);
    }
  }

  /** False when one of the keys is not there. */
  async function renew(keys: readonly string[]): Promise<boolean> {
    const pipeline = client.pipeline();
    for (const key of keys) pipeline.expire(key, ttlSeconds);
    const results = (await pipeline.exec()) ?? [];
    for (const [error] of results) if (error !== null) throw error;
    return results.every(([, found]) => found === 1);
  }

  async function keep(ref: ArtifactRef, slices: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ArtifactRef> {
    if (await has(ref)) return ref;
    try {
      await writeChunks(ref, slices);
      if (!(await renew(chunkKeys(ref)))) throw missing(ref, name);
      await client.set(headerKey(ref), headerOf(ref), "EX", ttlSeconds);
      return ref;
    } catch (e) {
      await discard(ref);
      throw asQueueError(e);
    }
  }

  async function writeChunks(ref: ArtifactRef, slices: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const hash = createHash("sha256");
    let [index, bytes] = [0, 0];
    for await (const slice of slices) {
      hash.update(slice);
      bytes += slice.length;
      if (ref.bytes > SMALL) await roomInMemory(2 * slice.length); // Redis keeps a buffer for another one as large
      await client.set(chunkKey(ref, index++), await compress(slice, { level: 1 }), "EX", Math.min(UNFINISHED_SECONDS, ttlSeconds));
    }
    checkRef(ref, { sha256: hash.digest("hex"), bytes }, name); // a file may have changed while it was read
  }

  async function roomInMemory(bytes: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const used = memoryShare(await client.info("memory"), bytes);
      if (used <= MEMORY_SHARE) return;
      if (performance.now() > deadline) throw full(used);
      await sleep(POLL_MS);
    }
  }

  /** Frees what an unfinished put has taken, unless another writer finished the same. Leaves it to expire where Redis is away. */
  async function discard(ref: ArtifactRef): Promise<void> {
    if (client.status !== "ready") return;
    await client
      .exists(headerKey(ref))
      .then((whole) => (whole === 0 ? remove(ref) : undefined))
      .catch(() => undefined);
  }

  const remove = async (ref: ArtifactRef) => client.unlink(headerKey(ref), ...chunkKeys(ref));

  async function* chunksOf(ref: ArtifactRef): AsyncGenerator<Uint8Array> {
    for (const [index, key] of chunkKeys(ref).entries()) {
      const packed = await client.getrangeBuffer(key, 0, COMPRESSED_CHUNK).catch((e: unknown) => {
        throw asQueueError(e);
      });
      if (packed.length === 0) throw missing(ref, name);
      const maxOutputLength = Math.min(CHUNK, ref.bytes - index * CHUNK);
      yield await decompress(packed, { maxOutputLength }).catch((e: Error) => {
        throw damaged(`chunk ${index} that inflates to ${maxOutputLength} bytes`, e.message);
      });
    }
  }

  const damaged = (expected: string, got: string) =>
    new ZkStateError({ code: "ARTIFACT_CORRUPT", message: `An artifact of ${name} is damaged.`, expected, got, retryable: true });

  /** Gives the chunks to `use`, and removes them when they are not the artifact: it can then be put again. */
  async function reading<T>(ref: ArtifactRef, use: (chunks: AsyncGenerator<Uint8Array>) => Promise<T>): Promise<T> {
    const header = await client.getrange(headerKey(ref), 0, 255).catch((e: unknown) => {
      throw asQueueError(e);
    });
    if (header === "") throw missing(ref, name);
    if (header !== headerOf(ref)) throw damaged(headerOf(ref), header); // left to be overwritten: the reference may be wrong
    try {
      return await use(chunksOf(ref));
    } catch (e) {
      if (e instanceof ZkStateError && e.code === "ARTIFACT_CORRUPT") await remove(ref).catch(() => undefined);
      throw e;
    }
  }

  return {
    name,
    has,
    put: (bytes) => keep(refOf(bytes), slicesOf(bytes)),
    putFile: async (path) => keep(await measured(path), bytesOf(path, CHUNK)),
    get: async (ref) => {
      refuseLarge(ref, name);
      return reading(ref, async (chunks) => {
        const read: Uint8Array[] = [];
        for await (const chunk of chunks) read.push(chunk);
        const bytes = Buffer.concat(read);
        checkRef(ref, refOf(bytes), name);
        return bytes;
      });
    },
    getFile: (ref, path, signal) => reading(ref, (chunks) => saveTo(path, { ref, chunks, where: name, signal })),
    close: async () => undefined,
  };
}

const headerKey = ({ sha256 }: ArtifactRef) => `${PREFIX}:artifact:${sha256}`;
const chunkKey = (ref: ArtifactRef, index: number) => `${headerKey(ref)}:${index}`;
const chunkCount = ({ bytes }: ArtifactRef) => Math.ceil(bytes / CHUNK);
const chunkKeys = (ref: ArtifactRef) => Array.from({ length: chunkCount(ref) }, (_, index) => chunkKey(ref, index));
/** Follows from the reference alone, so a header is compared and never interpreted. */
const headerOf = (ref: ArtifactRef) => JSON.stringify({ bytes: ref.bytes, chunks: chunkCount(ref) });

function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += CHUNK) yield bytes.subarray(from, from + CHUNK);
}

/** Share of its memory that Redis uses with so many bytes more; 0 without a limit. */
function memoryShare(info: string, more: number): number {
  const number = (field: string) => Number(new RegExp(`^${field}:([0-9]+)`, "m").exec(info)?.[1] ?? 0);
  const limit = number("maxmemory");
  return limit === 0 ? 0 : (number("used_memory") + more) / limit;
}

function full(used: number): ZkStateError {
  const next = "raise maxmemory of Redis, or keep artifacts in a folder or behind HTTP";
  const got = `${Math.round(used * 100)} % with it`;
  const expected = `at most ${MEMORY_SHARE * 100} % of maxmemory in use`;
  return new ZkStateError({ code: "QUEUE_FULL", message: "Redis has no room for an artifact.", expected, got, next });
}
