// Setups in the cache: <cache>/srs/<kind>/<largest count>, each with its file of powers, the verifier's part as JSON, and a sidecar.
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import { checkVerifierSrs } from "../../core/snarkpack/verifier-srs.js";
import { FileRecords } from "../../prover/artifacts.js";
import { cacheDir } from "../../prover/cache-dir.js";
import { ensureEntry, inspectEntry } from "../../prover/cache-entry.js";
import { isRegistered, registerDevelopment } from "../../prover/keys/registry.js";
import { openCurve } from "../../prover/keys/wasm-curve.js";
import { type OnStage, timedStage } from "../../prover/stage.js";
import { PointCodec } from "../curve/points.js";
import { backendOver } from "../pairing/ffjavascript.js";
import { compileFastCurve } from "../wasm/module.js";
import { writeDevelopmentSrs } from "./development-srs.js";
import { importPtau } from "./import-ptau.js";
import type { SrsKind } from "./powers-file.js";
import { checkMaxCount, openSrs, type ProverSrs, verifierSrsJson } from "./srs.js";

/** Most proofs in a certificate unless said otherwise: half a megabyte of powers. */
export const DEFAULT_MAX_COUNT = 1024;

export interface SrsOptions {
  readonly kind: SrsKind;
  /** @defaultValue 1024 */
  readonly maxCount?: number;
  /** Two files of powers of tau. Needed only when the cache has no such production setup. */
  readonly ptauPaths?: readonly string[];
  /** @defaultValue ZKSTATE_CACHE, else the platform's cache folder */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
}

/** A setup in the cache. */
export interface CachedSrs extends ProverSrs {
  /** The verifier's part: see verifierSrsJson. */
  readonly jsonPath: string;
}

const POWERS = "powers.bin";
const JSON_FILE = "srs.json";
const SIDECAR = "setup.json";

const SrsManifest = z.object({ kind: z.enum(["development", "production"]), maxCount: z.number(), digest: z.string(), files: FileRecords });
type SrsManifest = z.infer<typeof SrsManifest>;

function parseManifest(json: unknown, kind: SrsKind, maxCount: number): SrsManifest | undefined {
  const { data } = SrsManifest.safeParse(json);
  if (data === undefined || data.kind !== kind || data.maxCount !== maxCount) return undefined;
  return data.files[POWERS] !== undefined && data.files[JSON_FILE] !== undefined ? data : undefined;
}

const folderOf = (cache: string, kind: SrsKind): string => join(cache, "srs", kind);

async function open(cache: string, dir: string): Promise<CachedSrs> {
  const curve = await openCurve(await compileFastCurve());
  const srs = await openSrs(join(dir, POWERS), new PointCodec(curve));
  checkVerifierSrs(backendOver(curve), srs.verifier);
  if (srs.kind === "production") await refuseDevelopmentSrs(srs.digest, cache);
  return { ...srs, jsonPath: join(dir, JSON_FILE) };
}

/** @throws DEVELOPMENT_KEY when the digest is that of a development setup made on this machine, under whatever name */
export async function refuseDevelopmentSrs(digest: string, cache: string): Promise<void> {
  if (!(await isRegistered(cache, digest))) return;
  throw new ZkStateError({
    code: "DEVELOPMENT_KEY",
    message: "this is a development setup for aggregation: whoever made it can forge certificates",
    next: "zkstate setup --aggregation --ptau FILE --ptau FILE",
  });
}

function twoPaths(paths: readonly string[] | undefined): readonly [string, string] {
  const [a, b] = paths ?? [];
  if (a !== undefined && b !== undefined && paths?.length === 2) return [a, b];
  const next = "zkstate setup --aggregation --ptau FILE --ptau FILE";
  if (a === undefined)
    throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: "there is no production setup for aggregation in the cache", next });
  throw new ZkStateError({
    code: "USAGE",
    message: "A setup for aggregation comes from two ceremonies.",
    expected: "two files of powers of tau",
    got: `${paths?.length ?? 0}`,
    next,
  });
}

