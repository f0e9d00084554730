// Certificates: what one costs the prover per proof, on one thread and on two, and every verifier. `npm run bench:aggregation`
//
// Machines are shared, so each time also stands as a number of Montgomery products of 254 bits in ffjavascript's own WebAssembly, timed in the same run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PairingBackend } from "../core/pairing/backend.js";
import { mclBackend } from "../core/pairing/mcl.js";
import { nobleBackend } from "../core/pairing/noble.js";
import { prepareVerifier } from "../core/snarkpack/verify.js";
import { compileCurve, openCurve } from "../prover/keys/wasm-curve.js";
import { chainOfProofs } from "../test/helpers/proof-chain.js";
import { peakMemory, writeResults } from "./machine.js";

// Built, as people run it: from sources the worker threads would spend their start on compiling TypeScript.
const built = (name: string): string => new URL(`../dist/aggregator/${name}`, import.meta.url).href;
const { aggregate } = (await import(built("snarkpack/aggregate.js"))) as typeof import("../aggregator/snarkpack/aggregate.js");
const { ensureDevelopmentSrs } = (await import(built("snarkpack/ensure-srs.js"))) as typeof import("../aggregator/snarkpack/ensure-srs.js");
const { ffBackend } = (await import(built("pairing/ffjavascript.js"))) as typeof import("../aggregator/pairing/ffjavascript.js");

const COUNTS = [8, 64, 256, 1024];
const VERIFIED = [256, 1024];
const THREADS = [1, 2];
const ROUNDS = 3;
const VERIFICATIONS = 12;
const round = (x: number, digits: number): number => Number(x.toFixed(digits));

async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The least of some runs. */
async function best(runs: number, work: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) least = Math.min(least, await work());
  return least;
}

/** Nanoseconds of one product in the base field, by ffjavascript's module as it is. */
async function productNanoseconds(): Promise<number> {
  const curve = await openCurve(await compileCurve());
  const [product, place] = [curve.op("f1m_mul"), curve.alloc(64)];
  curve.u8().fill(0x17, place, place + 63);
  const times = 200_000;
  const run = () => {
    for (let i = 0; i < times; i++) product(place, place + 32, place);
  };
  return ((await best(10, () => milliseconds(run))) * 1e6) / times;
}

const dir = mkdtempSync(join(tmpdir(), "zkstate-bench-"));
const most = Math.max(...COUNTS);
try {
  const setupMs = await milliseconds(() => ensureDevelopmentSrs({ maxCount: most, cacheDir: dir }));
  const srs = await ensureDevelopmentSrs({ maxCount: most, cacheDir: dir });
  const { proofs, vkey } = chainOfProofs(most, 1n);
  const product = await productNanoseconds();
  const products = (ms: number): number => Math.round((ms * 1e6) / product);
  const make = (count: number, threads: number) => aggregate({ proofs: proofs.slice(0, count), vkey, srs, threads });

  const proving = [];
  for (const count of COUNTS) {
    const rows = [];
    for (const threads of THREADS) {
      globalThis.gc?.();
      const { value, peakMiB } = await peakMemory(() => best(ROUNDS, () => milliseconds(() => make(count, threads))));
      rows.push({ threads, ms: round(value, 0), msPerProof: round(value / count, 2), productsPerProof: products(value / count), peakMiB });
    }
    proving.push({ count, bytes: (await make(count, 1)).certificate.length, rows });
    process.stdout.write(`${JSON.stringify(proving.at(-1))}\n`);
  }

  const backends = [nobleBackend, await mclBackend(), await ffBackend()] as readonly PairingBackend[];
  const verifying = [];
  for (const count of VERIFIED) {
    const { certificate, statement } = await make(count, Math.max(...THREADS));
    const rows = [];
    for (const backend of backends) {
      const verifier = prepareVerifier(backend, vkey, srs.verifier);
      const ms = await best(VERIFICATIONS, () =>
        milliseconds(() => {
          if (!verifier.verify(statement, certificate).ok) throw new Error(`${backend.name} refuses the certificate`);
        }),
      );
      rows.push({ backend: backend.name, ms: round(ms, 1), products: products(ms) });
    }
    verifying.push({ count, rows });
    process.stdout.write(`${JSON.stringify(verifying.at(-1))}\n`);
  }
  writeResults("aggregation", "npm run bench:aggregation", {
    productNanoseconds: round(product, 1),
    setup: { maxCount: most, seconds: round(setupMs / 1000, 2) },
    proving,
    verifying,
  });
} finally {
  rmSync(dir, { recursive: true, force: true });
}
