// A proof folder on disk: written beside its final place and renamed, so that it is there whole or not at all.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAlive } from "../../prover/file-upkeep.js";
import { fileError } from "../file-trouble.js";

export const PROOF_FILES = ["proof.json", "public.json", "verification_key.json", "batch.json"] as const;
/** Text of each file. */
export type ProofFiles = Readonly<Record<(typeof PROOF_FILES)[number], string>>;

export const folderName = (batchNumber: number): string => `batch-${`${batchNumber}`.padStart(6, "0")}`;

/** True for a folder with at least one of a proof's files. */
export const isProofFolder = (dir: string): boolean => PROOF_FILES.some((name) => existsSync(join(dir, name)));

/** @throws INPUT_NOT_FOUND, IO_FAILED */
export function readFolder(dir: string): ProofFiles {
  const read = (name: string): string => {
    const path = join(dir, name);
    try {
      return readFileSync(path, "utf8");
    } catch (e) {
      throw fileError(e, path, "read");
    }
  };
  return Object.fromEntries(PROOF_FILES.map((name) => [name, read(name)])) as ProofFiles;
}

const temporaryName = (pid: number) => `.tmp-${pid}-`;

/** Puts a whole folder in place, over an older one. @throws DISK_FULL, READ_ONLY, IO_FAILED with nothing half-written */
export function writeFolder(dir: string, files: ProofFiles): void {
  const parent = dirname(dir);
  const temporary = join(parent, `${temporaryName(process.pid)}${Date.now()}`);
  try {
    mkdirSync(parent, { recursive: true });
    sweep(parent);
    mkdirSync(temporary);
    for (const name of PROOF_FILES) writeSynced(join(temporary, name), files[name]);
    if (existsSync(dir)) renameSync(dir, `${temporary}-old`);
    renameSync(temporary, dir);
    rmSync(`${temporary}-old`, { recursive: true, force: true });
    syncFolder(parent);
  } catch (e) {
    if (!existsSync(dir) && existsSync(`${temporary}-old`)) renameSync(`${temporary}-old`, dir);
    rmSync(temporary, { recursive: true, force: true });
    throw fileError(e, dir, "write");
  }
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, "wx");
  try {
    for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(file, rest));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Removes what processes that no longer run have left. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^\.tmp-([0-9]+)-/.exec(name)?.[1]);
    if (Number.isSafeInteger(pid) && pid !== process.pid && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
