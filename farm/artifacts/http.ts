// Artifacts of a coordinator, over HTTP. The server is believed in nothing but its refusals: what it sends is counted and digested.
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type ErrorCode, ZkStateError } from "../../core/errors.js";
import type { ArtifactRef } from "../job.js";
import { bytesOf, interrupted, measured, refuseLarge, saveTo } from "./folder.js";
import { type ArtifactStore, checkRef, MAX_IN_MEMORY, missing, refOf } from "./store.js";

export interface HttpStoreOptions {
  /** Longest silence of the server, also while connecting. @defaultValue 30 s */
  readonly idleMs?: number;
  /** Pause before the first of the repetitions; each next one is twice as long. @defaultValue 200 ms */
  readonly retryMs?: number;
  /** True when a coordinator said where it is and gave the token: a refusal then means that this is out of date. */
  readonly advertised?: boolean;
}

const REPETITIONS = 5;
const SLICE = 64 * 1024;

type Slices = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Call {
  readonly method: "GET" | "HEAD" | "PUT";
  readonly ref: ArtifactRef;
  /** Made anew for each attempt. */
  readonly body?: () => Slices;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param url - where the server's /artifacts is found
 * @throws CONFIG_INVALID, never with the token
 */
export function httpStore(url: string, token: string, options: HttpStoreOptions = {}): ArtifactStore {
  const { idleMs = 30_000, retryMs = 200, advertised = false } = options;
  const base = baseOf(url);
  const name = `artifact server ${base}`;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const next = "give the token that the coordinator was started with";
    throw new ZkStateError({ code: "CONFIG_INVALID", message: `The token for the ${name} is empty or has characters no token has.`, next });
  }

  /** One request. `use` gets the response and a function that must be called whenever something arrives. */
  async function once<T>({ method, ref, body, signal }: Call, use: (response: Response, alive: () => void) => Promise<T>): Promise<T> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), idleMs);
    const alive = () => void timer.refresh();
    try {
      if (signal?.aborted) throw interrupted(name);
      const response = await fetch(`${base}/artifacts/${ref.sha256}?bytes=${ref.bytes}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "accept-encoding": "identity", "content-type": "application/octet-stream" },
        signal: signal === undefined ? silence.signal : AbortSignal.any([silence.signal, signal]),
        redirect: "error",
        ...(body === undefined ? {} : { body: ReadableStream.from(noticed(body(), alive)), duplex: "half" as const }),
      });
      alive();
      try {
        return await use(response, alive);
      } finally {
        await response.body?.cancel().catch(() => undefined);
      }
    } catch (e) {
      const own = e instanceof Error && e.cause instanceof ZkStateError ? e.cause : e; // a body's own error comes wrapped
      if (own instanceof ZkStateError) throw own;
      if (signal?.aborted) throw interrupted(name);
      throw unreached(silence.signal.aborted ? `no answer for ${idleMs / 1000} s` : reasonOf(e));
    } finally {
      clearTimeout(timer);
    }
  }

  function unreached(got: string): ZkStateError {
    const next = "check that the coordinator runs and is reached from here";
    return new ZkStateError({ code: "QUEUE_UNAVAILABLE", message: `The ${name} does not answer.`, got, next });
  }

  async function repeated<T>(call: Call, use: (response: Response, alive: () => void) => Promise<T>): Promise<T> {
    for (let left = REPETITIONS, pause = retryMs; ; left--, pause *= 2) {
      try {
        return await once(call, use);
      } catch (e) {
        if (left === 0 || !mayPass(e)) throw e;
        await sleep(pause, undefined, call.signal === undefined ? {} : { signal: call.signal }).catch(() => undefined);
      }
    }
  }

  function refusedToken(): ZkStateError {
    const message = `The ${name} refused the token.`;
    if (!advertised) {
      return new ZkStateError({ code: "CONFIG_INVALID", message, next: "give the token that the coordinator was started with" });
    }
    const next = "wait until the coordinator that listens there has told its own";
    return new ZkStateError({ code: "NOBODY_COORDINATING", message, next, retryable: true });
  }

  /** @throws what the server's refusal means */
  async function accepted(response: Response, ref: ArtifactRef): Promise<void> {
    if (response.ok) return;
    if (response.status === 404) throw missing(ref, name);
    if (response.status === 401 || response.status === 403) throw refusedToken();
    const { code, message } = await refusalOf(response);
    const got = `${response.status}: ${message}`;
    const retryable = response.status >= 500;
    throw new ZkStateError({ code, message: `The ${name} refused.`, got, retryable, details: { status: response.status } });
  }

  /** Stops at the first byte too many: a body may be without end. */
  async function* bodyOf(response: Response, ref: ArtifactRef, alive: () => void): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      alive();
      bytes += chunk.length;
      if (bytes > ref.bytes) throw tooLong(ref);
      yield chunk;
    }
  }

  function tooLong({ bytes }: ArtifactRef): ZkStateError {
    const message = `The ${name} sent more than the artifact.`;
    return new ZkStateError({ code: "ARTIFACT_CORRUPT", message, expected: `${bytes} bytes`, got: "more", retryable: true });
  }

  const has = (ref: ArtifactRef) =>
    repeated({ method: "HEAD", ref }, async (response) => {
      if (response.status !== 404) await accepted(response, ref);
      return response.ok;
    });

  async function keep(ref: ArtifactRef, body: () => Slices): Promise<ArtifactRef> {
    if (ref.bytes > MAX_IN_MEMORY) {
      const next = "put it where the coordinator runs";
      const expected = `at most ${MAX_IN_MEMORY} bytes`;
      const message = `The ${name} takes nothing of this size.`;
      throw new ZkStateError({ code: "IO_FAILED", message, expected, got: `${ref.bytes}`, next, retryable: false });
    }
    if (!(await has(ref))) await repeated({ method: "PUT", ref, body }, (response) => accepted(response, ref));
    return ref;
  }

  return {
    name,
    has,
    put: (bytes) => keep(refOf(bytes), () => slicesOf(bytes)),
    putFile: async (path) => keep(await measured(path), () => bytesOf(path, SLICE)),
    get: async (ref) => {
      refuseLarge(ref, name);
      return repeated({ method: "GET", ref }, async (response, alive) => {
        await accepted(response, ref);
        const chunks: Uint8Array[] = [];
        for await (const chunk of bodyOf(response, ref, alive)) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        checkRef(ref, refOf(bytes), name);
        return bytes;
      });
    },
    getFile: (ref, path, signal) =>
      repeated({ method: "GET", ref, signal }, async (response, alive) => {
        await accepted(response, ref);
        await saveTo(path, { ref, chunks: bodyOf(response, ref, alive), where: name, signal });
      }),
    close: async () => undefined,
  };
}

/** @throws CONFIG_INVALID */
function baseOf(url: string): string {
  const at = URL.canParse(url) ? new URL(url) : undefined;
  const plain = at !== undefined && `${at.username}${at.password}${at.search}${at.hash}` === "";
  if (plain && /^https?:$/.test(at.protocol)) return `${at.origin}${at.pathname.replace(/\/+$/, "")}`;
  const expected = "http://host:port or https://host, without user, password, ? and #";
  throw new ZkStateError({ code: "CONFIG_INVALID", message: "The address of the artifact server is not valid.", expected });
}

function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += SLICE) yield bytes.subarray(from, from + SLICE);
}

async function* noticed(slices: Slices, alive: () => void): AsyncGenerator<Uint8Array> {
  for await (const slice of slices) {
    alive();
    yield slice;
  }
}

/** Nothing of the network was wrong forever: no answer, or the server's own trouble. */
const mayPass = (e: unknown): boolean =>
  e instanceof ZkStateError && (e.code === "QUEUE_UNAVAILABLE" || Number(e.details["status"] ?? 0) >= 500);

/** fetch hides the reason in the cause. */
function reasonOf(e: unknown): string {
  const cause = e instanceof Error && e.cause instanceof Error ? e.cause : e;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

const REMOTE = ["ARTIFACT_CORRUPT", "DISK_FULL", "READ_ONLY", "QUEUE_FULL", "QUEUE_UNAVAILABLE"] as const satisfies readonly ErrorCode[];
const Refusal = z.object({ error: z.object({ code: z.enum(REMOTE), message: z.string() }) });
const REFUSAL_BYTES = 4096;

async function refusalOf(response: Response): Promise<{ code: ErrorCode; message: string }> {
  const read = Refusal.safeParse(parsedJson(await beginningOf(response)));
  if (read.success) return read.data.error;
  return { code: response.status >= 500 ? "QUEUE_UNAVAILABLE" : "IO_FAILED", message: response.statusText };
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, REFUSAL_BYTES);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
