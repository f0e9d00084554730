// The light client behind the page: in a worker, so that verification does not hold up the page, or in the page where no worker will run.
import { connectClient, type RemoteClient } from "../connect-client.js";
import { type HeadStore, keptUnder } from "../head-store.js";
import { httpTransport } from "../http-transport.js";
import { LightClient } from "../light-client.js";
import type { Port } from "../worker-messages.js";
import type { Settings } from "./settings.js";
import { forget, keep, kept } from "./storage.js";
import type { Trusted } from "./trust.js";

export interface Connected {
  readonly client: RemoteClient;
  readonly where: "worker" | "page";
  close(): void;
}

const storeKey = (api: URL): string => `zkstate:client:${api.href}`;
const storeOf = (api: URL): HeadStore => ({
  load: async (what) => kept(keptUnder(storeKey(api), what)),
  save: async (what, text) => keep(keptUnder(storeKey(api), what), text),
});

/** Forgets what was verified before, and evidence of a fork with it. */
export function forgetVerified(api: URL): void {
  for (const what of ["position", "evidence"] as const) forget(keptUnder(storeKey(api), what));
}

/** Age is the page's matter: it shows an old state as old, loudly, and does not hide it. */
const ANY_AGE = Number.MAX_SAFE_INTEGER;
const ALIVE_WITHIN_MS = 10_000;

/** Resolves to true when the worker answers at all: its script may be missing, or not allowed. */
function answers(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    worker.addEventListener("message", () => resolve(true), { once: true });
    worker.addEventListener("error", () => resolve(false), { once: true });
    setTimeout(() => resolve(false), ALIVE_WITHIN_MS);
    worker.postMessage({ kind: "call", id: 0, method: "getMarkets" }); // refused, since nothing is followed yet; an answer all the same
  });
}

async function startWorker(): Promise<Worker | undefined> {
  try {
    const worker = new Worker(new URL("../worker-entry.ts", import.meta.url), { type: "module" });
    if (await answers(worker)) return worker;
    worker.terminate();
  } catch {
    // no workers here
  }
  return undefined;
}

/** A client that follows the ledger of this trust root. */
export async function connect(
  { api, timeoutMs, worker: wanted }: Settings,
  { trustRoot }: Trusted,
  backend: "noble" | "mcl",
): Promise<Connected> {
  const options = { trustRoot, backend, store: storeOf(api), stalenessSeconds: ANY_AGE };
  const worker = wanted ? await startWorker() : undefined;
  if (worker === undefined)
    return { client: new LightClient({ ...options, transport: httpTransport(api, { timeoutMs }) }), where: "page", close: () => undefined };
  return {
    client: connectClient(worker as Port, { ...options, url: api.href, timeoutMs }),
    where: "worker",
    close: () => worker.terminate(),
  };
}
