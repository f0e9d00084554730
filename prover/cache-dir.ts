// Where compiled circuits and keys live: outside the work tree, one folder for all checkouts.
import { resolve } from "node:path";
import envPaths from "env-paths";

/** The cache folder, absolute: the argument, else ZKSTATE_CACHE, else the platform's cache folder. */
export function cacheDir(override?: string): string {
  return resolve(override ?? (process.env["ZKSTATE_CACHE"] || envPaths("zkstate", { suffix: "" }).cache));
}
