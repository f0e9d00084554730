// Worker threads and child processes run scripts that stand beside the code that starts them: .js once built, .ts under vitest or tsx.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

interface Script {
  readonly url: string;
  /** URL of tsx's loader when the script is TypeScript source. */
  readonly loader: string | undefined;
}

/** Find `./name.js` beside the module at `moduleUrl`, or `./name.ts` with the loader that runs it. */
function siblingScript(moduleUrl: string, name: string): Script {
  const built = new URL(`./${name}.js`, moduleUrl);
  if (existsSync(built)) return { url: built.href, loader: undefined };
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return { url: new URL(`./${name}.ts`, moduleUrl).href, loader };
}

/** Start a sibling as a worker thread. */
export function startWorker(moduleUrl: string, name: string, workerData?: unknown): Worker {
  const { url, loader } = siblingScript(moduleUrl, name);
  if (loader === undefined) return new Worker(new URL(url), { workerData });
  // --import does not reach worker threads on Node 20, so the loader is registered from inside.
  const api = new URL("./esm/api/index.mjs", loader).href;
  const boot = `import(${JSON.stringify(api)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(url)}); });`;
  return new Worker(boot, { eval: true, workerData, execArgv: [] });
}

/** Start a sibling as a child process with an IPC channel; its stdout is dropped, its stderr piped. */
export function startChild(moduleUrl: string, name: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const { url, loader } = siblingScript(moduleUrl, name);
  const execArgv = loader === undefined ? [] : ["--import", loader];
  const all = { ...process.env, ...env };
  return fork(fileURLToPath(url), [], { execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"], serialization: "advanced", env: all });
}
