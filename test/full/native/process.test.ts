// What must not end or hang the process that proves. Each case has a process of its own.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { rapidsnarkBackend } from "../../../prover/backends/rapidsnark.js";
import { snarkjsBackend } from "../../../prover/backends/snarkjs.js";
import { computeWitness } from "../../../prover/witness.js";
import { multiplier, poseidonChain, prepared, type Toy, tempDir } from "../../helpers/toy-circuit.js";

let dir: string;
/** Copies of the addon, keys and witnesses that any user may read. */
let addon: string;
const small = multiplier();
const large = { ...poseidonChain(10), input: { a: "1" } };
beforeAll(async () => {
  dir = await tempDir();
  chmodSync(dir, 0o755);
  addon = join(dir, "zkstate.node");
  copyFileSync(fileURLToPath(new URL("../../../native/build/zkstate.node", import.meta.url)), addon);
  for (const source of [small, large]) {
    const { circuit, keys } = await prepared(source, dir);
    const { zkeyPath, wtnsPath } = filesOf(source);
    copyFileSync(keys.zkeyPath, zkeyPath);
    await computeWitness({ wasmPath: circuit.wasmPath, input: source.input, wtnsPath });
  }
});

const filesOf = ({ name }: Pick<Toy, "name">) => ({ zkeyPath: join(dir, `${name}.zkey`), wtnsPath: join(dir, `${name}.wtns`) });

/** What the code prints, if it ends within two minutes; it finds `addon`, and a `job` for it. */
function printed(code: string, { job = {}, before = [] as readonly string[] } = {}): string {
  const given = { path: addon, job: { ...filesOf(small), threads: 1, ...job } };
  const prelude = `const { path, job } = JSON.parse(process.env.GIVEN);
    job.r = Buffer.alloc(32, 1), job.s = Buffer.alloc(32, 2);
    const addon = require(path), tell = (task) => task.promise.then(() => console.log("proof"), (e) => console.log(e.code));`;
  const [command = "", ...argv] = [...before, process.execPath, "-e", prelude + code];
  const env = { ...process.env, GIVEN: JSON.stringify(given) };
  const run = spawnSync(command, argv, { encoding: "utf8", env, timeout: 120_000, killSignal: "SIGKILL" });
  expect([run.status, run.signal], run.stderr).toEqual([0, null]);
  return run.stdout.trim();
}

describe("a thread that is ended while it cannot listen", () => {
  const ending = (begin: string) => `
    const { Worker } = require("node:worker_threads");
    const code = \`const { parentPort, workerData: { path, job } } = require("node:worker_threads"), addon = require(path);
      ${begin}
      parentPort.postMessage("begun");
      for (;;);\`;
    const worker = new Worker(code, { eval: true, workerData: { path, job } });
    worker.once("message", () => setTimeout(() => worker.terminate().then(() => console.log("ended")), 500));`;

  it.each([
    ["a proof", "addon.prove(job);"],
    ["an interruption", "addon.prove(job).cancel();"],
    ["a refusal", `addon.prove({ ...job, zkeyPath: "none" });`],
  ])("leaves its process alive with %s on the way", (_what, begin) => {
    expect(printed(ending(begin))).toBe("ended");
  });

  it("leaves its process alive with progress on the way", () => {
    const job = { ...filesOf(large), engine: "portable" };
    expect(printed(ending("addon.prove({ ...job, onProgress() {} });"), { job })).toBe("ended");
  });
});

describe("a machine without threads to spare", () => {
  const before = ["setpriv", `--reuid=${60_000 + (process.pid % 5000)}`, "--clear-groups"] as const;
  const [setpriv, ...asUser] = before;
  /** Only root may be another user. */
  const isAllowed = spawnSync(setpriv, [...asUser, process.execPath, "-e", ""]).status === 0;

  /** Under a user of its own, who may have `more` threads than the program has at its start. */
  function withThreads(more: number): string {
    const code = `const used = require("node:fs").readdirSync("/proc/self/task").length + ${more};
      require("node:child_process").execFileSync("prlimit", ["--pid", String(process.pid), "--nproc=" + used + ":"]);
      tell(addon.prove({ ...job, onProgress() {} }));`;
    return printed(code, { before });
  }

  it.skipIf(!isAllowed).each([
    [0, "PROVER_FAILED"],
    [1, "proof"], // nobody says how far it is
  ])("with %i more: %s", (more, outcome) => {
    expect(withThreads(more)).toBe(outcome);
  });
});

it("an array that does not fit in memory is an error that can be caught", () => {
  const before = ["sh", "-c", `ulimit -v 40000000; exec "$0" "$@"`];
  expect(printed("try { addon.poseidonMany(1, new Array(2 ** 32 - 1)) } catch (e) { console.log(e.message) }", { before })).toContain(
    "bad_alloc",
  );
});

it("a number of threads is a whole one from 1, and no more are started than 1024", () => {
  const setup = `const setup = (threads) => {
      const secret = () => Buffer.alloc(32, 7);
      const secrets = { tau: secret(), alpha: secret(), beta: secret(), gamma: secret(), delta: secret() };
      return addon.setup({ r1csPath: "none", zkeyPath: "none", secrets, threads });
    };`;
  const bad = "[0, -1, -(2 ** 31), 0.5, 1.5, NaN, Infinity, -Infinity, '2', null, undefined]";
  const thrown = `const throws = (f) => { try { f(); return false; } catch { return true; } };
    console.log(${bad}.every((threads) => throws(() => addon.prove({ ...job, threads })) && throws(() => setup(threads))));`;
  expect(printed(setup + thrown)).toBe("true");
  for (const threads of [2 ** 30, 2 ** 31, 2 ** 32 - 1, 2 ** 32 + 1]) expect(printed("tell(addon.prove(job))", { job: { threads } })).toBe("proof"); // biome-ignore format: one line
});

it("a pipe in place of a file is refused at once", () => {
  const pipe = join(dir, "pipe");
  expect(spawnSync("sh", ["-c", 'mkfifo "$0"', pipe]).status).toBe(0);
  expect(printed("tell(addon.prove(job))", { job: { zkeyPath: pipe } })).toBe("IO_FAILED");
});

describe.each([2 ** 31, Number.POSITIVE_INFINITY])("a limit of %d ms is not reached at once", (timeoutMs) => {
  it("with snarkjs", async () => {
    const { publicSignals } = await snarkjsBackend.prove({ ...filesOf(small), timeoutMs });
    expect(publicSignals).toEqual(small.publicSignals);
  });

  it("with rapidsnark", async () => {
    const binary = join(dir, `rapidsnark-${timeoutMs}`);
    const proof = { pi_a: ["1"], pi_b: [["1"]], pi_c: ["1"] };
    const script = ["#!/bin/sh", "sleep 0.2", `echo '${JSON.stringify(proof)}' > "$3"`, `echo '["33"]' > "$4"`];
    writeFileSync(binary, script.join("\n"), { mode: 0o755 });
    const { publicSignals } = await rapidsnarkBackend(binary).prove({ ...filesOf(small), timeoutMs });
    expect(publicSignals).toEqual(["33"]);
  });
});
