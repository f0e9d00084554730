// Published files from a folder on this machine: checked like those of any server.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { notPublished, type Transport, tooLarge, transportFailed } from "../../client/transport.js";

const isMissing = (e: unknown): boolean => e instanceof Error && "code" in e && (e.code === "ENOENT" || e.code === "ENOTDIR");

/** Files below a folder, by their names in the published form. */
export function folderTransport(dir: string): Transport {
  return {
    read: async (name, maxBytes, signal) => {
      signal?.throwIfAborted();
      const path = join(dir, name);
      try {
        const stats = statSync(path);
        if (!stats.isFile()) throw transportFailed(name, "it is not a file", { retryable: false }); // a pipe would hold us, a device never end
        if (stats.size > maxBytes) throw tooLarge(name, maxBytes);
        return readFileSync(path);
      } catch (e) {
        if (isMissing(e)) throw notPublished(name);
        if (e instanceof Error && e.name === "ZkStateError") throw e;
        throw transportFailed(name, e instanceof Error ? e.message : String(e), { cause: e });
      }
    },
  };
}
