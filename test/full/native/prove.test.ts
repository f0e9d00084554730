// Native proofs: bit for bit those of snarkjs under the same blinding, and what happens around them: cancellation, memory, the event loop.
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { curves, groth16 } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NativeProveJob, nativeAddon } from "../../../native/addon.js";
import type { CircuitSource } from "../../../prover/artifacts.js";
import { type CircuitInput, computeWitness } from "../../../prover/witness.js";
import { cpuMs } from "../../helpers/cpu-time.js";
import { allPublic, cuber, linear, multiplier, noPublic, poseidonChain, prepared, tempDir, unused } from "../../helpers/toy-circuit.js";
import { decodeNumbers, encodeNumbers, SCALAR } from "./values.js";

const { addon, why } = nativeAddon();
if (addon === undefined) throw new Error(`no native addon: ${why}`);
const ENGINES = addon.engines();

/** snarkjs' curve, one a process, of which its prover takes its blinding. */
interface SnarkjsCurve {
  readonly Fr: { e(value: bigint): unknown; random: () => unknown };
  terminate(): Promise<void>;
}
let curve: SnarkjsCurve;
let dir: string;
beforeAll(async () => {
  dir = await tempDir();
  curve = (await curves.getCurveFromName("bn128")) as SnarkjsCurve;
});
afterAll(() => curve.terminate());

type Blinding = readonly [r: bigint, s: bigint];
const job = ({ zkeyPath, wtnsPath }: Files, [r, s]: Blinding, over: Partial<NativeProveJob> = {}): NativeProveJob => ({
  zkeyPath,
  wtnsPath,
  r: encodeNumbers([r]),
  s: encodeNumbers([s]),
  threads: 1,
  ...over,
});

interface Files {
  readonly zkeyPath: string;
  readonly wtnsPath: string;
  readonly vkey: unknown;
}
async function filesOf(source: CircuitSource, input: CircuitInput): Promise<Files> {
  const { circuit, keys } = await prepared(source, dir);
  const wtnsPath = join(dir, `${source.name}.wtns`);
  await computeWitness({ wasmPath: circuit.wasmPath, input, wtnsPath });
  return { zkeyPath: keys.zkeyPath, wtnsPath, vkey: keys.vkey };
}

/** Shaped as snarkjs has it. */
function proofOf(bytes: Uint8Array) {
  const [ax = "", ay = "", bx0 = "", bx1 = "", by0 = "", by1 = "", cx = "", cy = "", ...publicSignals] = decodeNumbers(bytes).map(String);
  const proof = {
    pi_a: [ax, ay, "1"],
    pi_b: [[bx0, bx1], [by0, by1], ["1", "0"]], // biome-ignore format: one line
    pi_c: [cx, cy, "1"],
    protocol: "groth16",
    curve: "bn128",
  };
  return { proof, publicSignals };
}

async function snarkjsProof({ zkeyPath, wtnsPath }: Files, blinding: Blinding) {
  const { Fr } = curve;
  const { random } = Fr;
  const values = blinding.map((v) => Fr.e(v));
  Fr.random = () => values.shift();
  try {
    return await groth16.prove(zkeyPath, wtnsPath);
  } finally {
    Fr.random = random;
  }
}

const prove = async (files: Files, blinding: Blinding, over: Partial<NativeProveJob> = {}) => proofOf(await addon.prove(job(files, blinding, over)).promise); // biome-ignore format: one line

const SOME: Blinding = [SCALAR / 3n, (SCALAR * 2n) / 7n];
const toys = [multiplier(), cuber(), allPublic(), linear(), unused(), noPublic()];
const chains = [1, 5].map((rounds) => ({ ...poseidonChain(rounds), input: { a: "1" } }));

describe("equality with snarkjs", () => {
  it.each([...toys, ...chains])("$name", async (toy) => {
    const files = await filesOf(toy, toy.input);
    const want = await snarkjsProof(files, SOME);
    expect(await groth16.verify(files.vkey, want.publicSignals, want.proof)).toBe(true);
    for (const engine of ENGINES)
      for (const threads of [1, 2, 3]) expect(await prove(files, SOME, { engine, threads }), `${engine}, ${threads} threads`).toEqual(want);
  });

  it("holds for every blinding, none and the largest among them", async () => {
    const files = await filesOf(multiplier(), multiplier().input);
    for (const blinding of [
      [0n, 0n],
      [0n, 1n],
      [1n, 0n],
      [1n, 1n],
      [SCALAR - 1n, SCALAR - 1n],
      [SCALAR - 1n, 1n],
      [1n << 253n, (1n << 128n) - 1n],
    ] as const) {
      // biome-ignore format: one line
      const want = await snarkjsProof(files, blinding);
      for (const engine of ENGINES) expect(await prove(files, blinding, { engine }), `${engine} ${blinding}`).toEqual(want);
    }
  });
});

