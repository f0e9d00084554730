// Long arithmetic in this thread: it lets the event loop run now and then, which is also when an abort is noticed.
import { setImmediate as turn } from "node:timers/promises";
import { ZkStateError } from "../../core/errors.js";

export type Pause = () => Promise<void>;

/** The event loop waits at most about this long, ms. */
const SHARE_MS = 25;

/** The error of whatever was aborted. */
export const interrupted = (what: string): ZkStateError =>
  new ZkStateError({ code: "INTERRUPTED", message: `${what} was interrupted`, next: "run the same command again" });

/** A function to await between steps of `what`; it throws INTERRUPTED once the signal is aborted. */
export function pauser(what: string, signal: AbortSignal | undefined): Pause {
  let last = performance.now();
  return async () => {
    if (performance.now() - last >= SHARE_MS) {
      await turn();
      last = performance.now();
    }
    if (signal?.aborted) throw interrupted(what);
  };
}
