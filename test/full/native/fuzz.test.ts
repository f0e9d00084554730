// Damaged and changing files under the address and undefined behaviour sanitizers: refused, or proven with, and nothing else.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { nativeAddon } from "../../../native/addon.js";
import { computeWitness } from "../../../prover/witness.js";
import { nativeTestBuild } from "../../helpers/native-hooks.js";
import { multiplier, prepared, tempDir } from "../../helpers/toy-circuit.js";

const run = promisify(execFile);

let fuzz: string;
let files: readonly string[];
beforeAll(async () => {
  const dir = await tempDir();
  const { circuit, keys } = await prepared(multiplier(), dir);
  const wtnsPath = join(dir, "w.wtns");
  await computeWitness({ wasmPath: circuit.wasmPath, input: multiplier().input, wtnsPath });
  fuzz = await nativeTestBuild("fuzz");
  files = [keys.zkeyPath, wtnsPath, circuit.r1csPath, join(dir, "out.zkey")];
});

async function outcomes(engine: string, cases: number): Promise<Map<string, number>> {
  // Counts in a file must not make us allocate what its size does not warrant.
  const env = { ...process.env, ASAN_OPTIONS: "max_allocation_size_mb=64" };
  const { stdout } = await run(fuzz, [engine, `${cases}`, "20260103", ...files], { env });
  return new Map(stdout.trim().split("\n").map((line) => line.split(" ")).map(([outcome = "", times]) => [outcome, Number(times)])); // biome-ignore format: one line
}

describe("damaged files", () => {
  it("are refused with a code, or give some proof", async () => {
    const seen = await outcomes("portable", 1000);
    expect([...seen.keys()].sort()).toEqual([
      "ARTIFACT_CORRUPT",
      "KEY_MISMATCH",
      "constraints",
      "constraints:ARTIFACT_CORRUPT",
      "constraints:KEY_MISMATCH",
      "key",
      "proof",
    ]);
    for (const [outcome, times] of seen) expect(times, outcome).toBeGreaterThan(outcome === "key" ? 0 : 50);
    expect([...seen.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual(2000);
  });

  it("are no danger when they change after they were checked", () => outcomes("portable", 0));

  it.each((nativeAddon().addon?.engines() ?? []).filter((engine) => engine !== "portable"))("hold no surprise for %s", async (engine) => {
    const seen = await outcomes(engine, 12);
    expect(seen.get("proof")).toBeGreaterThan(0);
  });
});
