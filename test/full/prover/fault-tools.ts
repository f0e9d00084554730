// Processes, disks and waiting, for the fault tests.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const modulesDir = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const script = fileURLToPath(new URL("./build-process.ts", import.meta.url));
const loader = fileURLToPath(new URL("../../../node_modules/tsx/dist/loader.mjs", import.meta.url));

export interface Built {
  readonly digest: string;
  readonly vkeyDigest?: string;
  readonly notes: readonly string[];
}

/** Start build-process.ts; `done` resolves with what it printed, or rejects with its standard error. */
export function startBuild(cacheDir: string, mainCircom: string, what: "circuit" | "keys"): { child: ChildProcess; done: Promise<Built> } {
  const child = spawn(process.execPath, ["--import", loader, script, cacheDir, mainCircom, what], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString("utf8");
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString("utf8");
  });
  const done = new Promise<Built>((resolve, reject) => {
    child.on("exit", (status) => (status === 0 ? resolve(JSON.parse(out) as Built) : reject(new Error(err || `status ${status}`))));
  });
  done.catch(() => undefined);
  return { child, done };
}

/** Names below a folder, at any depth; none when it does not exist. */
export function listing(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true }).map(String);
  } catch {
    return [];
  }
}

/** Wait until `seen` holds, for at most 60 s. */
export async function until(seen: () => boolean): Promise<void> {
  for (let i = 0; i < 12_000 && !seen(); i++) await sleep(5);
  if (!seen()) throw new Error("waited in vain");
}

/** Mount a file system of `bytes` in memory on `dir`; false where that is not allowed. */
export async function mountSmallDisk(dir: string, bytes: number): Promise<boolean> {
  await mkdir(dir, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export function remountReadOnly(dir: string): void {
  execFileSync("mount", ["-o", "remount,ro", dir], { stdio: "ignore" });
}

export function unmount(dir: string): void {
  execFileSync("umount", ["-l", dir], { stdio: "ignore" });
}
