// Artifacts in a folder, on one machine or on a disk that several share: <dir>/ab/abcdef..., each there whole or not at all.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { ZkStateError } from "../../core/errors.js";
import { fileRecord } from "../../prover/file-digest.js";
import { errnoOf, fileError } from "../../prover/file-errors.js";
import { sweepTemporaries, syncFolder, temporaryPrefix } from "../../prover/file-upkeep.js";
import type { ArtifactRef } from "../job.js";
import { type ArtifactStore, checkRef, MAX_IN_MEMORY, missing, refOf } from "./store.js";

/** A store that can also be read as a stream, which fails before its end when the file is damaged. */
export interface FolderStore extends ArtifactStore {
  open(ref: ArtifactRef): Promise<Readable>;
}

const READ_BYTES = 1 << 20;
/** Shows that a folder is a store: a worker goes into no other that it is told of. */
const MARKER = ".zkstate-artifacts";
export const isFolderStore = (dir: string): boolean => existsSync(join(dir, MARKER));
const ARTIFACT = /^[0-9a-f]{64}$/;

export const noFolder = (path: string): ZkStateError =>
  new ZkStateError({
    code: "ARTIFACT_MISSING",
    message: `${path} holds no artifacts on this machine.`,
    next: "mount the coordinator's folder at the same path, or have it serve its artifacts with --artifacts http",
    retryable: true,
  });

export interface FolderStoreOptions {
  /** Artifacts that were neither put nor asked for in this time are removed when the store is opened. @defaultValue all are kept */
  readonly keepMs?: number;
  /** True for a store of somebody else: it is never made here, not even again, since its disk may only be away. */
  readonly advertised?: boolean;
}

/**
 * Opens the store, makes its folder and removes what writers that are gone have left.
 * @throws DISK_FULL, READ_ONLY, IO_FAILED
 */
export function folderStore(dir: string, { keepMs, advertised = false }: FolderStoreOptions = {}): FolderStore {
  const root = resolve(dir);
  const name = `folder ${root}`;
  const pathOf = ({ sha256 }: ArtifactRef) => join(root, sha256.slice(0, 2), sha256);
  /** Whoever emptied the folder took its mark too. */
  function ensureStore(): void {
    if (isFolderStore(root)) return;
    if (advertised) throw noFolder(root);
    try {
      mkdirSync(root, { recursive: true });
      writeFileSync(join(root, MARKER), "");
    } catch (e) {
      throw fileError(e, root);
    }
  }

  ensureStore();
  try {
    sweepTemporaries(root, KIND, true);
    if (keepMs !== undefined) removeUnused(root, Date.now() - keepMs);
  } catch (e) {
    throw fileError(e, root);
  }

  /** Undefined when there is no such file. */
  async function sizeOf(ref: ArtifactRef): Promise<number | undefined> {
    const path = pathOf(ref);
    try {
      const found = await stat(path);
      return found.isFile() ? found.size : undefined;
    } catch (e) {
      if (errnoOf(e) === "ENOENT") return undefined;
      throw fileError(e, path);
    }
  }
  async function has(ref: ArtifactRef): Promise<boolean> {
    ensureStore();
    if ((await sizeOf(ref)) !== ref.bytes) return false;
    const now = new Date();
    // Its age counts from the last time that somebody asked; on a disk that is only read nothing is ever removed.
    await utimes(pathOf(ref), now, now).catch(() => undefined);
    return true;
  }

  async function keep(ref: ArtifactRef, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ArtifactRef> {
    if (!(await has(ref))) await writeWhole({ path: pathOf(ref), ref, chunks, where: name, temporary: temporaryIn(root) });
    return ref;
  }

  /**
   * What a file holds. When that is not what its name says, it is removed, so that it can be put again, and its last part is never given.
   */
  async function* checked(ref: ArtifactRef): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    let bytes = 0;
    let held: Uint8Array | undefined;
    for await (const chunk of bytesOf(pathOf(ref))) {
      if (held !== undefined) yield held;
      held = chunk;
      hash.update(chunk);
      bytes += chunk.length;
    }
    const sha256 = hash.digest("hex");
    if (sha256 !== ref.sha256) await rm(pathOf(ref), { force: true });
    checkRef(ref, { sha256, bytes }, name);
    if (held !== undefined) yield held;
  }

  async function chunksOf(ref: ArtifactRef): Promise<AsyncGenerator<Uint8Array>> {
    const size = await sizeOf(ref);
    if (size === undefined) throw missing(ref, name);
    // Nobody's reference is reason enough to read a file that is much larger.
    if (size > 2 * ref.bytes + READ_BYTES) throw missing(ref, name);
    const chunks = checked(ref);
    // Of another size, the file or the reference is wrong: reading to the end tells which, and throws.
    while (size !== ref.bytes && (await chunks.next()).done !== true);
    return chunks;
  }

  return {
    name,
    has,
    put: (bytes) => keep(refOf(bytes), [bytes]),
    putFile: async (path) => keep(await measured(path), bytesOf(path)),
    get: async (ref) => {
      refuseLarge(ref, name);
      const chunks: Uint8Array[] = [];
      for await (const chunk of await chunksOf(ref)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    getFile: async (ref, path, signal) => saveTo(path, { ref, chunks: await chunksOf(ref), where: name, signal }),
    open: async (ref) => Readable.from(await chunksOf(ref), { objectMode: false, highWaterMark: READ_BYTES }),
    close: async () => undefined,
  };
}

function removeUnused(root: string, before: number): void {
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && ARTIFACT.test(entry.name) && statSync(path).mtimeMs < before) rmSync(path, { force: true });
  }
}

