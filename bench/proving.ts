// From nothing to a proof: compile, development keys, witness, prove, verify. `npm run bench:proving -- tiny default`
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CIRCUITS_DIR, instance, mainCircom } from "../circuits/instances.js";
import { batchWitness } from "../ledger/witness.js";
import { nativeAddon } from "../native/addon.js";
import { compileCircuit } from "../prover/artifacts.js";
import { nativeBackend } from "../prover/backends/native.js";
import { snarkjsBackend } from "../prover/backends/snarkjs.js";
import { ensureKeys } from "../prover/keys/ensure-keys.js";
import { batchOf, makeWorld, signedTrade } from "../test/helpers/ledger-fixtures.js";
import { compareKeyMakers } from "./key-makers.js";
import { peakMemory, writeResults } from "./machine.js";

// The built prover, as people run it: from sources its worker and child would spend their start on compiling TypeScript.
const built = (name: string): string => new URL(`../dist/prover/${name}`, import.meta.url).href;
const { addon } = nativeAddon();
const backend = addon === undefined ? snarkjsBackend : nativeBackend(addon);
const { proveAndVerify } = (await import(built("prove-batch.js"))) as typeof import("../prover/prove-batch.js");

/** Seconds and peak memory of one stage. */
async function stage<T>(work: () => Promise<T>) {
  const start = performance.now();
  const { value, peakMiB } = await peakMemory(work);
  return { value, seconds: Math.round(performance.now() - start) / 1000, peakMiB };
}

async function measure(id: string, cacheDir: string) {
  const profile = instance(id);
  const source = { name: id, mainCircom: mainCircom(profile), includeDirs: [CIRCUITS_DIR] };
  const compile = await stage(() => compileCircuit(source, { cacheDir }));
  const circuit = compile.value;
  const setup = await stage(() => ensureKeys(circuit, { kind: "development", cacheDir }));
  const keyMakers = await compareKeyMakers(circuit.r1csPath, circuit.manifest.nConstraints, cacheDir);
  const venue = makeWorld({ accounts: 2, nLevels: profile.nLevels });
  const { input } = batchWitness(venue.state, batchOf(venue, [signedTrade(venue)]), profile);
  const once = () => stage(() => proveAndVerify({ circuit, keys: setup.value, input, backend }));
  const runs = [await once(), await once(), await once()];
  // each stage's best of three: the machine is shared
  const [proveMs, witnessMs, verifyMs] = (["proveMs", "witnessMs", "verifyMs"] as const).map((name) =>
    Math.min(...runs.map((run) => run.value.timings[name])),
  ) as [number, number, number];
  const best = runs.reduce((a, b) => (b.peakMiB > a.peakMiB ? b : a));
  const { nConstraints } = circuit.manifest;
  return {
    id,
    constraints: nConstraints,
    zkeyMiB: Math.round(statSync(setup.value.zkeyPath).size / 2 ** 20),
    compile: { seconds: compile.seconds, peakMiB: compile.peakMiB },
    setup: { seconds: setup.seconds, secondsPer100k: Math.round((setup.seconds * 1e6) / nConstraints) / 10, peakMiB: setup.peakMiB },
    keyMakers,
    prove: { backend: best.value.backend, seconds: Math.round(proveMs) / 1000, peakMiB: best.peakMiB },
    witness: { seconds: Math.round(witnessMs) / 1000 },
    verify: { milliseconds: Math.round(verifyMs) },
  };
}

const ids = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const cacheDir = mkdtempSync(join(tmpdir(), "zkstate-bench-"));
try {
  const measured = [];
  for (const id of ids.length > 0 ? ids : ["tiny", "default"]) {
    const row = await measure(id, cacheDir);
    process.stdout.write(`${JSON.stringify(row)}\n`);
    measured.push(row);
  }
  writeResults("proving", `npm run bench:proving -- ${ids.join(" ")}`.trim(), measured);
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
}
