// Runs a light client behind a port, so that verification does not hold up a page. The other end is client/connect-client.ts.
import { ZkStateError } from "../core/errors.js";
import type { EventName } from "./events.js";
import type { HeadStore, Kept } from "./head-store.js";
import { httpTransport } from "./http-transport.js";
import { LightClient } from "./light-client.js";
import type { Transport } from "./transport.js";
import { listen, type Port, type RemoteOptions, receivedError, sendableError, type ToPage, type ToWorker } from "./worker-messages.js";

const EVENTS: readonly EventName[] = ["syncing", "advanced", "stale", "compromised"];

export interface ServeOptions {
  /** @defaultValue files below the page's url, over HTTP */
  readonly transport?: Transport;
  /** Unix milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/** The page's store, from here. */
function remoteStore(port: Port): { readonly store: HeadStore; readonly onKept: (message: Extract<ToWorker, { kind: "kept" }>) => void } {
  const waiting = new Map<number, (message: Extract<ToWorker, { kind: "kept" }>) => void>();
  let last = 0;
  const ask = (what: Kept, text?: string): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, ({ text: kept, error }) => (error === undefined ? resolve(kept) : reject(receivedError(error))));
      port.postMessage({ kind: "keep", id: last, what, ...(text === undefined ? {} : { text }) } satisfies ToPage);
    });
  const onKept = (message: Extract<ToWorker, { kind: "kept" }>) => {
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  };
  return { store: { load: (what) => ask(what), save: async (what, text) => void (await ask(what, text)) }, onKept };
}

function makeClient(
  { url, timeoutMs, ...options }: RemoteOptions,
  store: HeadStore | undefined,
  { transport, now }: ServeOptions,
): LightClient {
  const http = timeoutMs === undefined ? {} : { timeoutMs };
  return new LightClient({
    ...options,
    transport: transport ?? httpTransport(url, http),
    ...(store === undefined ? {} : { store }),
    ...(now === undefined ? {} : { now }),
  });
}

function answer(client: LightClient, { method, index }: Extract<ToWorker, { kind: "call" }>, signal: AbortSignal): Promise<unknown> {
  switch (method) {
    case "sync":
      return client.sync(signal);
    case "getAccount":
      return client.getAccount(index ?? -1, signal);
    case "getMarkets":
      return client.getMarkets();
    case "getCustody":
      return client.getCustody();
  }
}

/** Answers calls over a port, each as the client does; in a Web Worker: serveClient(self). */
export function serveClient(port: Port, options: ServeOptions = {}): void {
  const post = (message: ToPage) => port.postMessage(message);
  const { store, onKept } = remoteStore(port);
  const running = new Map<number, AbortController>();
  let client: LightClient | ZkStateError = new ZkStateError({ code: "NOT_SYNCED", message: "The worker was not told what to follow." });

  const start = (message: Extract<ToWorker, { kind: "start" }>): LightClient | ZkStateError => {
    try {
      const made = makeClient(message.options, message.hasStore ? store : undefined, options);
      for (const name of EVENTS) made.on(name, (event) => post({ kind: "event", name, event } as ToPage));
      return made;
    } catch (e) {
      return new ZkStateError(sendableError(e));
    }
  };
  const call = async (message: Extract<ToWorker, { kind: "call" }>): Promise<void> => {
    const controller = new AbortController();
    running.set(message.id, controller);
    try {
      if (client instanceof ZkStateError) throw client;
      post({ kind: "answer", id: message.id, value: await answer(client, message, controller.signal) });
    } catch (e) {
      post({ kind: "error", id: message.id, error: sendableError(e) });
    } finally {
      running.delete(message.id);
    }
  };
  listen<ToWorker>(port, (message) => {
    if (message.kind === "start") client = start(message);
    else if (message.kind === "call") void call(message);
    else if (message.kind === "cancel") running.get(message.id)?.abort();
    else onKept(message);
  });
}