/** @throws ARTIFACT_CORRUPT for what is larger than an input or a proof can be */
export function refuseLarge(ref: ArtifactRef, where: string): void {
  if (ref.bytes <= MAX_IN_MEMORY) return;
  const message = `An artifact of ${where} is too large for memory.`;
  throw new ZkStateError({ code: "ARTIFACT_CORRUPT", message, expected: `at most ${MAX_IN_MEMORY} bytes`, got: `${ref.bytes}` });
}

/** Size and digest of a file to be put. @throws IO_FAILED */
export async function measured(path: string): Promise<ArtifactRef> {
  try {
    return await fileRecord(path);
  } catch (e) {
    throw fileError(e, path);
  }
}

/** A file in slices of `size` bytes, the last one shorter. @throws IO_FAILED */
export async function* bytesOf(path: string, size: number = READ_BYTES): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    for (let filled = size; filled === size; ) {
      const slice = Buffer.allocUnsafe(size);
      filled = await fill(file, slice);
      if (filled > 0) yield slice.subarray(0, filled);
    }
  } catch (e) {
    throw fileError(e, path);
  } finally {
    await file?.close();
  }
}

async function fill(file: FileHandle, slice: Buffer): Promise<number> {
  for (let filled = 0; ; ) {
    const { bytesRead } = await file.read(slice, filled, slice.length - filled, null);
    filled += bytesRead;
    if (bytesRead === 0 || filled === slice.length) return filled;
  }
}

interface Source {
  readonly ref: ArtifactRef;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Named when what arrives is not what `ref` says. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts an artifact at `path`, from a temporary file beside it.
 * @throws ARTIFACT_CORRUPT, INTERRUPTED, DISK_FULL, READ_ONLY, IO_FAILED, and what the source throws, with nothing left behind
 */
export async function saveTo(path: string, source: Source): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    sweepTemporaries(dirname(path), KIND, true);
  } catch (e) {
    throw fileError(e, path);
  }
  await writeWhole({ ...source, path, temporary: temporaryIn(dirname(path)) });
}

async function writeWhole({ path, temporary, ...source }: Source & { readonly path: string; readonly temporary: string }): Promise<void> {
  try {
    await writeSynced(temporary, source);
    await onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
      await syncFolder(dirname(path));
    });
  } catch (e) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw e;
  }
}

/** Stops at the first byte too many. */
async function writeSynced(temporary: string, { ref, chunks, where, signal }: Source): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await onDisk(temporary, () => open(temporary, "wx"));
  try {
    for await (const chunk of chunks) {
      if (signal?.aborted) throw interrupted(where);
      bytes += chunk.length;
      hash.update(chunk);
      if (bytes > ref.bytes) break;
      await onDisk(temporary, () => file.writeFile(chunk));
    }
    checkRef(ref, { sha256: hash.digest("hex"), bytes }, where);
    await onDisk(temporary, () => file.sync());
  } finally {
    await file.close();
  }
}

export const interrupted = (where: string): ZkStateError =>
  new ZkStateError({ code: "INTERRUPTED", message: `Reading an artifact of ${where} was interrupted.`, retryable: true });

async function onDisk<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (e) {
    throw fileError(e, path);
  }
}

const KIND = ".artifact-";
const temporaryIn = (dir: string): string => join(dir, `${temporaryPrefix(KIND)}${Date.now()}-${randomBytes(4).toString("hex")}`);