describe("a larger circuit", () => {
  let files: Files;
  beforeAll(async () => {
    files = await filesOf(poseidonChain(20), { a: "1" });
  });

  it("is proven as by snarkjs, by two calls at once too", async () => {
    const want = await snarkjsProof(files, SOME);
    const other: Blinding = [5n, 6n];
    for (const engine of ENGINES) {
      const [first, second] = await Promise.all([prove(files, SOME, { engine, threads: 2 }), prove(files, other, { engine, threads: 2 })]);
      expect(first, engine).toEqual(want);
      expect(second, engine).not.toEqual(want);
      expect(await groth16.verify(files.vkey, second.publicSignals, second.proof)).toBe(true);
    }
  });

  it("stops whenever it is cancelled", async () => {
    const t0 = performance.now();
    await prove(files, SOME, { threads: 2 });
    const whole = performance.now() - t0;
    const latencies: number[] = [];
    for (let part = 0; part < 20; part++) {
      const task = addon.prove(job(files, SOME, { threads: 2 }));
      const outcome = task.promise.then(() => "proof", (e: { code: string }) => e.code); // biome-ignore format: one line
      if (part > 0) await sleep((part / 20) * whole);
      const cancelled = cpuMs();
      task.cancel();
      const how = await outcome;
      latencies.push(cpuMs() - cancelled);
      if (part === 0) expect(how).toBe("INTERRUPTED");
      expect(["INTERRUPTED", "proof"]).toContain(how);
    }
    const slowest = Math.max(...latencies);
    console.log(`a proof of ${whole.toFixed(0)} ms took at most ${slowest.toFixed(1)} ms of processor time after it was cancelled`);
    expect(slowest).toBeLessThan(1000);
  });

  it("ends with the thread that asked for it", async () => {
    const code = `const { parentPort, workerData: { addon, job } } = require("node:worker_threads");
      require(addon).prove({ ...job, onProgress() {} });
      parentPort.postMessage("begun");`;
    const path = fileURLToPath(new URL("../../../native/build/zkstate.node", import.meta.url));
    const worker = new Worker(code, { eval: true, workerData: { addon: path, job: job(files, SOME, { engine: "portable" }) } });
    await once(worker, "message");
    const t0 = cpuMs();
    await worker.terminate();
    expect(cpuMs() - t0).toBeLessThan(1000);
  });

  it("leaves the event loop free, and says how far it is", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const fractions: number[] = [];
    const t0 = performance.now();
    await prove(files, SOME, { engine: "portable", threads: 1, onProgress: (f) => fractions.push(f) });
    const elapsed = performance.now() - t0;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(elapsed / 100);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.every((f) => f >= 0 && f <= 1)).toBe(true);
  });
});

describe("many proofs", () => {
  it("take no more memory than a few", async () => {
    const files = await filesOf(multiplier(), multiplier().input);
    const several = async (n: number) => {
      for (let i = 0; i < n; i++) await prove(files, SOME, { threads: 2 });
    };
    await several(20);
    const before = process.memoryUsage.rss();
    await several(50);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 << 20);
  });
});

describe("what cannot be proven", () => {
  it("is refused with a code", async () => {
    const one = await filesOf(multiplier(), multiplier().input);
    const two = await filesOf(noPublic(), noPublic().input);
    const failure = (files: Files) => addon.prove(job(files, SOME)).promise;
    await expect(failure({ ...one, wtnsPath: join(dir, "none") })).rejects.toMatchObject({ code: "IO_FAILED" });
    await expect(failure({ ...one, zkeyPath: dir })).rejects.toMatchObject({ code: "IO_FAILED" });
    await expect(failure({ ...one, zkeyPath: one.wtnsPath })).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    await expect(failure({ ...one, wtnsPath: two.wtnsPath })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
  });

  it("is refused at once when the job is malformed", async () => {
    const files = await filesOf(multiplier(), multiplier().input);
    expect(() => addon.prove(job(files, SOME, { engine: "abacus" }))).toThrow("abacus");
    expect(() => addon.prove(job(files, SOME, { r: new Uint8Array(31) }))).toThrow("32 bytes");
    expect(() => addon.prove({ ...job(files, SOME), s: "no bytes" as unknown as Uint8Array })).toThrow();
    expect(() => addon.prove({ ...job(files, SOME), threads: "two" as unknown as number })).toThrow();
    expect(() => addon.prove({ ...job(files, SOME), zkeyPath: 3 as unknown as string })).toThrow();
  });
});
