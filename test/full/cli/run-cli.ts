// The command line as real child processes, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt, MAIN } from "../../helpers/built-program.js";

await ensureBuilt();

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
  /** Resolves once stderr has matched; rejects when the process ends first. */
  readonly seen: (pattern: RegExp) => Promise<void>;
}

export interface Place {
  readonly dir: string;
  readonly start: (args: readonly string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }) => Running;
  readonly run: (args: readonly string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }) => Promise<Finished>;
  readonly remove: () => void;
}

/** A working folder; its settings come from flags and the given environment only, the cache is the machine's. */
export function makePlace(): Place {
  const dir = mkdtempSync(join(tmpdir(), "zkstate-cli-"));
  const start: Place["start"] = (args, { stdin, env = {} } = {}) => {
    const { ZKSTATE_CACHE, PATH, HOME } = process.env;
    const clean = Object.fromEntries(
      Object.entries({ ZKSTATE_CACHE, PATH, HOME, NO_COLOR: "1", ...env }).filter(([, v]) => v !== undefined),
    );
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: dir, env: clean, stdio: ["pipe", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    const waiting: (() => void)[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      for (const look of waiting) look();
    });
    child.stdin.on("error", () => undefined); // a process that ends without reading its input
    child.stdin.end(stdin ?? "");
    const done = new Promise<Finished>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })));
    const seen = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => pattern.test(stderr) && resolve();
        waiting.push(look);
        look();
        void done.then(() => reject(new Error(`ended without ${pattern}: ${stderr}`)));
      });
    return { child, done, seen };
  };
  return { dir, start, run: (args, options) => start(args, options).done, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
