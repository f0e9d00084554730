// Circuits and keys on a worker's disk: found in its cache when a setup here made the very same, fetched once otherwise.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256File } from "../../prover/file-digest.js";
import type { ArtifactStore } from "../artifacts/store.js";
import type { ArtifactRef, JobCircuit } from "../job.js";

export interface CircuitFiles {
  readonly wasmPath: string;
  readonly zkeyPath: string;
}

/** The files of circuits below a cache folder. A file's digest is computed once per process and path. */
export class LocalArtifacts {
  private readonly checked = new Map<string, Promise<boolean>>();
  private readonly fetching = new Map<string, Promise<string>>();

  constructor(private readonly cache: string) {}

  async circuit({ digest, wasm, zkey }: JobCircuit, store: ArtifactStore, signal: AbortSignal): Promise<CircuitFiles> {
    const keys = (kind: string) => join(this.cache, "keys", digest, kind, "circuit.zkey");
    const wasmPath = await this.file(wasm, [join(this.cache, "circuits", digest, "circuit.wasm")], store, signal);
    return { wasmPath, zkeyPath: await this.file(zkey, [keys("production"), keys("development")], store, signal) };
  }

  /** A path that holds exactly this artifact. @throws what the store throws */
  private async file(ref: ArtifactRef, places: readonly string[], store: ArtifactStore, signal: AbortSignal): Promise<string> {
    const fetched = join(this.cache, "artifacts", ref.sha256);
    for (const path of [...places, fetched]) if (await this.holds(path, ref)) return path;
    const running = this.fetching.get(ref.sha256) ?? this.fetch(ref, fetched, store, signal);
    this.fetching.set(ref.sha256, running);
    return running;
  }

  private async fetch(ref: ArtifactRef, path: string, store: ArtifactStore, signal: AbortSignal): Promise<string> {
    try {
      await store.getFile(ref, path, signal);
      this.checked.set(path, Promise.resolve(true));
      return path;
    } finally {
      this.fetching.delete(ref.sha256);
    }
  }

  private async holds(path: string, { sha256, bytes }: ArtifactRef): Promise<boolean> {
    if (!existsSync(path) || statSync(path).size !== bytes) return false;
    const key = `${path}:${sha256}`;
    const checked = this.checked.get(key) ?? sha256File(path).then((got) => got === sha256);
    this.checked.set(key, checked);
    return checked.catch(() => false);
  }
}
