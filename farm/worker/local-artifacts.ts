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

/** One fetch for all who wait for the same file; it ends with the last of them. */
interface Fetch {
  readonly path: Promise<string>;
  readonly end: AbortController;
  waiting: number;
}

/** The files of circuits below a cache folder. A file's digest is computed once per process and path. */
export class LocalArtifacts {
  private readonly checked = new Map<string, Promise<boolean>>();
  private readonly fetching = new Map<string, Fetch>();

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
    const running = this.fetching.get(ref.sha256) ?? this.fetch(ref, fetched, store);
    running.waiting++;
    const leave = () => {
      if (--running.waiting === 0) this.end(ref, running);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    try {
      return await running.path;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  private fetch(ref: ArtifactRef, path: string, store: ArtifactStore): Fetch {
    const end = new AbortController();
    const done = store.getFile(ref, path, end.signal).then(() => {
      this.checked.set(checkedKey(path, ref), Promise.resolve(true));
      return path;
    });
    const made: Fetch = { path: done.finally(() => this.end(ref, made)), end, waiting: 0 };
    this.fetching.set(ref.sha256, made);
    return made;
  }

  /** Whoever comes after this fetches anew. */
  private end({ sha256 }: ArtifactRef, fetch: Fetch): void {
    if (this.fetching.get(sha256) === fetch) this.fetching.delete(sha256);
    fetch.end.abort();
  }

  private async holds(path: string, ref: ArtifactRef): Promise<boolean> {
    if (!existsSync(path) || statSync(path).size !== ref.bytes) return false;
    const key = checkedKey(path, ref);
    const checked = this.checked.get(key) ?? sha256File(path).then((got) => got === ref.sha256);
    this.checked.set(key, checked);
    return checked.catch(() => false);
  }
}

const checkedKey = (path: string, { sha256 }: ArtifactRef): string => `${path}:${sha256}`;
