import { readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { groth16 } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { CircuitArtifact } from "../../../prover/artifacts.js";
import type { ProverBackend } from "../../../prover/backends/backend.js";
import { nativeBackend } from "../../../prover/backends/native.js";
import { findRapidsnark, rapidsnarkBackend } from "../../../prover/backends/rapidsnark.js";
import { snarkjsBackend } from "../../../prover/backends/snarkjs.js";
import type { KeyArtifact } from "../../../prover/keys/ensure-keys.js";
import { proveAndVerify } from "../../../prover/prove-batch.js";
import { computeWitness } from "../../../prover/witness.js";
import { builtAddon } from "../../helpers/built-addon.js";
import { multiplier, poseidonChain, prepared, tempDir } from "../../helpers/toy-circuit.js";
import { until } from "./fault-tools.js";

let dir: string;
let circuit: CircuitArtifact;
let keys: KeyArtifact;
let wtnsPath: string;
const { input } = multiplier();
const sharedDir = tempDir();
beforeAll(async () => {
  dir = await tempDir();
  ({ circuit, keys } = await prepared(multiplier(), await tempDir()));
  wtnsPath = join(dir, "w.wtns");
  await computeWitness({ wasmPath: circuit.wasmPath, input, wtnsPath });
});

/** A proof that takes longer than a few milliseconds. */
async function longProof() {
  const chain = await prepared(poseidonChain(20), await sharedDir);
  const path = join(dir, "long.wtns");
  await computeWitness({ wasmPath: chain.circuit.wasmPath, input: { a: "1" }, wtnsPath: path });
  return { zkeyPath: chain.keys.zkeyPath, wtnsPath: path };
}

/** A stand-in for the rapidsnark binary: a shell script. */
async function fakeBinary(name: string, body: string): Promise<string> {
  await mkdir(join(dir, name));
  const path = join(dir, name, "rapidsnark");
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

describe("snarkjs backend", () => {
  /** Of its work, what is done when it reports for the last time. */
  const NEARLY = 0.8;

  it("proves, and reports progress", async () => {
    const fractions: number[] = [];
    const { publicSignals } = await snarkjsBackend.prove({ zkeyPath: keys.zkeyPath, wtnsPath, onProgress: (f) => fractions.push(f) });
    expect(publicSignals).toEqual(["33", "11"]);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.length).toBeGreaterThan(3);
    expect(fractions.at(-1)).toBeGreaterThan(NEARLY);
  });

  it("is killed by an abort, before and during", async () => {
    const interrupted = { code: "INTERRUPTED" };
    const job = { zkeyPath: keys.zkeyPath, wtnsPath };
    await expect(snarkjsBackend.prove({ ...job, signal: AbortSignal.abort() })).rejects.toMatchObject(interrupted);
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    await expect(snarkjsBackend.prove({ ...job, onProgress, signal: AbortSignal.timeout(50) })).rejects.toMatchObject(interrupted);
    expect(Math.max(0, ...fractions)).toBeLessThan(NEARLY);
  });

  it.runIf(process.platform === "linux")("reports a killed process as a retryable failure", async () => {
    const failure = snarkjsBackend.prove({ zkeyPath: keys.zkeyPath, wtnsPath });
    failure.catch(() => undefined);
    const task = `/proc/${process.pid}/task/${process.pid}/children`;
    const ours = () => readFileSync(task, "utf8").split(" ").filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("snarkjs-child")); // biome-ignore format: one line
    await until(() => ours().length > 0);
    for (const pid of ours()) process.kill(Number(pid), "SIGKILL");
    await expect(failure).rejects.toMatchObject({ code: "PROVER_FAILED", retryable: true, message: expect.stringContaining("SIGKILL") });
  });

  it("is killed by its time limit", async () => {
    const late = snarkjsBackend.prove({ zkeyPath: keys.zkeyPath, wtnsPath, timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: "TIMEOUT", retryable: true });
  });

  it("reports files it cannot use as a retryable failure", async () => {
    const failure = snarkjsBackend.prove({ zkeyPath: join(dir, "none.zkey"), wtnsPath });
    await expect(failure).rejects.toMatchObject({ code: "PROVER_FAILED", retryable: true });
  });
});

