// Writing a file so that it is either the old one or the new one, never a half.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BatchItem, encodeLine } from "../ledger/codec.js";
import { fileError } from "./file-trouble.js";

/** A batch file's text: one item a line, as an array where the name ends in .json, as JSON lines otherwise. */
export function batchText(items: readonly BatchItem[], path: string): string {
  const lines = items.map(encodeLine);
  return path.endsWith(".json") ? `[\n${lines.join(",\n")}\n]\n` : `${lines.join("\n")}\n`;
}

/** @throws DISK_FULL, READ_ONLY, IO_FAILED; what was there before stays */
export function writeText(path: string, text: string): void {
  if (path === "-") process.stdout.write(text);
  else writeBytes(path, Buffer.from(text));
}

/** @param mode - of a new file; less what the process' umask forbids @throws DISK_FULL, READ_ONLY, IO_FAILED; what was there before stays */
export function writeBytes(path: string, bytes: Uint8Array, mode = 0o666): void {
  const temporary = join(dirname(path), `.tmp-${process.pid}-${Date.now()}`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "wx", mode);
    try {
      for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(file, rest));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (e) {
    rmSync(temporary, { force: true });
    throw fileError(e, path, "write");
  }
}
