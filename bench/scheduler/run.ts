// The scheduler under load: many jobs, many workers, proofs that take no work.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

export interface SchedulerLoad {
  readonly jobs: number;
  readonly workers: number;
  /** Processes among which the workers are spread. */
  readonly processes: number;
  /** Mean time of a proof. */
  readonly proofMs: number;
  /** Jobs that are in the queue at a time. @defaultValue the coordinator's own */
  readonly window?: number;
}

export interface SchedulerResult extends SchedulerLoad {
  readonly seconds: number;
  readonly jobsPerSecond: number;
  readonly proven: number;
  /** Proofs accepted beyond the first of a batch. */
  readonly again: number;
  readonly coordinatorPeakMiB: number;
}

const start = (script: string, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ["--import", TSX, join(import.meta.dirname, script), ...args], { stdio: ["ignore", "pipe", "inherit"] });

export async function runScheduler(url: string, load: SchedulerLoad): Promise<SchedulerResult> {
  const { jobs, workers, processes, proofMs, window } = load;
  const dir = mkdtempSync(join(tmpdir(), "zkstate-scheduler-"));
  const each = Math.ceil(workers / processes);
  const farm = Array.from({ length: processes }, (_, i) => start("workers-process.ts", [url, `${each}`, `${proofMs}`, `p${i}`]));
  try {
    await Promise.all(farm.map(({ stdout }) => once(stdout as NodeJS.ReadableStream, "data")));
    const coordinator = start("coordinator-process.ts", [url, dir, `${jobs}`, ...(window === undefined ? [] : [`${window}`])]);
    let text = "";
    coordinator.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    const [code] = (await once(coordinator, "close")) as [number];
    if (code !== 0) throw new Error(`the coordinator ended with ${code}`);
    const { seconds, proven, again, peakBytes } = JSON.parse(text) as { seconds: number; proven: number; again: number; peakBytes: number };
    return { ...load, seconds, jobsPerSecond: proven / seconds, proven, again, coordinatorPeakMiB: peakBytes / 2 ** 20 };
  } finally {
    for (const process of farm) process.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}
