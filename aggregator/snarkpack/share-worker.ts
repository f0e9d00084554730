// A worker thread with one share of the prover's work: it answers one call after the other.
import { parentPort, workerData } from "node:worker_threads";
import { asZkStateError, type ErrorInfo } from "../../core/errors.js";
import type { CurveModule } from "../../prover/keys/wasm-curve.js";
import { localShare, type Share } from "./share.js";

/** A method of a share, and its arguments. */
export interface ShareCall {
  readonly method: keyof Share;
  readonly args: readonly unknown[];
}

export type ShareReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Pick<ErrorInfo, "code" | "message"> };

// The thread has nothing else to do, and an abort ends it from outside.
const share = localShare(workerData as CurveModule, async () => undefined);

parentPort?.on("message", ({ method, args }: ShareCall) => {
  const call = share[method] as (...args: readonly unknown[]) => Promise<unknown>;
  call(...args).then(
    (value) => parentPort?.postMessage({ ok: true, value } satisfies ShareReply),
    (e: unknown) => {
      const { code, message } = asZkStateError(e);
      parentPort?.postMessage({ ok: false, error: { code, message } } satisfies ShareReply);
    },
  );
});
