// The native prover against snarkjs on the default profile, both in one run, and its cost over sizes. `npm run bench:native`
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { CIRCUITS_DIR, instance, mainCircom } from "../circuits/instances.js";
import { verifyGroth16 } from "../core/groth16.js";
import { executeBatch } from "../ledger/batch.js";
import { batchWitness } from "../ledger/witness.js";
import { nativeAddon } from "../native/addon.js";
import { compileCircuit } from "../prover/artifacts.js";
import type { ProverBackend } from "../prover/backends/backend.js";
import { nativeBackend } from "../prover/backends/native.js";
import { findRapidsnark, rapidsnarkBackend } from "../prover/backends/rapidsnark.js";
import { developmentSetup } from "../prover/keys/development.js";
import { ensureKeys } from "../prover/keys/ensure-keys.js";
import { computeWitness } from "../prover/witness.js";
import { batchOf, makeWorld, signedTrade } from "../test/helpers/ledger-fixtures.js";
import { writeChainCircuit } from "./chain-circuit.js";
import { peakMemory, writeResults } from "./machine.js";

// Built, as people run it: from sources the child would spend its start on compiling TypeScript.
const { snarkjsBackend } = (await import(
  new URL("../dist/prover/backends/snarkjs.js", import.meta.url).href
)) as typeof import("../prover/backends/snarkjs.js");
const { addon, why } = nativeAddon();
if (addon === undefined) throw new Error(`The native addon does not load: ${why}`);

const round = (x: number, digits: number): number => Number(x.toFixed(digits));

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A full batch of signed trades, ready to be proven. */
async function fullBatch(id: string, dir: string) {
  const profile = instance(id);
  const circuit = await compileCircuit({ name: id, mainCircom: mainCircom(profile), includeDirs: [CIRCUITS_DIR] });
  const keys = await ensureKeys(circuit, { kind: "development" });
  const venue = makeWorld({ accounts: profile.nAccounts, nLevels: profile.nLevels });
  const orderId = (i: number) => ({ orderId: BigInt(i + 1) });
  const trade = (_: unknown, i: number) =>
    signedTrade(venue, {
      buyer: i % profile.nAccounts,
      seller: (i + 1) % profile.nAccounts,
      amount: 10n,
      buy: orderId(i),
      sell: orderId(i),
    });
  const batch = batchOf(venue, Array.from({ length: profile.nTx }, trade));
  const executed = executeBatch(venue.state, batch, profile);
  if (!executed.ok) throw new Error(executed.refusal.code);
  const wtnsPath = join(dir, "witness.wtns");
  const witnessSeconds = await seconds(() =>
    computeWitness({ wasmPath: circuit.wasmPath, input: batchWitness(venue.state, batch, profile).input, wtnsPath }),
  );
  return { circuit, keys, job: { zkeyPath: keys.zkeyPath, wtnsPath }, witnessSeconds };
}

/** Best of some rounds for every backend, taking turns, so that a busy moment of the machine hits all alike. */
async function againstOthers(id: string, dir: string) {
  const { circuit, keys, job, witnessSeconds } = await fullBatch(id, dir);
  const cores = availableParallelism();
  const rapidsnark = await findRapidsnark();
  const backends: Record<string, ProverBackend> = {
    snarkjs: snarkjsBackend,
    ...(rapidsnark !== undefined && { rapidsnark: rapidsnarkBackend(rapidsnark) }),
    ...Object.fromEntries(addon?.engines().map((engine) => [`native ${engine}`, nativeBackend(addon, { engine, threads: cores })]) ?? []),
    "native, one thread": nativeBackend(addon as NonNullable<typeof addon>, { threads: 1 }),
  };
  const best: Record<string, number> = {};
  for (let i = 0; i < 3; i++)
    for (const [name, backend] of Object.entries(backends))
      best[name] = Math.min(
        best[name] ?? Number.POSITIVE_INFINITY,
        await seconds(async () => {
          const { proof, publicSignals } = await backend.prove(job);
          if (!verifyGroth16(keys.vkey, publicSignals, proof).ok) throw new Error(`${name} made a bad proof`);
        }),
      );
  const snarkjs = best["snarkjs"] ?? 0;
  const rows = Object.entries(best).map(([name, s]) => ({ backend: name, seconds: round(s, 3), timesSnarkjs: round(snarkjs / s, 1) }));
  return { id, constraints: circuit.manifest.nConstraints, threads: cores, witnessSeconds: round(witnessSeconds, 2), backends: rows };
}

/** Setup, proof and memory for 2^power constraints, the fastest engine on all cores. */
async function scale(power: number, dir: string) {
  const [r1cs, wtnsPath, zkeyPath] = ["chain.r1cs", "chain.wtns", "chain.zkey"].map((name) => join(dir, name)) as [string, string, string];
  const constraints = 2 ** power - 4; // with the rows for public wires the domain is 2^power
  writeChainCircuit(constraints, r1cs, wtnsPath);
  rmSync(zkeyPath, { force: true }); // of the size before
  const setup = await peakMemory(() => seconds(() => developmentSetup(r1cs, zkeyPath)));
  const backend = nativeBackend(addon as NonNullable<typeof addon>);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const prove = await peakMemory(async () => {
    const times = [];
    for (let i = 0; i < 3; i++) times.push(await seconds(() => backend.prove({ zkeyPath, wtnsPath })));
    return Math.min(...times);
  });
  return {
    constraints,
    zkeyMiB: Math.round(statSync(zkeyPath).size / 2 ** 20),
    setupSeconds: round(setup.value, 2),
    setupPeakMiB: setup.peakMiB,
    proveSeconds: round(prove.value, 3),
    microsecondsPerConstraint: round((prove.value * 1e6) / constraints, 2),
    provePeakMiB: prove.peakMiB,
    restMiB: Math.round(before / 2 ** 20),
  };
}

const dir = mkdtempSync(join(tmpdir(), "zkstate-bench-"));
try {
  const measured = { profile: await againstOthers(process.argv[2] ?? "default", dir), scale: [] as Awaited<ReturnType<typeof scale>>[] };
  process.stdout.write(`${JSON.stringify(measured.profile, null, 2)}\n`);
  for (let power = 15; power <= 20; power++) {
    const row = await scale(power, dir);
    process.stdout.write(`${JSON.stringify(row)}\n`);
    measured.scale.push(row);
  }
  writeResults("native", "npm run bench:native", measured);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
