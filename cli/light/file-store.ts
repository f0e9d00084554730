// A light client's memory in a file.
import { readFileSync } from "node:fs";
import { type HeadStore, keptUnder } from "../../client/head-store.js";
import { fileError } from "../file-trouble.js";
import { writeBytes } from "../write-text.js";

/** A file, and one beside it for evidence; each is replaced whole. @throws IO_FAILED, READ_ONLY, DISK_FULL */
export const fileStore = (path: string): HeadStore => ({
  load: async (what) => {
    const file = keptUnder(path, what);
    try {
      return readFileSync(file, "utf8");
    } catch (e) {
      const error = fileError(e, file, "read");
      if (error.code === "INPUT_NOT_FOUND" && error.got === "ENOENT") return undefined;
      throw error;
    }
  },
  save: async (what, text) => writeBytes(keptUnder(path, what), Buffer.from(text)),
});
