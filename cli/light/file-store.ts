// A light client's memory in a file.
import { readFileSync } from "node:fs";
import type { HeadStore } from "../../client/head-store.js";
import { fileError } from "../file-trouble.js";
import { writeBytes } from "../write-text.js";

/** One file, replaced whole. @throws IO_FAILED, READ_ONLY, DISK_FULL */
export const fileStore = (path: string): HeadStore => ({
  load: async () => {
    try {
      return readFileSync(path, "utf8");
    } catch (e) {
      const error = fileError(e, path, "read");
      if (error.code === "INPUT_NOT_FOUND" && error.got === "ENOENT") return undefined;
      throw error;
    }
  },
  save: async (text) => writeBytes(path, Buffer.from(text)),
});
