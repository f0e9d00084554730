// Proving and verification keys of a circuit, made once and kept in the cache beside their sidecar, key.json.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import type { VerificationKey } from "../../core/groth16.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { type CircuitArtifact, FileRecords } from "../artifacts.js";
import { cacheDir } from "../cache-dir.js";
import { ensureEntry, inspectEntry } from "../cache-entry.js";
import { sha256File } from "../file-digest.js";
import { type OnStage, timedStage } from "../stage.js";
import { developmentSetup } from "./development.js";
import { type Beacon, ptauSetup } from "./ptau.js";
import { registerDevelopment } from "./registry.js";
import { checkVerificationKey, exportVerificationKey } from "./vkey.js";
import { domainPower, readZkeyHeader } from "./zkey-file.js";

export type KeyKind = "development" | "production";

interface KeyOptionsBase {
  /** @defaultValue ZKSTATE_CACHE, else the platform's cache folder */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
  /** How long to wait for another process that makes the same key, ms. @defaultValue 3600000 */
  readonly lockTimeoutMs?: number;
}

export type KeyOptions = KeyOptionsBase &
  (
    | { readonly kind: "development" }
    | {
        readonly kind: "production";
        /** Needed only when the cache has no production key for this circuit. */
        readonly ptauPath?: string;
        /** One name per contribution. @defaultValue one contribution named "zkstate" */
        readonly contributions?: readonly string[];
        readonly beacon?: Beacon;
      }
  );

const KeyManifest = z.object({
  kind: z.enum(["development", "production"]),
  /** Which digest of the circuit the key belongs to. */
  circuit: z.string(),
  r1csSha256: z.string(),
  vkeyDigest: z.string(),
  nPublic: z.number(),
  nContributions: z.number(),
  files: FileRecords,
});

export type KeyManifest = z.infer<typeof KeyManifest>;

/** A circuit's keys in the cache. */
export interface KeyArtifact {
  readonly kind: KeyKind;
  readonly circuitDigest: string;
  readonly dir: string;
  readonly zkeyPath: string;
  readonly vkeyPath: string;
  readonly vkey: VerificationKey;
  /** SHA-256, hex, of the verification key's content: what a batch certificate names its key by. */
  readonly vkeyDigest: string;
  readonly manifest: KeyManifest;
}

const ZKEY = "circuit.zkey";
const VKEY = "verification_key.json";

/**
 * Return the circuit's keys of one kind, making them first unless the cache has them undamaged.
 * @throws INPUT_NOT_FOUND for a production key that is not in the cache when no ptau file is given; KEY_MISMATCH, KEY_UNSAFE, DISK_FULL,
 * READ_ONLY, LOCK_TIMEOUT, INTERRUPTED, PROVER_FAILED
 * @example const keys = await ensureKeys(circuit, { kind: "development" }, onStage)
 */
export async function ensureKeys(circuit: CircuitArtifact, options: KeyOptions, onStage?: OnStage): Promise<KeyArtifact> {
  const cache = cacheDir(options.cacheDir);
  const dir = join(cache, "keys", circuit.digest, options.kind);
  const ensure = () =>
    ensureEntry<KeyManifest>({
      dir,
      manifestName: "key.json",
      parse: (json) => parseManifest(json, circuit, options.kind),
      build: (tmp) => build(circuit, options, cache, tmp, onStage),
      onNote: (note) => onStage?.({ stage: "setup", status: "progress", note }),
      ...(options.lockTimeoutMs === undefined ? {} : { lockTimeoutMs: options.lockTimeoutMs }),
    });
  const { value } = await timedStage("setup", onStage, ensure);
  return artifact(circuit, dir, value);
}

/**
 * Find the circuit's keys of one kind without making anything.
 * @returns undefined when the cache has none
 * @throws ARTIFACT_CORRUPT when they are damaged
 */
export async function findKeys(circuit: CircuitArtifact, kind: KeyKind, cache?: string): Promise<KeyArtifact | undefined> {
  const dir = join(cacheDir(cache), "keys", circuit.digest, kind);
  const found = await inspectEntry<KeyManifest>({ dir, manifestName: "key.json", parse: (json) => parseManifest(json, circuit, kind) });
  if (found.state === "absent") return undefined;
  if (found.state === "good") return artifact(circuit, dir, found.manifest);
  throw new ZkStateError({ code: "ARTIFACT_CORRUPT", message: `${dir}: ${found.why}`, next: "run `zkstate setup` to make the key again" });
}

