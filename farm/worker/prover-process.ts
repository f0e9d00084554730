// A proving process as its worker sees it: a task in, an answer out, and every way in which it can die told apart.
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { type ErrorCode, ZkStateError } from "../../core/errors.js";
import type { BackendName } from "../../prover/backends/choose.js";
import { fileError } from "../../prover/file-errors.js";
import { sweepTemporaries, temporaryPrefix } from "../../prover/file-upkeep.js";
import { startChild } from "../../prover/sibling-script.js";
import type { JobCircuit } from "../job.js";
import { type Outcome, shortText } from "../report.js";

export interface ChildTask {
  readonly circuit: JobCircuit;
  readonly wasmPath: string;
  readonly zkeyPath: string;
  readonly inputPath: string;
  readonly publicSignals: readonly string[];
  readonly backend: BackendName;
  readonly threads: number;
}

type Proved = Omit<Extract<Outcome, { kind: "proved" }>, "proof"> & { readonly proof: string };

export type ChildAnswer =
  | Proved
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly retryable: boolean };

/** The proving process died under an attempt. Says nothing about the batch. */
export class ProverDied extends Error {
  constructor(
    readonly how: Extract<Outcome, { kind: "died" }>["how"],
    message: string,
  ) {
    super(shortText(message));
  }
}

export interface ProcessLimits {
  /** Wall clock of an attempt, ms. */
  readonly limitMs: number;
  /** Memory of its own, not counting mapped files, above which the process is killed. */
  readonly memoryBytes: number;
}

/** Behind the worker itself, which must renew its locks in time whatever the provers do. */
const NICENESS = 5;
const WATCH_MS = 500;
/** The process reads programs and keys of strangers: what opens the farm is not for it. */
const NO_SECRETS = Object.fromEntries(
  ["REDIS_URL", "REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_PASSWORD_FILE", "TOKEN", "TOKEN_FILE", "ARTIFACTS"].map((name) => [
    `ZKSTATE_${name}`,
    undefined,
  ]),
);
/** Tells the process its folder. */
export const DIR_VARIABLE = "ZKSTATE_PROVER_DIR";

export class ProverProcess {
  /** Its temporary files, inputs and witnesses: whichever of the two processes outlives the other removes them. */
  readonly dir: string;
  private readonly child: ChildProcess;
  private stderr = "";
  private dead: string | undefined;
  private rss = 0;
  /** Attempts that it has made. */
  proofs = 0;

  /** @param circuitKey the key version that this process has loaded, or is about to @throws DISK_FULL, READ_ONLY, IO_FAILED */
  constructor(readonly circuitKey: string) {
    this.dir = ownFolder();
    this.child = startChild(import.meta.url, "prove-child", { ...NO_SECRETS, [DIR_VARIABLE]: this.dir });
    try {
      if (this.child.pid !== undefined) setPriority(this.child.pid, NICENESS);
    } catch {
      // a courtesy that some systems do not allow
    }
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString("utf8")).slice(-2000);
    });
    this.child.on("error", (e) => this.ended(e.message));
    this.child.on("exit", (status, signal) => this.ended(signal === null ? `status ${status}` : signal));
    this.child.on("close", () => void rm(this.dir, { recursive: true, force: true }).catch(() => undefined));
  }

  private ended(how: string): void {
    this.dead ??= how;
  }

  get alive(): boolean {
    return this.dead === undefined;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resident memory at the last look. */
  get rssBytes(): number {
    return this.rss;
  }

  kill(): void {
    this.ended("SIGKILL by its worker");
    this.child.kill("SIGKILL");
  }

  /**
   * One attempt. Whatever ends it but an answer kills the process.
   * @throws ProverDied; the error that the process reports; the signal's reason when that is aborted
   */
  prove(task: ChildTask, limits: ProcessLimits, signal: AbortSignal): Promise<Proved> {
    this.proofs++;
    return new Promise((resolve, reject) => {
      let killedFor: ProverDied | undefined;
      const kill = (how: ProverDied["how"], message: string) => {
        killedFor ??= new ProverDied(how, message);
        this.kill();
      };
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        clearInterval(watch);
        signal.removeEventListener("abort", onAbort);
        this.child.off("message", onMessage).off("exit", onExit).off("error", onError);
        finish();
      };
      const onAbort = () => {
        this.kill();
        settle(() => reject(signal.reason));
      };
      const onMessage = (answer: ChildAnswer) =>
        settle(() => (answer.kind === "proved" ? resolve(answer) : reject(new ZkStateError({ ...answer, retryable: answer.retryable }))));
      const onExit = (status: number | null, by: NodeJS.Signals | null) => {
        const tail = this.stderr.trim() === "" ? "" : `: ${this.stderr.trim()}`;
        const how = by === null ? `ended with status ${status}` : `was killed by ${by}`;
        settle(() => reject(killedFor ?? new ProverDied(by === null ? "exit" : "signal", `the proving process ${how}${tail}`)));
      };
      const onError = (e: Error) => settle(() => reject(new ProverDied("exit", `the proving process could not run: ${e.message}`)));
      const timer = setTimeout(() => kill("limit", `the proof took longer than ${limits.limitMs} ms`), limits.limitMs);
      const watch = setInterval(() => {
        const { resident, own } = memoryOf(this.child.pid);
        this.rss = resident;
        if (own > limits.memoryBytes) kill("memory", `the proving process took ${own} bytes, more than ${limits.memoryBytes}`);
      }, WATCH_MS);
      this.child.on("message", onMessage).on("exit", onExit).on("error", onError);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      else if (this.dead !== undefined) settle(() => reject(new ProverDied("exit", `the proving process had ended: ${this.dead}`)));
      else this.child.send(task);
    });
  }
}

/** Folders of proving processes. One whose two processes were killed at once is removed by the next worker of this machine. */
export const FOLDERS = "zkstate-prover-";

function ownFolder(): string {
  try {
    sweepTemporaries(tmpdir(), FOLDERS);
  } catch {
    // What others have left is not in the way.
  }
  try {
    return mkdtempSync(join(tmpdir(), temporaryPrefix(FOLDERS)));
  } catch (e) {
    throw fileError(e, tmpdir());
  }
}

/** Linux tells; elsewhere the limit does not bite. */
function memoryOf(pid: number | undefined): { readonly resident: number; readonly own: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
    return { resident: kilobytes("VmRSS") * 1024, own: (kilobytes("RssAnon") + kilobytes("RssShmem")) * 1024 };
  } catch {
    return { resident: 0, own: 0 };
  }
}
