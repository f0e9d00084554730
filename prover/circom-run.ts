// The circom compiler (the circom2 package, compiled to wasm) as a child process.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, parse, resolve } from "node:path";
import { ZkStateError } from "../core/errors.js";

const require = createRequire(import.meta.url);

export type Optimization = 1 | 2;

// V8 optimises a WebAssembly function once it has run this many bytes' worth. The compiler is a large program that most circuits use little of:
// with the default of Node 20, a tenth of this, a small circuit takes twice as long, most of it spent on optimising the compiler.
const TIERING_BUDGET = 18_000_000;
/** Set by the process itself, since Node does not start with a flag that its V8 has no more. Arguments: the script, and its own. */
const WITH_BUDGET = `require("node:v8").setFlagsFromString("--wasm-tiering-budget=${TIERING_BUDGET}"); require(process.argv[1]);`;

/** The installed compiler's version, such as "circom2 0.2.23". */
export function compilerVersion(): string {
  const manifest = JSON.parse(readFileSync(require.resolve("circom2/package.json"), "utf8")) as { version: string };
  return `circom2 ${manifest.version}`;
}

/**
 * Compile `mainText` into `outDir`, as circuit.r1cs, circuit.wasm and circuit.sym.
 * @throws COMPILE_FAILED with the compiler's own words in details.log
 */
export async function runCircom(
  mainText: string,
  includeDirs: readonly string[],
  optimization: Optimization,
  outDir: string,
): Promise<void> {
  const scratch = await mkdtemp(join(outDir, "circom-"));
  const main = join(scratch, "circuit.circom");
  await writeFile(main, mainText);
  const libs = includeDirs.flatMap((dir) => ["-l", resolve(dir)]);
  const args = [main, "--r1cs", "--wasm", "--sym", `--O${optimization}`, ...libs, "-o", scratch];
  const { status, log } = await run(["-e", WITH_BUDGET, require.resolve("circom2/cli.js"), ...args], parse(scratch).root);
  if (status !== 0) throw await reasonFor(outDir, log);
  try {
    await rename(join(scratch, "circuit.r1cs"), join(outDir, "circuit.r1cs"));
    await rename(join(scratch, "circuit_js", "circuit.wasm"), join(outDir, "circuit.wasm"));
    await rename(join(scratch, "circuit.sym"), join(outDir, "circuit.sym"));
  } catch (e) {
    throw await reasonFor(outDir, log, e);
  }
  await rm(scratch, { recursive: true, force: true });
}

// The compiler sees the disk through WASI, which resolves paths only below the working directory: it runs at the root.
function run(argv: readonly string[], cwd: string): Promise<{ status: number | null; log: string }> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, argv, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (status) => done({ status, log: plain(Buffer.concat(chunks).toString("utf8")) }));
  });
}

function plain(text: string): string {
  const esc = String.fromCharCode(27);
  return text.replaceAll(new RegExp(`${esc}\\[[0-9;]*m`, "g"), "").trim();
}

function failed(log: string, cause?: unknown): ZkStateError {
  const line = log.split("\n").find((l) => l.includes("error") && !l.startsWith("previous")) ?? "the compiler gave no reason";
  const next = "correct the circuit; details.log has the compiler's report";
  return new ZkStateError({ code: "COMPILE_FAILED", message: `circom: ${line.trim()}`, next, details: { log }, retryable: false, cause });
}

/** The compiler does not tell a full disk from a bad circuit, so the disk itself is asked. */
async function reasonFor(outDir: string, log: string, cause?: unknown): Promise<unknown> {
  const probe = join(outDir, "probe");
  try {
    await writeFile(probe, Buffer.alloc(1 << 16));
    await rm(probe);
    return failed(log, cause);
  } catch (e) {
    return e;
  }
}