describe("native backend", () => {
  const addon = builtAddon();

  it("proves what snarkjs verifies, with every engine of this processor", async () => {
    for (const engine of addon.engines()) {
      const { proof, publicSignals } = await nativeBackend(addon, { engine, threads: 2 }).prove({ zkeyPath: keys.zkeyPath, wtnsPath });
      expect(publicSignals).toEqual(["33", "11"]);
      expect(await groth16.verify(keys.vkey, [...publicSignals], proof), engine).toBe(true);
    }
  });

  it("blinds every proof anew", async () => {
    const once = () => nativeBackend(addon).prove({ zkeyPath: keys.zkeyPath, wtnsPath });
    expect((await once()).proof).not.toEqual((await once()).proof);
  });

  it("is ended by an abort and by its time limit", async () => {
    const { zkeyPath, wtnsPath: large } = await longProof();
    const backend = nativeBackend(addon);
    const already = backend.prove({ zkeyPath, wtnsPath: large, signal: AbortSignal.abort() });
    await expect(already).rejects.toMatchObject({ code: "INTERRUPTED" });
    const aborted = backend.prove({ zkeyPath, wtnsPath: large, signal: AbortSignal.timeout(5) });
    await expect(aborted).rejects.toMatchObject({ code: "INTERRUPTED" });
    const late = backend.prove({ zkeyPath, wtnsPath: large, timeoutMs: 5 });
    await expect(late).rejects.toMatchObject({ code: "TIMEOUT", retryable: true });
  });

  it("names files that it cannot use", async () => {
    const backend = nativeBackend(addon);
    await expect(backend.prove({ zkeyPath: join(dir, "none.zkey"), wtnsPath })).rejects.toMatchObject({ code: "IO_FAILED" });
    await expect(backend.prove({ zkeyPath: wtnsPath, wtnsPath })).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    const other = await longProof();
    await expect(backend.prove({ zkeyPath: other.zkeyPath, wtnsPath })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
  });
});

describe("rapidsnark backend", () => {
  it("is found on PATH only when it can run", async () => {
    const path = await fakeBinary("found", "exit 0");
    expect(await findRapidsnark(`${join(dir, "nowhere")}:${join(dir, "found")}`)).toBe(path);
    await mkdir(join(dir, "empty"));
    expect(await findRapidsnark(join(dir, "empty"))).toBeUndefined();
  });

  it("reads a binary's files, a zero byte at the end and no curve included", async () => {
    const { proof, publicSignals } = await snarkjsBackend.prove({ zkeyPath: keys.zkeyPath, wtnsPath });
    const { curve: _curve, ...bare } = proof;
    await writeFile(join(dir, "proof"), `${JSON.stringify(bare)}\0`);
    await writeFile(join(dir, "public"), JSON.stringify(publicSignals));
    const binary = await fakeBinary("good", `cp '${join(dir, "proof")}' "$3" && cp '${join(dir, "public")}' "$4"`);
    const proven = await proveAndVerify({ circuit, keys, input, backend: rapidsnarkBackend(binary) });
    expect(proven).toMatchObject({ backend: "rapidsnark", publicSignals: ["33", "11"] });
  });

  it.each([
    ["fails", "echo no >&2; exit 3", 600_000, { code: "PROVER_FAILED", details: { stderr: "no\n" } }],
    ["dies", "kill -9 $$", 600_000, { code: "PROVER_FAILED" }],
    ["writes nothing", "exit 0", 600_000, { code: "PROVER_FAILED" }],
    ["hangs", "exec sleep 600", 500, { code: "TIMEOUT" }],
  ])("names what happens when the binary %s", async (name, body, timeoutMs, want) => {
    const backend = rapidsnarkBackend(await fakeBinary(name.replace(" ", "-"), body));
    const failure = backend.prove({ zkeyPath: keys.zkeyPath, wtnsPath, timeoutMs });
    await expect(failure).rejects.toMatchObject({ ...want, retryable: true });
  });
});

describe("proveAndVerify", () => {
  it("refuses what a lying backend returns", async () => {
    const honest = await snarkjsBackend.prove({ zkeyPath: keys.zkeyPath, wtnsPath });
    const lies: readonly unknown[] = [
      { ...honest, publicSignals: ["34", "11"] },
      { ...honest, proof: { ...honest.proof, pi_a: honest.proof.pi_c } },
      { proof: null, publicSignals: [] },
    ];
    for (const lie of lies) {
      const backend: ProverBackend = { name: "liar", prove: async () => lie as Awaited<ReturnType<ProverBackend["prove"]>> };
      await expect(proveAndVerify({ circuit, keys, input, backend })).rejects.toMatchObject({ code: "PROVER_FAILED", retryable: true });
    }
  });
});
