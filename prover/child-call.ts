// One request to a child process, its progress, and its one answer. Abort, a time limit or the child's death end the wait.
import type { ChildProcess } from "node:child_process";
import { ZkStateError } from "../core/errors.js";
import { fileError } from "./file-errors.js";
import { startChild } from "./sibling-script.js";

/** What every child of ours sends: progress, then exactly one of the others. */
export type ChildReply<T> =
  | { readonly kind: "progress"; readonly fraction: number }
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "error"; readonly message: string };

export interface ChildLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

const DEFAULT_LIMIT_MS = 1_800_000;
/** A timer that is set to more ends at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Run the sibling script `name` of `moduleUrl` as a child process, send it `request` and wait for its answer.
 * @throws PROVER_FAILED (retryable) when the child dies or reports an error, TIMEOUT, INTERRUPTED
 */
export function callChild<T>(moduleUrl: string, name: string, request: unknown, limits: ChildLimits): Promise<T> {
  if (limits.signal?.aborted) return Promise.reject(interrupted(name));
  return superviseChild<T>(startChild(moduleUrl, name), name, request, limits);
}

function interrupted(name: string): ZkStateError {
  return new ZkStateError({ code: "INTERRUPTED", message: `${name} was interrupted` });
}

/** Errors cross the process border as text; the disk's own faults keep their name. */
function errnoIn(message: string): string | undefined {
  return /\b(?:ENOSPC|EDQUOT|EROFS|EACCES)\b/.exec(message)?.[0];
}

function superviseChild<T>(child: ChildProcess, name: string, request: unknown, limits: ChildLimits): Promise<T> {
  const limit = limits.timeoutMs ?? DEFAULT_LIMIT_MS;
  return new Promise((resolve, reject) => {
    let stderr = "";
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      limits.signal?.removeEventListener("abort", onAbort);
      child.removeAllListeners();
      child.on("error", () => undefined);
      child.kill("SIGKILL");
      finish();
    };
    const fail = (e: ZkStateError) => settle(() => reject(e));
    const died = (how: string) =>
      fail(
        new ZkStateError({
          code: "PROVER_FAILED",
          message: `${name} ${how}`,
          next: "run the same command again; if it dies again, look for the system's out-of-memory report",
          details: { stderr: stderr.slice(-2000) },
          retryable: true,
        }),
      );
    const onAbort = () => fail(interrupted(name));
    const next = "raise the limit, or use a faster machine or backend";
    const onTimeout = () =>
      fail(new ZkStateError({ code: "TIMEOUT", message: `${name} took longer than ${limit} ms`, next, retryable: true }));
    const timer = setTimeout(onTimeout, Math.min(limit, LONGEST_TIMER_MS));
    limits.signal?.addEventListener("abort", onAbort, { once: true });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-8000);
    });
    child.on("message", (reply: ChildReply<T>) => {
      if (reply.kind === "progress") limits.onProgress?.(reply.fraction);
      else if (reply.kind === "done") settle(() => resolve(reply.value));
      else if (errnoIn(reply.message) !== undefined)
        fail(fileError(Object.assign(new Error(reply.message), { code: errnoIn(reply.message) }), name));
      else died(`failed: ${reply.message}`);
    });
    child.on("error", (e) => died(`could not run: ${e.message}`));
    child.on("exit", (status, killer) => died(killer === null ? `exited with status ${status}` : `was killed by ${killer}`));
    child.send(request as object);
  });
}
