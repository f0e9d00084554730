// One ledger for several faults: each test has batches and a coordinator of its own, and must leave everything whole.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { parseItems } from "../../../../cli/batch-file.js";
import { batchText } from "../../../../cli/write-text.js";
import { asZkStateError } from "../../../../core/errors.js";
import { FarmTable } from "../../../../farm/table.js";
import { isOpen, type Task } from "../../../../farm/task.js";
import { FOLDERS } from "../../../../farm/worker/prover-process.js";
import type { BatchItem } from "../../../../ledger/codec.js";
import { sweepTemporaries } from "../../../../prover/file-upkeep.js";
import { batchFile, Lab } from "./lab.js";
import { type Command, cpuTicks, hasWork, type LogLine } from "./processes.js";

export class FaultLab {
  private readonly coordinators: Command[] = [];

  private constructor(
    readonly lab: Lab,
    /** Items of one batch each, still to be executed. */
    private readonly rest: BatchItem[][],
  ) {
    mkdirSync(this.tmp);
  }

  /** @param batches most that all tests together execute */
  static async make(seed: string, batches: number): Promise<FaultLab> {
    const [, ...items] = parseItems(batchFile(seed, batches));
    const rest: BatchItem[][] = [];
    for (const item of items) {
      if (item.kind === "report") rest.push([item]);
      else rest.at(-1)?.push(item);
    }
    return new FaultLab(await Lab.make({ batches: 0, seed }), rest);
  }

  /** Temporary files of the workers. */
  get tmp(): string {
    return join(this.lab.dir, "tmp");
  }

  /** The batch file that was executed last. */
  get file(): string {
    return join(this.lab.dir, "batch.jsonl");
  }

  /** Executes this many batches more. @returns their numbers */
  async more(batches: number): Promise<readonly number[]> {
    const text = batchText(this.rest.splice(0, batches).flat(), this.file);
    writeFileSync(this.file, text);
    for (;;) {
      try {
        return await this.lab.execute(text);
      } catch (e) {
        if (asZkStateError(e).code !== "STORE_BUSY") throw e;
        await sleep(20);
      }
    }
  }

  async coordinator(...args: string[]): Promise<Command> {
    const command = await this.lab.coordinator(args);
    this.coordinators.push(command);
    return command;
  }

  worker(name: string, ...args: string[]): Promise<Command> {
    return this.lab.worker(name, args, { TMPDIR: this.tmp });
  }

  /** The proving process of a worker, waited for until it has a proof in hand. */
  async proving(worker: Command): Promise<number> {
    const pid = await worker.childRunning("prove-child");
    const dir = folderOf(pid);
    await until(`${pid} proves`, () => existsSync(dir) && readdirSync(dir).some((name) => name.startsWith("zkstate-prove-")));
    return pid;
  }

  /** Tasks of batches that have their proof, once the coordinator is done with them: it tells the ledger and its log before the table. */
  async tasks(numbers: readonly number[]): Promise<Task[]> {
    let found: Task[] = [];
    await until(`tasks ${numbers} are closed`, async () => {
      found = await FarmTable.look(this.lab.data, (table) => numbers.flatMap((n) => table.get(n) ?? []));
      return found.length === numbers.length && !found.some(isOpen);
    });
    return found;
  }

  /** The end of a test: the farm is whole; where the test has failed, nothing that it started disturbs the next one. */
  async settle(failed: boolean): Promise<void> {
    if (failed) return this.lab.endAll();
    await this.expectWhole();
  }

  /** Everything proven, once; every command ended; no process, lock or temporary file left. */
  private async expectWhole(): Promise<void> {
    await this.lab.untilProven();
    await this.lab.expectOnce(...this.coordinators);
    await this.lab.expectNothingLeft();
    await until("no temporary file is left", () => {
      sweepTemporaries(this.tmp, FOLDERS); // as the next worker does for one that was killed before its proving process had begun
      return readdirSync(this.tmp).length === 0;
    });
  }

  /** The end of all tests: every proof valid, and all of them one chain. */
  async close(): Promise<void> {
    try {
      await this.lab.expectChain();
      await this.lab.expectNothingLeft();
    } finally {
      await this.lab.close();
    }
  }
}

/** The folder of a proving process. */
export const folderOf = (pid: number): string =>
  /ZKSTATE_PROVER_DIR=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1] ?? "";

/** Waits until something is so. @returns milliseconds that it took */
export async function until(what: string, look: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<number> {
  const start = Date.now();
  while (!(await look())) {
    if (Date.now() - start > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
  return Date.now() - start;
}

/** Waits until a proving process has given its answer: no thread of it has run for as long as a busy machine lets one wait. */
export async function untilAnswered(pid: number): Promise<void> {
  const QUIET_MS = 1000;
  let used = cpuTicks(pid);
  for (let since = Date.now(); Date.now() - since < QUIET_MS; await sleep(50)) {
    const now = cpuTicks(pid);
    if (now === used && !hasWork(pid)) continue;
    used = now;
    since = Date.now();
  }
}

/** When a line was logged. */
export const timeOf = ({ time }: LogLine): number => Date.parse(String(time));

/** The first line with this message about this batch, waited for. */
export async function loggedFor(command: Command, msg: string, batchNumber: number | undefined, timeoutMs = 180_000): Promise<LogLine> {
  const find = () => command.log.find((line) => line.msg === msg && line.batchNumber === batchNumber);
  await until(`${msg} of batch ${batchNumber}\n${command.stderr}`, () => find() !== undefined, timeoutMs);
  return find() as LogLine;
}

/** False also for a process that has ended and was not looked at yet. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const urlOf = ({ log }: Command): string => String(log.find(({ msg }) => msg === "listening")?.["url"]);

/** A metric with the labels that its name has here, such as `a{b="c"}`, or summed over all labels; 0 where nothing was counted yet. */
export async function metric(coordinator: Command, name: string): Promise<number> {
  const text = await (await fetch(`${urlOf(coordinator)}/metrics`)).text();
  expect(text).toContain(`# TYPE ${name.split("{")[0]} `);
  const lines = text.split("\n").filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
