// A light client that runs in a worker, seen from the page: the same methods and events. The other end is client/serve-client.ts.
//
// const worker = new Worker(new URL("./zkstate-client-worker.js", import.meta.url), { type: "module" });
// const client = connectClient(worker, { trustRoot, url: "https://venue.example/v1/" });
import { abortable } from "./abortable.js";
import { makeEvents } from "./events.js";
import { codedStore, type HeadStore } from "./head-store.js";
import type { LightClient } from "./light-client.js";
import type { VerifiedHead } from "./state.js";
import {
  type Answer,
  listen,
  type Method,
  type Port,
  type RemoteOptions,
  receivedError,
  sendableError,
  type ToPage,
  type ToWorker,
} from "./worker-messages.js";

/** What a page can do with a client, whether it runs here or in a worker. */
export type RemoteClient = Pick<LightClient, Method | "on" | "off" | "head">;

interface Calls {
  call<M extends Method>(method: M, index?: number, signal?: AbortSignal): Promise<Answer<M>>;
  settle(message: Extract<ToPage, { kind: "answer" | "error" }>): void;
}

/** Calls by number, each waiting for its answer. */
function callsOver(post: (message: ToWorker) => void): Calls {
  const waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }>();
  let last = 0;
  return {
    call: (method, index, signal) => {
      last += 1;
      const id = last;
      const cancel = () => post({ kind: "cancel", id });
      const answer = new Promise<Answer<typeof method>>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        signal?.addEventListener("abort", cancel, { once: true });
        waiting.set(id, { resolve: (value) => resolve(value as Answer<typeof method>), reject });
        post({ kind: "call", id, method, ...(index === undefined ? {} : { index }) });
      }).finally(() => signal?.removeEventListener("abort", cancel));
      return abortable(signal, answer);
    },
    settle: (message) => {
      const waiter = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === "answer") waiter?.resolve(message.value);
      else waiter?.reject(receivedError(message.error));
    },
  };
}

/** Loads and saves for the worker. */
async function keep(store: HeadStore | undefined, { id, what, text }: Extract<ToPage, { kind: "keep" }>): Promise<ToWorker> {
  try {
    if (text === undefined) return { kind: "kept", id, text: await store?.load(what) };
    await store?.save(what, text);
    return { kind: "kept", id };
  } catch (e) {
    return { kind: "kept", id, error: sendableError(e) };
  }
}

/** Connects to a worker that runs serveClient. `store` stays on this side, where localStorage is. */
export function connectClient(port: Port, { store, ...options }: RemoteOptions & { readonly store?: HeadStore }): RemoteClient {
  const events = makeEvents();
  const own = store && codedStore(store);
  const post = (message: ToWorker) => port.postMessage(message);
  const { call, settle } = callsOver(post);
  let head: VerifiedHead | undefined;

  listen<ToPage>(port, (message) => {
    if (message.kind === "keep") return void keep(own, message).then(post);
    if (message.kind !== "event") return settle(message);
    if (message.name === "advanced") head = message.event;
    if (message.name === "compromised") head = undefined;
    events.emit(message.name, message.event as never);
  });
  post({ kind: "start", options, hasStore: store !== undefined });

  return {
    on: events.on,
    off: events.off,
    get head() {
      return head;
    },
    sync: async (signal) => {
      const synced = await call("sync", undefined, signal);
      head = synced.head;
      return synced;
    },
    getAccount: (index, signal) => call("getAccount", index, signal),
    getMarkets: () => call("getMarkets"),
    getCustody: () => call("getCustody"),
  };
}
