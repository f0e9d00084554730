// From a job to a proof on this machine: files at hand, memory free, a warm process, and the limits that end it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ZkStateError } from "../../core/errors.js";
import type { BackendName } from "../../prover/backends/choose.js";
import { fileError } from "../../prover/file-errors.js";
import type { ArtifactStore } from "../artifacts/store.js";
import type { ProofJob } from "../job.js";
import type { Outcome } from "../report.js";
import { MemoryBudget, proofMemory } from "./budget.js";
import { LocalArtifacts } from "./local-artifacts.js";
import { ProverProcess } from "./prover-process.js";

/** A proof as a worker reports it, with the text of proof.json. */
export type MadeProof = Omit<Extract<Outcome, { kind: "proved" }>, "proof" | "kind"> & { readonly proof: string };

/** Makes proofs for a worker; several at a time. */
export interface JobProver {
  /** @throws ProverDied when the process died, ZkStateError when the proof failed, the signal's reason when aborted */
  prove(job: ProofJob, store: ArtifactStore, signal: AbortSignal): Promise<MadeProof>;
  /** Resident memory of the process that works on a job. */
  rssBytes(job: ProofJob): number;
  close(): void;
}

export interface ChildProverOptions {
  readonly backend: BackendName;
  readonly threads: number;
  readonly cacheDir: string;
  readonly limitMs: number;
  /** Memory for all proofs together. */
  readonly memoryBytes: number;
  /** Proofs after which a process is replaced by a new one. */
  readonly recycleAfter: number;
}

/** Proves in child processes, one proof each at a time. A process keeps its key for the next job of the same circuit. */
export class ChildProver implements JobProver {
  private readonly idle: ProverProcess[] = [];
  private readonly busy = new Map<string, ProverProcess>();
  private readonly local: LocalArtifacts;
  private readonly budget: MemoryBudget;

  constructor(private readonly options: ChildProverOptions) {
    this.local = new LocalArtifacts(options.cacheDir);
    this.budget = new MemoryBudget(options.memoryBytes);
  }

  async prove(job: ProofJob, store: ArtifactStore, signal: AbortSignal): Promise<MadeProof> {
    const { circuit, input, publicSignals } = job;
    const { limitMs } = this.options;
    const fetching = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const files = await orLate(this.local.circuit(circuit, store, fetching), fetching, signal);
    const inputBytes = await orLate(store.get(input), fetching, signal);
    const memoryBytes = proofMemory(circuit.zkey.bytes);
    const release = await this.budget.take(memoryBytes, signal);
    let child: ProverProcess | undefined;
    try {
      child = this.take(circuit.vkeyDigest);
      this.busy.set(input.sha256, child);
      const inputPath = await written(join(child.dir, "input.json"), inputBytes);
      const { backend, threads } = this.options;
      const task = { circuit, ...files, inputPath, publicSignals, backend, threads };
      const { kind: _, ...made } = await child.prove(task, { limitMs, memoryBytes }, signal);
      return made;
    } finally {
      this.busy.delete(input.sha256);
      if (child !== undefined) this.giveBack(child);
      release();
    }
  }

  rssBytes({ input }: ProofJob): number {
    return this.busy.get(input.sha256)?.rssBytes ?? 0;
  }

  close(): void {
    for (const child of [...this.idle.splice(0), ...this.busy.values()]) child.kill();
  }

  /** A process that has this key loaded if one is idle, else a new one in place of one that has not. */
  private take(circuitKey: string): ProverProcess {
    const alive = this.idle.splice(0).filter((child) => child.alive);
    const at = alive.findIndex((child) => child.circuitKey === circuitKey);
    const [warm] = at < 0 ? [] : alive.splice(at, 1);
    if (warm === undefined) alive.shift()?.kill();
    this.idle.push(...alive);
    return warm ?? new ProverProcess(circuitKey);
  }

  private giveBack(child: ProverProcess): void {
    if (child.alive && child.proofs < this.options.recycleAfter) this.idle.push(child);
    else child.kill();
  }
}

/** What is fetched, or an error when that takes longer than an attempt may. A slow server holds no slot for ever. */
async function orLate<T>(work: Promise<T>, fetching: AbortSignal, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.aborted ? signal.reason : tooSlow());
    if (fetching.aborted) stop();
    fetching.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([work, late]);
}

const tooSlow = (): ZkStateError =>
  new ZkStateError({ code: "ARTIFACT_MISSING", message: "The artifacts did not come within the limit of an attempt.", retryable: true });

/** @throws DISK_FULL, READ_ONLY, IO_FAILED */
async function written(path: string, bytes: Uint8Array): Promise<string> {
  try {
    await writeFile(path, bytes);
    return path;
  } catch (e) {
    throw fileError(e, path);
  }
}