async function build(
  options: SrsOptions,
  maxCount: number,
  cache: string,
  tmp: string,
  onStage?: OnStage,
): Promise<Omit<SrsManifest, "files">> {
  const path = join(tmp, POWERS);
  const limits = { signal: options.signal, onProgress: (fraction: number) => onStage?.({ stage: "setup", status: "progress", fraction }) };
  if (options.kind === "development") await writeDevelopmentSrs(path, maxCount, limits);
  else await importPtau(path, maxCount, twoPaths(options.ptauPaths), limits);
  const srs = await openSrs(path, new PointCodec(await openCurve(await compileFastCurve())));
  if (srs.kind === "development") await registerDevelopment(cache, [srs.digest]);
  await writeFile(join(tmp, JSON_FILE), `${JSON.stringify(verifierSrsJson(srs), null, 2)}\n`);
  return { kind: srs.kind, maxCount, digest: srs.digest };
}

/**
 * Returns the setup of one kind and size, making it first unless the cache has it undamaged.
 * @throws USAGE, INPUT_NOT_FOUND for a production setup that is not in the cache when no ptau files are given; KEY_UNSAFE, DEVELOPMENT_KEY, DISK_FULL,
 * READ_ONLY, IO_FAILED, LOCK_TIMEOUT, INTERRUPTED
 * @example const srs = await ensureSrs({ kind: "development" }, onStage)
 */
export async function ensureSrs(options: SrsOptions, onStage?: OnStage): Promise<CachedSrs> {
  const { kind, maxCount = DEFAULT_MAX_COUNT } = options;
  checkMaxCount(maxCount);
  const cache = cacheDir(options.cacheDir);
  const dir = join(folderOf(cache, kind), `${maxCount}`);
  const ensure = () =>
    ensureEntry<SrsManifest>({
      dir,
      manifestName: SIDECAR,
      parse: (json) => parseManifest(json, kind, maxCount),
      build: (tmp) => build(options, maxCount, cache, tmp, onStage),
      onNote: (note) => onStage?.({ stage: "setup", status: "progress", note }),
    });
  await timedStage("setup", onStage, ensure);
  return open(cache, dir);
}

/** The development setup of this machine. @throws as ensureSrs */
export const ensureDevelopmentSrs = (options: Omit<SrsOptions, "kind" | "ptauPaths"> = {}, onStage?: OnStage): Promise<CachedSrs> =>
  ensureSrs({ ...options, kind: "development" }, onStage);

/** Sizes of the setups in the cache, the largest first. */
async function sizesOf(cache: string, kind: SrsKind): Promise<number[]> {
  const names = await readdir(folderOf(cache, kind)).catch(() => []);
  return names
    .filter((name) => /^[1-9][0-9]*$/.test(name))
    .map(Number)
    .sort((a, b) => b - a);
}

/**
 * Finds a setup without making anything: that of the given size, or the largest.
 * @returns undefined when the cache has none
 * @throws ARTIFACT_CORRUPT when it is damaged, DEVELOPMENT_KEY, KEY_UNSAFE, IO_FAILED
 */
export async function loadSrs({ kind, maxCount, cacheDir: folder }: Omit<SrsOptions, "ptauPaths">): Promise<CachedSrs | undefined> {
  const cache = cacheDir(folder);
  const size = maxCount ?? (await sizesOf(cache, kind))[0];
  if (size === undefined) return undefined;
  const dir = join(folderOf(cache, kind), `${size}`);
  const found = await inspectEntry<SrsManifest>({ dir, manifestName: SIDECAR, parse: (json) => parseManifest(json, kind, size) });
  if (found.state === "absent") return undefined;
  if (found.state === "good") return open(cache, dir);
  throw new ZkStateError({
    code: "ARTIFACT_CORRUPT",
    message: `${dir}: ${found.why}`,
    next: "run `zkstate setup --aggregation` to make the setup again",
  });
}
