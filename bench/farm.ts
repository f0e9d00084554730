// What the farm costs over the same proofs made directly, what a second worker brings, and the scheduler under load. `npm run bench:farm`
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { instance } from "../circuits/instances.js";
import { readBatchFile } from "../cli/batch-file.js";
import { executeFile } from "../cli/execute/execute-file.js";
import { batchText } from "../cli/write-text.js";
import { LedgerStore } from "../ledger/store/ledger-store.js";
import { simulateMarket } from "../simulate/market.js";
import { startRedis } from "../test/helpers/redis.js";
import { writeResults } from "./machine.js";
import { runScheduler } from "./scheduler/run.js";

const MAIN = join(import.meta.dirname, "../dist/cli/main.js");
const PROFILE = "default";
const BATCHES = 12;

interface Line {
  readonly at: number;
  readonly msg: string;
}

/** A command of the built program, and its log with the time at which each line came. */
class Logged {
  readonly lines: Line[] = [];
  readonly child: ChildProcess;

  constructor(args: readonly string[], cwd: string, url: string) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { ...process.env, ZKSTATE_REDIS_URL: url },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      for (const line of chunk
        .toString("utf8")
        .split("\n")
        .filter((text) => text.startsWith("{"))) {
        const { msg, time } = JSON.parse(line) as { msg: string; time: string };
        this.lines.push({ at: Date.parse(time), msg });
      }
    });
  }

  times(msg: string): number[] {
    return this.lines.filter((line) => line.msg === msg).map(({ at }) => at);
  }

  async seen(msg: string, count = 1): Promise<void> {
    while (this.times(msg).length < count) {
      if (this.child.exitCode !== null) throw new Error(`a command ended before ${msg}`);
      await sleep(20);
    }
  }
}

async function ledger(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "zkstate-bench-farm-"));
  const run = simulateMarket({ seed: "farm", accounts: 12, batches: BATCHES, profile: instance(PROFILE), source: { kind: "walk" } });
  const { store } = await executeFile(
    join(dir, ".zkstate"),
    readBatchFile(batchText(run.venue.items, "b.jsonl")),
    instance(PROFILE),
    false,
  );
  await store.close();
  return dir;
}

function count(dir: string): number {
  const store = LedgerStore.open(join(dir, ".zkstate"), { readOnly: true });
  const { batchNumber } = store.head();
  void store.close();
  return batchNumber;
}

/** Seconds per proof when one process makes them one after the other, as `zkstate prove` does without --redis. */
async function direct(): Promise<number> {
  const { proveBatches } = (await import(
    new URL("../dist/cli/proof/prove-batches.js", import.meta.url).href
  )) as typeof import("../cli/proof/prove-batches.js");
  const { resolveSettings } = await import("../cli/settings.js");
  const { makeOutput } = await import("../cli/output.js");
  const { accelerate } = await import("../native/accelerate.js");
  accelerate();
  const dir = await ledger();
  const settings = resolveSettings({ data: join(dir, ".zkstate"), out: join(dir, "proofs"), threads: "1" }, process.env, dir);
  const context = { output: makeOutput(process, { quiet: true }), settings, signal: new AbortController().signal, env: process.env };
  const progress = { label: "", onStage: () => undefined, stop: () => undefined };
  const store = LedgerStore.open(settings.data.value);
  try {
    const [first = 0, ...rest] = [...store.unproven()];
    // The first one loads the key and compiles the witness program, as the farm's first one does.
    await proveBatches(context, store, [first], progress);
    const start = performance.now();
    await proveBatches(context, store, rest, progress);
    return (performance.now() - start) / 1000 / rest.length;
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Seconds per proof between the first and the last one that the coordinator took, once every worker is warm. */
async function farm(workers: number): Promise<number> {
  const [redis, dir] = [await startRedis(), await ledger()];
  const sizes = ["--concurrency", "1", "--threads", "1", "--log", "json"];
  const farm = Array.from({ length: workers }, (_, i) => new Logged(["worker", "--name", `w${i}`, ...sizes], dir, redis.url));
  try {
    await Promise.all(farm.map((worker) => worker.seen("ready")));
    const coordinator = new Logged(["coordinator", "--listen", "127.0.0.1:0", "--log", "json"], dir, redis.url);
    farm.push(coordinator);
    const batches = count(dir);
    await coordinator.seen("accepted", batches);
    const accepted = coordinator.times("accepted").sort((a, b) => a - b);
    const [from = 0, to = 0] = [accepted[workers - 1], accepted.at(-1)];
    return (to - from) / 1000 / (batches - workers);
  } finally {
    for (const { child } of farm) child.kill("SIGKILL");
    await redis.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));
const ROUNDS = 2;

/** Rounds take turns, so that what else the machine does weighs on all alike; the better round of each counts. */
async function proofs() {
  const seconds: { direct: number[]; one: number[]; two: number[] } = { direct: [], one: [], two: [] };
  for (let round = 0; round < ROUNDS; round++) {
    seconds.direct.push(await direct());
    seconds.one.push(await farm(1));
    seconds.two.push(await farm(2));
    process.stdout.write(`${JSON.stringify(seconds)}\n`);
  }
  const [alone, one, two] = [seconds.direct, seconds.one, seconds.two].map((values) => Math.min(...values)) as [number, number, number];
  return {
    profile: PROFILE,
    batches: BATCHES,
    secondsPerProof: { direct: rounded(alone), oneWorker: rounded(one), twoWorkers: rounded(two) },
    overheadPercent: rounded(100 * (one / alone - 1), 1),
    timesTwoWorkers: rounded(one / two, 2),
  };
}

async function scheduler() {
  const redis = await startRedis();
  try {
    const load = { jobs: 10_000, workers: 200, processes: 2, proofMs: 100 };
    const result = await runScheduler(redis.url, load);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    const { seconds, jobsPerSecond, coordinatorPeakMiB, ...rest } = result;
    return {
      ...rest,
      seconds: rounded(seconds, 1),
      jobsPerSecond: rounded(jobsPerSecond, 1),
      coordinatorPeakMiB: Math.round(coordinatorPeakMiB),
    };
  } finally {
    await redis.close();
  }
}

writeResults("farm", "npm run bench:farm", { proofs: await proofs(), scheduler: await scheduler() });
