// The native code built for tests: beside the addon's own build, once for all test files, anew when a source has changed.
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lock } from "proper-lockfile";
import { needCommands } from "./system-packages.js";

const run = promisify(execFile);
const native = fileURLToPath(new URL("../../native", import.meta.url));

/** Builds a target of native/test/build.mjs; returns its path. */
export async function nativeTestBuild(target: "hooks" | "fuzz" | "arm64"): Promise<string> {
  await needCommands({ "g++": "g++" });
  mkdirSync(join(native, "build", "test"), { recursive: true });
  const release = await lock(join(native, "build", "test", target), {
    realpath: false,
    retries: { retries: 1200, minTimeout: 250, maxTimeout: 250 },
  });
  try {
    const { stdout } = await run(process.execPath, [join(native, "test", "build.mjs"), target]);
    return stdout.trim();
  } finally {
    await release();
  }
}

export type Field = "base" | "scalar";
export type Group = "g1" | "g2";

/** One engine and the form of its values: `limbs` limbs of `limbBits` bits, Montgomery with R = 2^(limbs * limbBits). */
export interface EngineForm {
  readonly name: string;
  readonly lanes: number;
  readonly limbs: number;
  readonly limbBits: number;
}

export interface NativeHooks {
  engines(): EngineForm[];
  /** Applies an operation to raw values, five words each. */
  field(engine: string, field: Field, op: string, values: Uint8Array): Buffer;
  /** Points as a zkey has them; the sum's plain coordinates. */
  msm(engine: string, group: Group, points: Uint8Array, scalars: Uint8Array, threads: number): Buffer;
  /** Values in Montgomery form, R = 2^256, on the domain of 2^power; plain values on its odd coset. */
  toCoset(engine: string, power: number, values: Uint8Array, threads: number): Buffer;
}

export async function nativeHooks(): Promise<NativeHooks> {
  return createRequire(import.meta.url)(await nativeTestBuild("hooks")) as NativeHooks;
}