async function artifact(circuit: CircuitArtifact, dir: string, manifest: KeyManifest): Promise<KeyArtifact> {
  const vkeyPath = join(dir, VKEY);
  const vkey = JSON.parse(await readFile(vkeyPath, "utf8")) as VerificationKey;
  checkVerificationKey(vkey);
  const zkey = join(dir, ZKEY);
  // the sidecar is not believed: the digest is the key's own, the proving key is of the same setup and, for production, of a ceremony
  const vkeyDigest = verificationKeyDigest(vkey);
  if (verificationKeyDigest(exportVerificationKey(zkey)) !== vkeyDigest || manifest.vkeyDigest !== vkeyDigest) throw foreignVkey(dir);
  if (manifest.kind === "production" && (manifest.nContributions === 0 || readZkeyHeader(zkey).isDevelopment)) throw notOfACeremony(dir);
  const paths = { dir, zkeyPath: join(dir, ZKEY), vkeyPath };
  return { kind: manifest.kind, circuitDigest: circuit.digest, ...paths, vkey, vkeyDigest, manifest };
}

const foreignVkey = (dir: string): ZkStateError =>
  new ZkStateError({
    code: "KEY_MISMATCH",
    message: `${dir}: the verification key is not that of the proving key`,
    next: "remove the folder and make or restore the key again",
  });

const notOfACeremony = (dir: string): ZkStateError =>
  new ZkStateError({
    code: "DEVELOPMENT_KEY",
    message: `${dir}: this is a development key under a production name`,
    next: "remove the folder and run `zkstate setup --ptau FILE`",
  });

/** A sidecar of another kind, circuit or R1CS is not this entry's: the entry counts as damaged and is made again. */
function parseManifest(json: unknown, circuit: CircuitArtifact, kind: KeyKind): KeyManifest | undefined {
  const { data } = KeyManifest.safeParse(json);
  if (data === undefined || data.kind !== kind || data.circuit !== circuit.digest) return undefined;
  if (data.r1csSha256 !== circuit.manifest.files["circuit.r1cs"]?.sha256) return undefined;
  return data.files[ZKEY] !== undefined && data.files[VKEY] !== undefined ? data : undefined;
}

type Head = Omit<KeyManifest, "files">;

async function build(circuit: CircuitArtifact, options: KeyOptions, cache: string, tmp: string, onStage?: OnStage): Promise<Head> {
  const zkeyPath = join(tmp, ZKEY);
  const onProgress = (fraction: number) => onStage?.({ stage: "setup", status: "progress", fraction });
  const limits = { onProgress, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  if (options.kind === "development") {
    await developmentSetup(circuit.r1csPath, zkeyPath, limits);
  } else {
    const { ptauPath, contributions = ["zkstate"], beacon } = options;
    if (ptauPath === undefined) throw noProductionKey(circuit);
    await ptauSetup({ r1csPath: circuit.r1csPath, ptauPath, zkeyPath, contributions, ...(beacon === undefined ? {} : { beacon }) }, limits);
  }
  checkKeyFits(zkeyPath, circuit);
  const vkey = exportVerificationKey(zkeyPath);
  await writeFile(join(tmp, VKEY), `${JSON.stringify(vkey, null, 1)}\n`);
  const vkeyDigest = verificationKeyDigest(vkey);
  if (options.kind === "development") await registerDevelopment(cache, [vkeyDigest, await sha256File(zkeyPath)]);
  const r1csSha256 = circuit.manifest.files["circuit.r1cs"]?.sha256 ?? "";
  const { nContributions } = readZkeyHeader(zkeyPath);
  return { kind: options.kind, circuit: circuit.digest, r1csSha256, vkeyDigest, nPublic: vkey.nPublic, nContributions };
}

function noProductionKey(circuit: CircuitArtifact): ZkStateError {
  return new ZkStateError({
    code: "INPUT_NOT_FOUND",
    message: `there is no production key for circuit ${circuit.name} in the cache`,
    next: "run `zkstate setup --ptau FILE` with a powers-of-tau file prepared for phase 2",
  });
}

/** The counts by which a key and a circuit recognise each other. */
export interface CircuitShape {
  readonly manifest: Pick<CircuitArtifact["manifest"], "nWires" | "nPublic" | "nConstraints">;
}

/**
 * Check that a proving key is whole and has this circuit's shape.
 * @throws ARTIFACT_CORRUPT when it is truncated or no zkey, KEY_MISMATCH when it belongs to another circuit
 */
export function checkKeyFits(zkeyPath: string, circuit: CircuitShape): void {
  const key = readZkeyHeader(zkeyPath);
  const { nWires, nPublic, nConstraints } = circuit.manifest;
  const show = (nVars: number, n: number, domain: number) => `${nVars} wires, ${n} public signals, domain of ${domain}`;
  const expected = show(nWires, nPublic, 2 ** domainPower(nConstraints, nPublic));
  const got = show(key.nVars, key.nPublic, key.domainSize);
  if (expected === got) return;
  const next = "run `zkstate setup` for this circuit, or pass the key made for it";
  throw new ZkStateError({ code: "KEY_MISMATCH", message: `${zkeyPath} was made for another circuit`, expected, got, next });
}
