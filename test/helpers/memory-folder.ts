// A published folder in memory, whose writes can be cut off at any file.
import type { Folder } from "../../aggregator/publish/folder.js";

export interface MemoryFolder extends Folder {
  readonly files: Map<string, Uint8Array>;
  /** Names in one of its folders. */
  list(folder: string): readonly string[];
  /** Names in the order in which they were written. */
  readonly written: string[];
  /** Files that may still be written; the next one after them throws, as a crash would. */
  budget: number;
}

/** Thrown in place of a crash. */
export class Crash extends Error {}

export function memoryFolder(files = new Map<string, Uint8Array>()): MemoryFolder {
  const written: string[] = [];
  return {
    files,
    written,
    budget: Number.POSITIVE_INFINITY,
    size: (name) => files.get(name)?.length,
    read: (name) => files.get(name),
    list: (folder) => [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1)),
    async put(some) {
      // Files of one call have no order of their own.
      for (const { name, bytes } of [...some].reverse()) {
        if (this.budget-- <= 0) throw new Crash(`before ${name}`);
        files.set(name, bytes);
        written.push(name);
      }
    },
  };
}
