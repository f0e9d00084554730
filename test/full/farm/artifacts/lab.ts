// Stores of artifacts for tests, what goes into them, and servers that do what a test likes.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { access, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fastify, { type FastifyInstance } from "fastify";
import { ZkStateError } from "../../../../core/errors.js";
import { folderStore } from "../../../../farm/artifacts/folder.js";
import { type HttpStoreOptions, httpStore } from "../../../../farm/artifacts/http.js";
import { redisStore } from "../../../../farm/artifacts/redis.js";
import type { ArtifactStore } from "../../../../farm/artifacts/store.js";
import { connectProducer, redisSettings } from "../../../../farm/connection.js";
import { artifactRoutes } from "../../../../farm/http/artifact-routes.js";
import type { ArtifactRef } from "../../../../farm/job.js";
import type { RedisServer } from "../../../helpers/redis.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { listing as everything } from "../../prover/fault-tools.js";

export const MIB = 1024 * 1024;
export const TOKEN = "a-token-of-these-tests-9f3c";
export const QUICK: HttpStoreOptions = { retryMs: 1, idleMs: 5_000 };

/** What a test has opened, to be closed by `closeAll` after it. */
export const closing: (() => Promise<unknown>)[] = [];
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

/** Compressible in part, so that chunks of Redis have different lengths. */
export function sample(bytes: number): Buffer {
  const made = randomBytes(bytes);
  made.fill(7, 0, bytes >> 2);
  return made;
}

export async function thrownBy(act: Promise<unknown> | (() => unknown)): Promise<ZkStateError> {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (e) {
    if (e instanceof ZkStateError) return e;
    throw e;
  }
  throw new Error("nothing was thrown");
}
export const codeOf = async (act: Promise<unknown> | (() => unknown)) => (await thrownBy(act)).code;

export const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

export async function listening(app: FastifyInstance): Promise<string> {
  closing.push(() => app.close());
  return app.listen({ host: "127.0.0.1", port: 0 });
}

export async function served(store: ArtifactStore, prepare: (app: FastifyInstance) => void = () => undefined): Promise<string> {
  const app = fastify({ forceCloseConnections: true });
  prepare(app);
  await app.register(artifactRoutes(store, TOKEN));
  return listening(app);
}

/** An HTTP server that does what it likes. */
export async function lying(answer: RequestListener): Promise<ArtifactStore> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return httpStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, TOKEN, QUICK);
}

export async function producer(server: RedisServer) {
  const client = await connectProducer(redisSettings(server.url, {}));
  closing.push(async () => client.disconnect());
  return client;
}

export const fileOf = (dir: string, { sha256 }: ArtifactRef) => join(dir, sha256.slice(0, 2), sha256);
export const chunkOf = ({ sha256 }: ArtifactRef, index: number) => `zkstate:artifact:${sha256}:${index}`;
export const headerOf = ({ sha256 }: ArtifactRef) => `zkstate:artifact:${sha256}`;
/** What is in a folder but for the mark of a store. */
export const listing = (dir: string) => everything(dir).filter((name) => !name.endsWith(".zkstate-artifacts"));
export const temporaries = (dir: string) => listing(dir).filter((name) => name.includes(".artifact-"));

export function flipped(bytes: Buffer): Buffer {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

export interface Subject {
  readonly store: ArtifactStore;
  /** Flips one bit of what is stored, the length unchanged. */
  flip(ref: ArtifactRef): Promise<unknown>;
}

export async function folderSubject(): Promise<Subject & { dir: string }> {
  const dir = await tempDir();
  const flip = async (ref: ArtifactRef) => writeFile(fileOf(dir, ref), flipped(await readFile(fileOf(dir, ref))));
  return { store: folderStore(dir), flip, dir };
}

export async function redisSubject(redis: RedisServer): Promise<Subject> {
  const client = await producer(redis);
  closing.push(() => redis.wipe());
  const flip = async (ref: ArtifactRef) =>
    client.set(chunkOf(ref, 0), flipped((await client.getBuffer(chunkOf(ref, 0))) ?? Buffer.alloc(1)));
  return { store: redisStore(client, { ttlSeconds: 60 }), flip };
}

export async function httpSubject(): Promise<Subject> {
  const behind = await folderSubject();
  return { store: httpStore(await served(behind.store), TOKEN, QUICK), flip: behind.flip };
}
