// The direct setup by the native addon.
import { ERROR_CODES, type ErrorCode, ZkStateError } from "../../core/errors.js";
import type { NativeAddon, NativeTask } from "../../native/addon.js";
import { threadCount } from "../../native/threads.js";
import type { SetupJob } from "./development.js";

const NEXT: Partial<Record<ErrorCode, string>> = {
  ARTIFACT_CORRUPT: "delete the file and run the same command again",
  DISK_FULL: "free some space, or point ZKSTATE_CACHE to a larger disk, and run the same command again",
  READ_ONLY: "point ZKSTATE_CACHE to a folder that this user may write to",
};

/** Make a key, as `developmentSetup` says; `engine` is one of the addon's. */
export async function nativeSetup(addon: NativeAddon, job: SetupJob & { readonly engine?: string }): Promise<void> {
  const { r1csPath, zkeyPath, secrets, engine, signal, onProgress } = job;
  if (signal?.aborted) throw interrupted();
  const options = { threads: threadCount(job.threads), ...(engine !== undefined && { engine }), ...(onProgress && { onProgress }) };
  let task: NativeTask<void> | undefined;
  const cancel = () => task?.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    task = addon.setup({ r1csPath, zkeyPath, secrets, ...options });
    await task.promise;
  } catch (e) {
    throw setupError(e, r1csPath);
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

const interrupted = () => new ZkStateError({ code: "INTERRUPTED", message: "the setup was interrupted" });

function setupError(e: unknown, r1csPath: string): ZkStateError {
  const { code, message } = e as { code?: string; message: string };
  if (code === "INTERRUPTED") return interrupted();
  const known: ErrorCode = code !== undefined && code in ERROR_CODES ? (code as ErrorCode) : "INTERNAL";
  const aboutInput = known === "ARTIFACT_CORRUPT" || known === "KEY_MISMATCH";
  const next = NEXT[known];
  return new ZkStateError({
    code: known,
    message: aboutInput ? `${r1csPath}: ${message}` : `native setup: ${message}`,
    ...(next !== undefined && { next }),
    ...(known === "READ_ONLY" && { retryable: false }),
    cause: e,
  });
}
