// Small circuits for the prover's tests, and a cache of their own for them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { type CircuitArtifact, type CircuitSource, compileCircuit } from "../../prover/artifacts.js";
import { ensureKeys, type KeyArtifact } from "../../prover/keys/ensure-keys.js";
import type { CircuitInput } from "../../prover/witness.js";

export interface Toy extends CircuitSource {
  readonly input: CircuitInput;
  readonly publicSignals: readonly string[];
}

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

const toy = (name: string, body: string, input: CircuitInput, publicSignals: readonly string[]): Toy => ({
  name,
  mainCircom: `pragma circom 2.1.0;\n${body}\n`,
  includeDirs: [modules],
  input,
  publicSignals,
});

/** Proves knowledge of two factors: one output, one private and one public input. */
export const multiplier = (): Toy =>
  toy(
    "multiplier",
    "template Multiplier() { signal input a; signal input b; signal output c; c <== a * b; }\ncomponent main { public [b] } = Multiplier();",
    { a: "3", b: "11" },
    ["33", "11"],
  );

/** As multiplier, of another shape. */
export const cuber = (): Toy =>
  toy(
    "cuber",
    "template Cuber() { signal input a; signal output c; signal s; s <== a * a; c <== s * a; }\ncomponent main = Cuber();",
    { a: "5" },
    ["125"],
  );

/** No private input at all. */
export const allPublic = (): Toy =>
  toy(
    "all-public",
    "template AllPublic() { signal input a; signal input b; signal output c; c <== a * b + 7; }\ncomponent main { public [a, b] } = AllPublic();",
    { a: "2", b: "4" },
    ["15", "2", "4"],
  );

/** Linear rows only: matrices A and B are empty there, so every B point is infinity. */
export const linear = (): Toy =>
  toy(
    "linear",
    "template Linear() { signal input a[3]; signal output s; signal output d; s <== a[0] + 2 * a[1]; d <== a[2] - a[0]; }\ncomponent main = Linear();",
    { a: ["1", "2", "9"] },
    ["5", "8"],
  );

/** A private and a public input that no constraint names. */
export const unused = (): Toy =>
  toy(
    "unused",
    "template Unused() { signal input a; signal input idle; signal input spare; signal output c; c <== a * a; }\ncomponent main { public [idle] } = Unused();",
    { a: "6", idle: "1234", spare: "99" },
    ["36", "1234"],
  );

/** No public signal at all. */
export const noPublic = (): Toy =>
  toy(
    "no-public",
    "template NoPublic() { signal input a; signal input b; a * b === 21; }\ncomponent main = NoPublic();",
    { a: "3", b: "7" },
    [],
  );

/** `rounds` Poseidon permutations in a row: 517 constraints each. */
export const poseidonChain = (rounds: number): CircuitSource => ({
  name: `poseidon-chain-${rounds}`,
  mainCircom: `pragma circom 2.1.0;
include "circomlib/circuits/poseidon.circom";
template Chain(n) {
  signal input a; signal output c; signal t[n + 1]; component p[n];
  t[0] <== a;
  for (var i = 0; i < n; i++) { p[i] = Poseidon(2); p[i].inputs[0] <== t[i]; p[i].inputs[1] <== i; t[i + 1] <== p[i].out; }
  c <== t[n];
}
component main = Chain(${rounds});
`,
  includeDirs: [modules],
});

/** A fresh folder, removed after the file's tests. */
export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "zkstate-test-"));
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Compile a circuit, once for all test files, and make its development keys in `cacheDir`. */
export async function prepared(source: CircuitSource, cacheDir: string): Promise<{ circuit: CircuitArtifact; keys: KeyArtifact }> {
  const circuit = await compileCircuit(source);
  return { circuit, keys: await ensureKeys(circuit, { kind: "development", cacheDir }) };
}
