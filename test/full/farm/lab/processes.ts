// The farm's commands as real processes, with their logs, and a way to find what they leave behind.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { MAIN } from "../../../helpers/built-program.js";

export interface LogLine {
  readonly msg?: string;
  readonly level?: string;
  readonly jobId?: string;
  readonly batchNumber?: number;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running command. */
export class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";
  private readonly waiting = new Set<() => void>();

  constructor(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString("utf8");
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString("utf8");
      for (const look of this.waiting) look();
    });
    this.ended = new Promise((resolve) => this.child.on("close", (code, signal) => resolve({ code, signal })));
    void this.ended.then(() => {
      for (const look of this.waiting) look();
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Log lines so far: those that are JSON. */
  get log(): LogLine[] {
    return this.stderr.split("\n").flatMap((line) => {
      try {
        return line.startsWith("{") ? [JSON.parse(line) as LogLine] : [];
      } catch {
        return [];
      }
    });
  }

  /** The `nth` log line with this message, waited for. @throws with the whole log when it does not come in time, or the process ends */
  async logged(msg: string | RegExp, { nth = 1, timeoutMs = 120_000 } = {}): Promise<LogLine> {
    const matches = (line: LogLine) => (typeof msg === "string" ? line.msg === msg : msg.test(line.msg ?? ""));
    const found = () => this.log.filter(matches)[nth - 1];
    const first = found();
    if (first !== undefined) return first;
    return new Promise((resolve, reject) => {
      const done = (finish: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(look);
        finish();
      };
      const look = () => {
        const line = found();
        if (line !== undefined) done(() => resolve(line));
        else if (this.child.exitCode !== null || this.child.signalCode !== null)
          done(() => reject(new Error(`ended without logging ${msg}: ${this.stderr}`)));
      };
      const timer = setTimeout(() => done(() => reject(new Error(`no ${msg} within ${timeoutMs} ms: ${this.stderr}`))), timeoutMs);
      this.waiting.add(look);
    });
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.child.kill(signal);
  }

  /** SIGTERM, and the end. */
  async stop(): Promise<Ended> {
    this.kill("SIGTERM");
    return this.ended;
  }

  /** Process ids of its children of this kind, such as "prove-child". */
  children(script: string): number[] {
    return processes()
      .filter(({ parent, command }) => parent === this.pid && command.includes(script))
      .map(({ pid }) => pid);
  }

  /** A child of this kind, waited for. */
  async childRunning(script: string, timeoutMs = 60_000): Promise<number> {
    for (const end = Date.now() + timeoutMs; ; await sleep(20)) {
      const [pid] = this.children(script);
      if (pid !== undefined) return pid;
      if (Date.now() > end) throw new Error(`no ${script} within ${timeoutMs} ms: ${this.stderr}`);
    }
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const status = read(`/proc/${name}/status`);
      // A zombie has ended; only its parent has not looked yet.
      const parent = /^State:\s+Z/m.test(status) ? -1 : Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? -1);
      return { pid: Number(name), parent, command: read(`/proc/${name}/cmdline`).replaceAll("\0", " ") };
    })
    .filter(({ parent }) => parent >= 0);
}

/** Processes whose environment has this mark: what a lab started, and what that started. */
export const marked = (mark: string): Process[] => processes().filter(({ pid }) => read(`/proc/${pid}/environ`).includes(mark));

/** Time on a processor that all threads of a process have had, in ticks of the kernel. */
export function cpuTicks(pid: number): number {
  const [, , , , , , , , , , , user, system] = afterName(read(`/proc/${pid}/stat`));
  return Number(user) + Number(system);
}

/** Whether a thread of a process runs, waits for a processor, or for a disk. */
export const hasWork = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).some((tid) => /^[RD]/.test(afterName(read(`/proc/${pid}/task/${tid}/stat`))[0] ?? ""));

/** The fields of a stat file from the state on: the name before it may hold anything. */
const afterName = (stat: string): string[] => stat.slice(stat.lastIndexOf(")") + 2).split(" ");
