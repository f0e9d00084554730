// What the file system refused, as an error with the next step for whoever typed the command.
import { ZkStateError } from "../core/errors.js";

const errnoOf = (e: unknown): string => (typeof e === "object" && e !== null && "code" in e && typeof e.code === "string" ? e.code : "");

/** INPUT_NOT_FOUND, DISK_FULL, READ_ONLY or IO_FAILED for a fault met while reading or writing `path`; ZkStateErrors pass unchanged. */
export function fileError(e: unknown, path: string, doing: "read" | "write"): ZkStateError {
  if (e instanceof ZkStateError) return e;
  const errno = errnoOf(e);
  const got = errno || (e instanceof Error ? e.message : String(e));
  if (doing === "read" && (errno === "ENOENT" || errno === "EISDIR" || errno === "ENOTDIR")) {
    return new ZkStateError({
      code: "INPUT_NOT_FOUND",
      message: `${path} is not a file that can be read.`,
      got,
      next: "check the path",
      cause: e,
    });
  }
  if (errno === "ENOSPC" || errno === "EDQUOT") {
    const next = "free some space or choose another folder, then run the same command again: it resumes where it stopped";
    return new ZkStateError({ code: "DISK_FULL", message: `No space left while writing ${path}.`, got, next, cause: e });
  }
  if (doing === "write" && ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"].includes(errno)) {
    const next = "choose a folder that you may write to, with --out, --data or --cache";
    return new ZkStateError({ code: "READ_ONLY", message: `${path} cannot be written.`, got, next, retryable: false, cause: e });
  }
  const message = `${path} cannot be ${doing === "read" ? "read" : "written"}.`;
  return new ZkStateError({ code: "IO_FAILED", message, got, next: "check the disk and the folder's permissions", cause: e });
}
