// File system faults as ZkStateErrors, each with its next step.
import { ZkStateError } from "../core/errors.js";

/** The errno name of a Node error, or "" when it has none. */
export function errnoOf(e: unknown): string {
  return typeof e === "object" && e !== null && "code" in e && typeof e.code === "string" ? e.code : "";
}

/**
 * Translate what the file system threw while `path` was written or read.
 * @returns DISK_FULL, READ_ONLY or IO_FAILED; a ZkStateError passes unchanged
 */
export function fileError(e: unknown, path: string): ZkStateError {
  if (e instanceof ZkStateError) return e;
  const errno = errnoOf(e);
  const message = e instanceof Error ? e.message : String(e);
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return new ZkStateError({
        code: "DISK_FULL",
        message: `no space left while writing ${path}`,
        next: "free some space, or point ZKSTATE_CACHE to a larger disk, and run the same command again",
        cause: e,
      });
    case "EROFS":
    case "EACCES":
    case "EPERM":
    case "ENOTDIR":
      return new ZkStateError({
        code: "READ_ONLY",
        message: `cannot write to ${path} (${errno})`,
        next: "point ZKSTATE_CACHE to a folder that this user may write to",
        retryable: false,
        cause: e,
      });
    default:
      return new ZkStateError({ code: "IO_FAILED", message: `${path}: ${message}`, cause: e });
  }
}
