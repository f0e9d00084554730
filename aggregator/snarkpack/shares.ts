// The shares that one certificate's work is divided into: one in this thread, or each in a worker thread of its own. Threads, not processes: the wasm
// module is compiled once for all, a thread takes less memory, and nothing is left behind when this process dies.
import type { Worker } from "node:worker_threads";
import { ZkStateError } from "../../core/errors.js";
import { startWorker } from "../../prover/sibling-script.js";
import { compileFastCurve } from "../wasm/module.js";
import { interrupted, pauser } from "./pause.js";
import { localShare, type Share } from "./share.js";
import type { ShareCall, ShareReply } from "./share-worker.js";

export interface Shares {
  readonly all: readonly Share[];
  readonly close: () => Promise<void>;
}

const WHAT = "the aggregation";

const failed = (how: string): ZkStateError =>
  new ZkStateError({
    code: "PROVER_FAILED",
    message: `a thread of the aggregation ${how}`,
    next: "run the same command again; if it fails again, look for the system's out-of-memory report",
    retryable: true,
  });

/** Sends calls to a worker, one at a time, and fails them all once it has ended. */
function caller(worker: Worker) {
  let waiting: { readonly resolve: (value: unknown) => void; readonly reject: (e: Error) => void } | undefined;
  let fault: ZkStateError | undefined;
  const end = (e: ZkStateError) => {
    fault ??= e;
    waiting?.reject(fault);
    waiting = undefined;
  };
  worker.on("message", (reply: ShareReply) => {
    if (!reply.ok) return end(reply.error.code === "INTERNAL" ? failed(`failed: ${reply.error.message}`) : new ZkStateError(reply.error));
    waiting?.resolve(reply.value);
    waiting = undefined;
  });
  worker.on("error", (e) => end(failed(`failed: ${e.message}`)));
  worker.on("exit", () => end(failed("ended by itself")));
  const call = (method: ShareCall["method"], ...args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (fault !== undefined) return reject(fault);
      waiting = { resolve, reject };
      worker.postMessage({ method, args } satisfies ShareCall);
    });
  return { call, end };
}

function remoteShare(worker: Worker, signal: AbortSignal | undefined): { readonly share: Share; readonly close: () => Promise<void> } {
  const { call, end } = caller(worker);
  const onAbort = () => {
    end(interrupted(WHAT));
    void worker.terminate();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const ask =
    <T>(method: ShareCall["method"]) =>
    (...args: readonly unknown[]): Promise<T> =>
      call(method, ...args) as Promise<T>;
  const share: Share = {
    load: ask("load"),
    sumOfPowers: ask("sumOfPowers"),
    commit: ask("commit"),
    rescale: ask("rescale"),
    halve: ask("halve"),
    fold: ask("fold"),
    state: ask("state"),
    finish: ask("finish"),
  };
  const close = async () => {
    signal?.removeEventListener("abort", onAbort);
    await worker.terminate();
  };
  return { share, close };
}

/** `count` shares. */
export async function openShares(count: number, signal: AbortSignal | undefined): Promise<Shares> {
  const module = await compileFastCurve();
  if (count === 1) return { all: [localShare(module, pauser(WHAT, signal))], close: async () => undefined };
  const remote = Array.from({ length: count }, () => remoteShare(startWorker(import.meta.url, "share-worker", module), signal));
  return {
    all: remote.map(({ share }) => share),
    close: async () => {
      await Promise.all(remote.map(({ close }) => close()));
    },
  };
}
