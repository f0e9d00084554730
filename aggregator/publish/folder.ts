// The published folder: every file is there whole or not at all, and what was put before something else is on the disk before it, so that neither a
// reader nor a power cut meets a file without what it speaks of.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ZkStateError } from "../../core/errors.js";
import { errnoOf, fileError } from "../../prover/file-errors.js";
import { syncFolder } from "../../prover/file-upkeep.js";

export interface PublishedFile {
  /** As in core/publication/files.ts. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Folder {
  /** Length in bytes; undefined when there is no such file. */
  size(name: string): number | undefined;
  /** Undefined when there is no such file. @throws IO_FAILED */
  read(name: string): Uint8Array | undefined;
  /** Writes files over older ones, in any order; all are on the disk when it resolves. @throws DISK_FULL, READ_ONLY, IO_FAILED */
  put(files: readonly PublishedFile[]): Promise<void>;
}

/** Puts a file unless it is there already, byte for byte. @throws DISK_FULL, READ_ONLY, IO_FAILED */
export async function putUnlessThere(folder: Folder, file: PublishedFile): Promise<void> {
  const there = folder.size(file.name) === file.bytes.length ? folder.read(file.name) : undefined;
  if (there === undefined || !Buffer.from(there).equals(file.bytes)) await folder.put([file]);
}

/** Files that are written at a time: the disk merges their flushes. */
const AT_ONCE = 16;
const TEMPORARY = ".publish-";

/** Opens a published folder, or makes it. ASSUMES: the caller has its lock. @throws DISK_FULL, READ_ONLY, IO_FAILED */
export async function openFolder(dir: string): Promise<Folder> {
  await onDisk(dir, async () => {
    await mkdir(dir, { recursive: true });
    // Whoever wrote them is gone: the lock is ours.
    for (const name of readdirSync(dir)) if (name.startsWith(TEMPORARY)) rmSync(join(dir, name), { force: true });
  });
  const known = new Set<string>([dir]);

  async function makeFolder(path: string): Promise<void> {
    if (known.has(path)) return;
    await mkdir(path, { recursive: true });
    for (let at = path; at !== dir; at = dirname(at)) {
      await syncFolder(dirname(at));
      known.add(at);
    }
  }

  async function putOne({ name, bytes }: PublishedFile): Promise<void> {
    const temporary = join(dir, `${TEMPORARY}${process.pid}-${randomBytes(6).toString("hex")}`);
    try {
      await makeFolder(dirname(join(dir, name)));
      await writeSynced(temporary, bytes);
      await rename(temporary, join(dir, name));
    } catch (e) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw e;
    }
  }

  return {
    size: (name) => statSync(join(dir, name), { throwIfNoEntry: false })?.size,
    read: (name) => readIfThere(join(dir, name)),
    put: (files) =>
      onDisk(dir, async () => {
        for (let i = 0; i < files.length; i += AT_ONCE) await allSettled(files.slice(i, i + AT_ONCE).map(putOne));
        await allSettled([...new Set(files.map(({ name }) => dirname(join(dir, name))))].map(syncFolder));
      }),
  };
}

/** Waits for all of them, so that none goes on behind a failure. */
async function allSettled(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (e) {
    if (errnoOf(e) === "ENOENT") return undefined;
    throw fileError(e, path);
  }
}

async function onDisk(dir: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const { code, message, retryable } = fileError(cause, dir);
    const next = "make room, or choose another folder with --publish, and run the same command again: it resumes";
    throw new ZkStateError({ code, message, next, retryable, cause });
  }
}
