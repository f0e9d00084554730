// What keeps files and their leftovers in order: entries of folders that survive a power cut, temporary files of processes that are gone.
import { open } from "node:fs/promises";
import { errnoOf } from "./file-errors.js";

/** Writes a folder's entries to the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether a process of this host runs, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return errnoOf(e) === "EPERM";
  }
}
