// One aggregator per published folder. The holder is told by process, so that the place of one that was killed is free at once; on a disk that
// several machines share, by a sign of life.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { lock as lockFile } from "proper-lockfile";
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import { isAlive, thisProcess } from "../../ledger/store/process-identity.js";
import { errnoOf, fileError } from "../../prover/file-errors.js";

export interface FolderLock {
  /** @throws STORE_BUSY when another has taken the folder, because this process stood still for too long */
  check(): void;
  release(): void;
}

const FILE = ".aggregator.json";
/** Held for the moment in which the holder changes. */
const GUARD = ".aggregator.lock";
const BEAT_MS = 3000;
const SILENT_MS = 15_000;
const GUARD_STALE_MS = 5000;

const Holder = z.object({ pid: z.int(), started: z.string(), place: z.string(), host: z.string(), token: z.string() });
type Holder = z.infer<typeof Holder>;

/** Takes a folder, which is made if it is not there. @throws STORE_BUSY with the holder's pid, READ_ONLY, DISK_FULL, IO_FAILED */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const path = join(dir, FILE);
  const mine: Holder = { ...thisProcess(), host: hostname(), token: randomUUID() };
  try {
    mkdirSync(dir, { recursive: true });
    const retries = { retries: 100, minTimeout: 100, maxTimeout: 100 };
    const release = await lockFile(dir, { lockfilePath: join(dir, GUARD), stale: GUARD_STALE_MS, retries, onCompromised: () => undefined });
    try {
      const holder = read(path);
      if (holder !== undefined && lives(holder, path)) throw busy(dir, holder);
      writeFileSync(`${path}.new`, JSON.stringify(mine));
      renameSync(`${path}.new`, path);
    } finally {
      await release().catch(() => undefined);
    }
  } catch (e) {
    throw fileError(e, dir);
  }
  const isMine = () => read(path)?.token === mine.token;
  const beat = setInterval(() => touch(path, isMine), BEAT_MS);
  beat.unref();
  return {
    check: () => {
      if (!isMine()) throw busy(dir, read(path));
    },
    release: () => {
      clearInterval(beat);
      if (isMine()) rmSync(path, { force: true });
    },
  };
}

/** On this machine the process is asked; elsewhere its last sign of life counts. */
function lives(holder: Holder, path: string): boolean {
  if (holder.place === thisProcess().place) return isAlive(holder);
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < SILENT_MS;
}

function touch(path: string, isMine: () => boolean): void {
  const now = new Date();
  try {
    if (isMine()) utimesSync(path, now, now);
  } catch {
    // The next beat says it again.
  }
}

/** Undefined for none, and for one that is unreadable: it was never whole. */
function read(path: string): Holder | undefined {
  try {
    return Holder.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch (e) {
    if (e instanceof SyntaxError || errnoOf(e) === "ENOENT") return undefined;
    throw e;
  }
}

const busy = (dir: string, holder: Holder | undefined): ZkStateError =>
  new ZkStateError({
    code: "STORE_BUSY",
    message: `Another aggregator publishes into ${dir}.`,
    got: holder === undefined ? "its place is taken" : `pid ${holder.pid} on ${holder.host}`,
    next: "stop it, or publish into another folder with --publish",
    details: holder === undefined ? {} : { pid: holder.pid },
  });
