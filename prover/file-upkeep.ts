// What keeps files and their leftovers in order: entries of folders that survive a power cut, temporary files of processes that are gone.
import { readdirSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
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

const DAY_MS = 86_400_000;

/** How names of this process' temporary files and folders of a kind begin: `sweepTemporaries` finds their owner by it. */
export const temporaryPrefix = (kind: string): string => `${kind}${hostname()}-${process.pid}-`;

/**
 * Removes what processes of this host that are gone have left of a kind.
 * @param oldToo also all of yesterday, for what is never that old in use: other hosts and reused ids cannot be asked
 */
export function sweepTemporaries(dir: string, kind: string, oldToo = false): void {
  const ours = `${kind}${hostname()}-`;
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(kind)) continue;
    const path = join(dir, name);
    const isLeft = name.startsWith(ours) && !isAlive(Number.parseInt(name.slice(ours.length), 10));
    if (isLeft || (oldToo && isOld(path))) rmSync(path, { recursive: true, force: true });
  }
}

const isOld = (path: string): boolean => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY_MS;
