// One entry of the cache: a folder that is either absent or complete.
//
// An entry is built in a temporary sibling, synced, and renamed into place, so a kill or a full disk leaves nothing that looks complete.
// A lock keeps two processes from doing the same work; correctness does not rest on it, since the first rename wins.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { ZkStateError } from "../core/errors.js";
import { type FileRecord, fileRecord } from "./file-digest.js";
import { errnoOf, fileError } from "./file-errors.js";
import { isAlive, syncFolder } from "./file-upkeep.js";

/** Every manifest lists the entry's files; it is written last. */
export interface Manifest {
  readonly files: Readonly<Record<string, FileRecord>>;
}

export interface EntryPlan<M extends Manifest> {
  /** The entry's folder. */
  readonly dir: string;
  readonly manifestName: string;
  /** Check a parsed manifest's own fields; undefined when it is not this entry's. */
  readonly parse: (json: unknown) => M | undefined;
  /** Fill the empty folder `tmp` and return the manifest without its files, which are measured afterwards. */
  readonly build: (tmp: string) => Promise<Omit<M, "files">>;
  readonly onNote?: (note: string) => void;
  /** How long to wait for another process that builds the same entry, ms. @defaultValue 3600000 */
  readonly lockTimeoutMs?: number;
}

// A lock whose holder has not touched it for STALE_MS belongs to a dead process.
const STALE_MS = 8_000;
const TOUCH_MS = 2_000;
const POLL_MS = 200;

type Found<M> =
  | { readonly state: "good"; readonly manifest: M }
  | { readonly state: "absent" }
  | { readonly state: "damaged"; readonly why: string };

/** Look at an entry and check the size and digest of every file it lists. */
export async function inspectEntry<M extends Manifest>(plan: Pick<EntryPlan<M>, "dir" | "manifestName" | "parse">): Promise<Found<M>> {
  const text = await readFile(join(plan.dir, plan.manifestName), "utf8").catch((e: unknown) => e);
  if (typeof text !== "string") {
    if (errnoOf(text) !== "ENOENT") throw fileError(text, plan.dir);
    const left = await readdir(plan.dir).catch(() => []);
    return left.length === 0 ? { state: "absent" } : { state: "damaged", why: `${plan.manifestName} is missing` };
  }
  const manifest = parseManifest(text, plan.parse);
  if (manifest === undefined) return { state: "damaged", why: `${plan.manifestName} is unreadable` };
  for (const [name, want] of Object.entries(manifest.files)) {
    const got = await fileRecord(join(plan.dir, name)).catch(() => undefined);
    if (got === undefined) return { state: "damaged", why: `${name} is missing` };
    if (got.bytes !== want.bytes) return { state: "damaged", why: `${name} has ${got.bytes} bytes instead of ${want.bytes}` };
    if (got.sha256 !== want.sha256) return { state: "damaged", why: `${name} has another digest than its manifest says` };
  }
  return { state: "good", manifest };
}

function parseManifest<M>(text: string, parse: (json: unknown) => M | undefined): M | undefined {
  try {
    return parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Return the entry's manifest, building or rebuilding the entry first if it is absent or damaged.
 * @throws DISK_FULL, READ_ONLY, IO_FAILED, LOCK_TIMEOUT, and whatever the builder throws
 */
export async function ensureEntry<M extends Manifest>(plan: EntryPlan<M>): Promise<M> {
  const before = await inspectEntry(plan);
  if (before.state === "good") return before.manifest;
  const parent = dirname(plan.dir);
  try {
    await mkdir(parent, { recursive: true });
  } catch (e) {
    throw fileError(e, parent);
  }
  const release = await acquire(plan);
  try {
    const found = await inspectEntry(plan); // another process may have finished it meanwhile
    if (found.state === "good") return found.manifest;
    if (found.state === "damaged") plan.onNote?.(`${plan.dir}: ${found.why}; rebuilding`);
    await sweepTemporaries(parent);
    return await buildEntry(plan);
  } catch (e) {
    throw fileError(e, plan.dir);
  } finally {
    await release().catch(() => undefined);
  }
}

async function acquire<M extends Manifest>(plan: EntryPlan<M>): Promise<() => Promise<void>> {
  const deadline = performance.now() + (plan.lockTimeoutMs ?? 3_600_000);
  const options = { realpath: false, stale: STALE_MS, update: TOUCH_MS, onCompromised: () => undefined };
  for (let waited = false; ; waited = true) {
    try {
      return await lock(plan.dir, options);
    } catch (e) {
      if (errnoOf(e) !== "ELOCKED") throw fileError(e, plan.dir);
    }
    if (!waited) plan.onNote?.(`another process is building ${plan.dir}; waiting`);
    if (performance.now() > deadline) {
      const next = "wait for the other zkstate process, or stop it, and run the same command again";
      throw new ZkStateError({ code: "LOCK_TIMEOUT", message: `another process still holds ${plan.dir}`, next, retryable: true });
    }
    await sleep(POLL_MS);
  }
}

async function buildEntry<M extends Manifest>(plan: EntryPlan<M>): Promise<M> {
  const tmp = join(dirname(plan.dir), `.tmp-${hostname()}-${process.pid}-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(tmp);
    const head = await plan.build(tmp);
    const files: Record<string, FileRecord> = {};
    for (const name of (await readdir(tmp)).sort()) {
      await syncFolder(join(tmp, name));
      files[name] = await fileRecord(join(tmp, name));
    }
    const manifest = { ...head, files } as unknown as M;
    await writeFile(join(tmp, plan.manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncFolder(join(tmp, plan.manifestName));
    await syncFolder(tmp);
    const there = await inspectEntry(plan); // a process that did not see our lock may have built it meanwhile
    if (there.state === "good") return there.manifest;
    await rm(plan.dir, { recursive: true, force: true }); // only ever a damaged or empty entry
    await rename(tmp, plan.dir);
    await syncFolder(dirname(plan.dir));
    return manifest;
  } catch (e) {
    const won = await inspectEntry(plan).catch(() => undefined);
    if (errnoOf(e) === "ENOTEMPTY" && won?.state === "good") return won.manifest;
    throw e;
  } finally {
    await rm(tmp, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Remove temporary folders whose process on this host is gone. */
async function sweepTemporaries(parent: string): Promise<void> {
  const prefix = `.tmp-${hostname()}-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(basename(name).slice(prefix.length).split("-")[0]);
    if (Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}
