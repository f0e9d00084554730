// Artifacts over HTTP, for workers that share no disk with the coordinator. Everything behind one bearer token.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { type ErrorCode, ZkStateError } from "../../core/errors.js";
import type { FolderStore } from "../artifacts/folder.js";
import { type ArtifactStore, checkRef, MAX_IN_MEMORY, refOf } from "../artifacts/store.js";
import { ArtifactRef } from "../job.js";

/** Larger artifacts of a store that cannot be streamed go through a temporary file. */
const IN_MEMORY = 8 * 1024 * 1024;
const OCTETS = "application/octet-stream";

const STATUS: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  ARTIFACT_MISSING: 404,
  DISK_FULL: 507,
  QUEUE_FULL: 503,
  QUEUE_UNAVAILABLE: 503,
};

const digest = (text: string) => createHash("sha256").update(text).digest();

/**
 * A hook that answers 401 to requests without this token. Compares digests, so that the time taken says nothing.
 * @throws CONFIG_INVALID for an empty token
 */
export function bearerGuard(token: string): onRequestAsyncHookHandler {
  if (token === "") throw new ZkStateError({ code: "CONFIG_INVALID", message: "The token of the artifact server is empty." });
  const wanted = digest(token);
  return async (request, reply) => {
    const given = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) return;
    const error = { code: "CONFIG_INVALID", message: "This needs the token of the coordinator." };
    return reply.code(401).header("www-authenticate", "Bearer").send({ error });
  };
}

/** GET, HEAD and PUT of /artifacts/:sha256?bytes=N. @param mostBytes of a PUT; workers put proofs and nothing else */
export function artifactRoutes(store: ArtifactStore | FolderStore, token: string, mostBytes: number = MAX_IN_MEMORY): FastifyPluginAsync {
  const guard = bearerGuard(token);
  return async (app) => {
    app.addHook("onRequest", guard);
    app.setErrorHandler((e: FastifyError, _request, reply) => answerError(e, reply));
    app.addContentTypeParser(OCTETS, { parseAs: "buffer", bodyLimit: mostBytes }, (_request, body, done) => done(null, body));

    app.get("/artifacts/:sha256", { exposeHeadRoute: false }, async (request, reply) => {
      const ref = refOfRequest(request);
      const content = await contentOf(store, ref);
      return reply.header("content-type", OCTETS).header("content-length", ref.bytes).send(content);
    });

    app.head("/artifacts/:sha256", async (request, reply) => {
      const ref = refOfRequest(request);
      if (!(await store.has(ref))) return reply.code(404).send();
      return reply.header("content-type", OCTETS).header("content-length", ref.bytes).send();
    });

    app.put("/artifacts/:sha256", { bodyLimit: mostBytes }, async (request, reply) => {
      const ref = refOfRequest(request);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      refuseOther(ref, body);
      await store.put(body);
      return reply.code(204).send();
    });
  };
}

function refOfRequest(request: FastifyRequest): ArtifactRef {
  const { sha256 } = request.params as { readonly sha256: string };
  const { bytes } = request.query as { readonly bytes?: string };
  const ref = ArtifactRef.safeParse({ sha256, bytes: /^[0-9]{1,15}$/.test(bytes ?? "") ? Number(bytes) : undefined });
  if (ref.success) return ref.data;
  throw new ZkStateError({
    code: "USAGE",
    message: "This is not a reference to an artifact.",
    expected: "/artifacts/<SHA-256>?bytes=<size>",
  });
}

function refuseOther(ref: ArtifactRef, body: Uint8Array): void {
  try {
    checkRef(ref, refOf(body), "this request");
  } catch (e) {
    throw new ZkStateError({ code: "USAGE", message: "The body is not the artifact that the address names.", cause: e });
  }
}

async function contentOf(store: ArtifactStore | FolderStore, ref: ArtifactRef): Promise<Readable | Uint8Array> {
  if ("open" in store) return store.open(ref);
  if (ref.bytes <= IN_MEMORY) return store.get(ref);
  const path = join(tmpdir(), `zkstate-artifact-${process.pid}-${randomBytes(6).toString("hex")}`);
  await store.getFile(ref, path);
  return createReadStream(path).once("close", () => void rm(path, { force: true }));
}

function answerError(e: FastifyError | ZkStateError, reply: FastifyReply): FastifyReply {
  if (e instanceof ZkStateError) return reply.code(STATUS[e.code] ?? 500).send({ error: { code: e.code, message: e.message } });
  const status = e.statusCode ?? 500;
  const error = status < 500 ? { code: "USAGE", message: e.message } : { code: "INTERNAL", message: "The server failed." };
  return reply.code(status).send({ error });
}
