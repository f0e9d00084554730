// The prover compiled for arm64, run by an emulator: the same proof, byte for byte.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { nativeAddon } from "../../../native/addon.js";
import { computeWitness } from "../../../prover/witness.js";
import { nativeTestBuild } from "../../helpers/native-hooks.js";
import { needCommands } from "../../helpers/system-packages.js";
import { prepared, tempDir, unused } from "../../helpers/toy-circuit.js";

const run = promisify(execFile);

/** The blinding of native/test/prove.cpp. */
const word = (...words: readonly bigint[]) => new Uint8Array(BigUint64Array.from(words).buffer);
const BLINDING = { r: word(3n, 0n, 5n, 0n), s: word(7n, 1n, 0n, 1n) };

it("proves on arm64 what it proves here", async () => {
  const { addon } = nativeAddon();
  if (addon === undefined) throw new Error("the native addon is not built: npm run build:native");
  await needCommands({ "aarch64-linux-gnu-g++": "g++-aarch64-linux-gnu", "qemu-aarch64": "qemu-user" });
  const dir = await tempDir();
  const toy = unused();
  const { circuit, keys } = await prepared(toy, dir);
  const [zkeyPath, wtnsPath] = [keys.zkeyPath, join(dir, "w.wtns")];
  await computeWitness({ wasmPath: circuit.wasmPath, input: toy.input, wtnsPath });
  const here = await addon.prove({ zkeyPath, wtnsPath, ...BLINDING, threads: 1 }).promise;
  const { stdout } = await run("qemu-aarch64", [await nativeTestBuild("arm64"), zkeyPath, wtnsPath]);
  const proof = Buffer.from(here.subarray(0, 256)).toString("hex");
  expect(stdout.trim().split("\n")).toEqual([`portable ${proof}`, `portable ${proof}`]);
});
