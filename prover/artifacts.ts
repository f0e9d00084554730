// Compiled circuits, content-addressed: the same sources, compiler and flags always give the same folder, compiled at most once.
import { join } from "node:path";
import { z } from "zod";
import { cacheDir } from "./cache-dir.js";
import { ensureEntry } from "./cache-entry.js";
import { includeDigests } from "./circom-includes.js";
import { compilerVersion, type Optimization, runCircom } from "./circom-run.js";
import { sha256 } from "./file-digest.js";
import { readR1csHeader } from "./r1cs.js";
import { type OnStage, timedStage } from "./stage.js";

export interface CircuitSource {
  /** For people: it appears in messages and manifests, not in the digest. */
  readonly name: string;
  /** Text of the main component's file; its includes are looked for in includeDirs. */
  readonly mainCircom: string;
  readonly includeDirs: readonly string[];
}

export interface CompileOptions {
  /** circom's simplification level. @defaultValue 1 */
  readonly optimization?: Optimization;
  /** @defaultValue ZKSTATE_CACHE, else the platform's cache folder */
  readonly cacheDir?: string;
  /** How long to wait for another process that compiles the same circuit, ms. @defaultValue 3600000 */
  readonly lockTimeoutMs?: number;
}

export const FileRecords = z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() }));

const CircuitManifest = z.object({
  name: z.string(),
  digest: z.string(),
  compiler: z.string(),
  optimization: z.union([z.literal(1), z.literal(2)]),
  nConstraints: z.number(),
  nWires: z.number(),
  nPublic: z.number(),
  nPrivateInputs: z.number(),
  files: FileRecords,
});

export type CircuitManifest = z.infer<typeof CircuitManifest>;

/** A compiled circuit in the cache. */
export interface CircuitArtifact {
  readonly name: string;
  /** SHA-256, hex, over sources, compiler version and flags. */
  readonly digest: string;
  readonly dir: string;
  readonly r1csPath: string;
  readonly wasmPath: string;
  readonly symPath: string;
  readonly manifest: CircuitManifest;
}

const FILES = ["circuit.r1cs", "circuit.sym", "circuit.wasm"] as const;

/** The key under which a circuit is cached: SHA-256 over its main text, every included file, the compiler's version and its flags. */
export async function circuitDigest(source: CircuitSource, optimization: Optimization = 1): Promise<string> {
  const includes = await includeDigests(source.mainCircom, source.includeDirs);
  return sha256(["zkstate circuit v1", compilerVersion(), `--O${optimization}`, sha256(source.mainCircom), ...includes].join("\n"));
}

/**
 * Return the compiled circuit, compiling it first unless the cache has it undamaged.
 * @throws COMPILE_FAILED, DISK_FULL, READ_ONLY, IO_FAILED, LOCK_TIMEOUT
 * @example const circuit = await compileCircuit({ name: "batch", mainCircom, includeDirs: ["circuits", "node_modules"] }, {}, onStage)
 */
export async function compileCircuit(source: CircuitSource, options: CompileOptions = {}, onStage?: OnStage): Promise<CircuitArtifact> {
  const optimization = options.optimization ?? 1;
  const compile = async () => {
    const digest = await circuitDigest(source, optimization);
    const dir = join(cacheDir(options.cacheDir), "circuits", digest);
    const manifest = await ensureEntry<CircuitManifest>({
      dir,
      manifestName: "manifest.json",
      parse: (json) => parseManifest(json, digest),
      build: (tmp) => build(source, optimization, digest, tmp),
      onNote: (note) => onStage?.({ stage: "compile", status: "progress", note }),
      ...(options.lockTimeoutMs === undefined ? {} : { lockTimeoutMs: options.lockTimeoutMs }),
    });
    const at = (file: (typeof FILES)[number]) => join(dir, file);
    const paths = { r1csPath: at("circuit.r1cs"), wasmPath: at("circuit.wasm"), symPath: at("circuit.sym") };
    return { name: source.name, digest, dir, ...paths, manifest };
  };
  return (await timedStage("compile", onStage, compile)).value;
}

function parseManifest(json: unknown, digest: string): CircuitManifest | undefined {
  const { data } = CircuitManifest.safeParse(json);
  return data?.digest === digest && FILES.every((name) => data.files[name] !== undefined) ? data : undefined;
}

async function build(
  source: CircuitSource,
  optimization: Optimization,
  digest: string,
  tmp: string,
): Promise<Omit<CircuitManifest, "files">> {
  await runCircom(source.mainCircom, source.includeDirs, optimization, tmp);
  const { nConstraints, nWires, nPublic, nPrvIn } = await readR1csHeader(join(tmp, "circuit.r1cs"));
  const counts = { nConstraints, nWires, nPublic, nPrivateInputs: nPrvIn };
  return { name: source.name, digest, compiler: compilerVersion(), optimization, ...counts };
}
