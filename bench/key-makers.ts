// The native setup against the JavaScript one, in one run: seconds, seconds per 100,000 constraints, memory.
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { nativeAddon } from "../native/addon.js";
import type { SetupJob } from "../prover/keys/development.js";
import { peakMemory } from "./machine.js";

// Built, as people run it: from sources the worker threads would spend their start on compiling TypeScript.
const built = (name: string): string => new URL(`../dist/prover/keys/${name}`, import.meta.url).href;
const { scriptSetup } = (await import(built("script-setup.js"))) as typeof import("../prover/keys/script-setup.js");
const { nativeSetup } = (await import(built("native-setup.js"))) as typeof import("../prover/keys/native-setup.js");
const { drawSecrets } = (await import(built("secrets.js"))) as typeof import("../prover/keys/secrets.js");

const round = (x: number, digits: number): number => Number(x.toFixed(digits));

/** The best of some runs of one implementation, each of which writes `zkeyPath`. */
async function best(runs: number, nConstraints: number, zkeyPath: string, make: () => Promise<void>) {
  const seconds: number[] = [];
  const { peakMiB } = await peakMemory(async () => {
    for (let i = 0; i < runs; i++) {
      rmSync(zkeyPath, { force: true });
      const start = performance.now();
      await make();
      seconds.push((performance.now() - start) / 1000);
    }
  });
  const least = Math.min(...seconds);
  return { seconds: round(least, 3), secondsPer100k: round((least * 1e5) / nConstraints, 2), peakMiB };
}

/** Both implementations on one circuit; without the addon only JavaScript's. Keys are written to `dir`. */
export async function compareKeyMakers(r1csPath: string, nConstraints: number, dir: string) {
  const { addon } = nativeAddon();
  const job: SetupJob = {
    r1csPath,
    zkeyPath: join(dir, "bench.zkey"),
    secrets: drawSecrets(),
    threads: Math.min(availableParallelism(), 16),
  };
  const native = addon && (await best(3, nConstraints, job.zkeyPath, () => nativeSetup(addon, job)));
  const script = await best(1, nConstraints, job.zkeyPath, () => scriptSetup(job));
  return { ...(native && { native, timesFaster: round(script.seconds / native.seconds, 1) }), script };
}
