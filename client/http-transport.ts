// Published files over HTTP: from a static host, or from `zkstate serve`. One deadline covers an answer up to its last byte, so that a server cannot hold
// a client by answering slowly; one that says more than it should is cut off.
import { ACTIVITY_FILE, HEADS_FILE } from "../core/publication/files.js";
import { abortable } from "./abortable.js";
import { notPublished, type Transport, tooLarge, transportFailed } from "./transport.js";

export interface HttpOptions {
  /** For one file, from the request to the last byte. @defaultValue 10,000 ms */
  readonly timeoutMs?: number;
  /** @defaultValue the platform's */
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MS = 10_000;
/** Only these two change. */
const CHANGING: readonly string[] = [HEADS_FILE, ACTIVITY_FILE];

const GONE = [404, 410];
const mayHelpLater = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

async function readBody(response: Response, name: string, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(name, maxBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    length += next.value.length;
    if (length > maxBytes) throw tooLarge(name, maxBytes); // content-length is only what the server says, and counts compressed bytes
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Files below an address, such as https://example.org/v1/. @throws TypeError when `base` is not an address */
export function httpTransport(
  base: string | URL,
  { timeoutMs = TIMEOUT_MS, fetch: fetchHere = globalThis.fetch }: HttpOptions = {},
): Transport {
  const root = new URL(base);
  if (!root.pathname.endsWith("/")) root.pathname += "/";

  const request = async (name: string, maxBytes: number, signal: AbortSignal, reload: boolean): Promise<Uint8Array> => {
    const cache = CHANGING.includes(name) ? "no-store" : reload ? "reload" : "default"; // for browsers: Node keeps nothing
    const init: RequestInit & { cache: string } = { signal, cache, credentials: "omit", referrerPolicy: "no-referrer" };
    const response = await fetchHere(new URL(name, root), init);
    if (GONE.includes(response.status)) throw notPublished(name);
    if (!response.ok) throw transportFailed(name, `HTTP ${response.status}`, { retryable: mayHelpLater(response.status) });
    return readBody(response, name, maxBytes);
  };

  return {
    async read(name, maxBytes, signal, reload = false) {
      signal?.throwIfAborted();
      const controller = new AbortController();
      const stop = () => controller.abort(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      const late = setTimeout(() => controller.abort(transportFailed(name, `no whole answer within ${timeoutMs} ms`)), timeoutMs);
      try {
        return await abortable(controller.signal, request(name, maxBytes, controller.signal, reload));
      } catch (e) {
        signal?.throwIfAborted();
        if (e instanceof Error && e.name === "ZkStateError") throw e;
        throw transportFailed(name, e instanceof Error ? e.message : String(e), { cause: e });
      } finally {
        clearTimeout(late);
        signal?.removeEventListener("abort", stop);
        controller.abort(); // a body that was not read to its end is cut off
      }
    },
  };
}
