import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type CircuitArtifact, compileCircuit } from "../../../prover/artifacts.js";
import { checkWitness, readPublicSignals, readWitness } from "../../../prover/check-witness.js";
import { type CircuitInput, computeWitness } from "../../../prover/witness.js";
import { linear, multiplier, poseidonChain, tempDir } from "../../helpers/toy-circuit.js";

let dir: string;
let wtnsPath: string;
let circuit: CircuitArtifact;
const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Two inputs, one an array; both assertions can fail. */
const asserting = {
  name: "asserting",
  mainCircom: `pragma circom 2.1.0;
template Inner() { signal input x; x * (x - 1) === 0; }
template Outer() { signal input bits[2][2]; signal input n; signal output s; component c[4];
  for (var i = 0; i < 4; i++) { c[i] = Inner(); c[i].x <== bits[i \\ 2][i % 2]; } s <== n * bits[0][0]; }
component main = Outer();
`,
  includeDirs: [],
};
const bits = [
  [1, 0],
  [0, 1],
];

beforeAll(async () => {
  dir = await tempDir();
  wtnsPath = join(dir, "w.wtns");
  circuit = await compileCircuit(asserting);
});
const witness = (input: CircuitInput) => computeWitness({ wasmPath: circuit.wasmPath, input, wtnsPath });

describe("computeWitness", () => {
  it("takes nested arrays of bigints, numbers and decimal strings", async () => {
    for (const n of [7n, 7, "7"]) {
      await witness({ bits, n });
      expect(await readPublicSignals(wtnsPath, 1)).toEqual(["7"]);
    }
    await witness({ n: R - 1n, bits: bits.flat() });
    expect(await readPublicSignals(wtnsPath, 1)).toEqual([`${R - 1n}`]);
  });

  it("writes the file that snarkjs writes", async () => {
    const { wtns } = (await import("snarkjs")) as unknown as {
      wtns: { calculate(input: unknown, wasm: string, out: string): Promise<void> };
    };
    const theirs = join(dir, "theirs.wtns");
    await witness({ bits, n: 123_456_789n });
    await wtns.calculate({ bits, n: "123456789" }, circuit.wasmPath, theirs);
    expect((await readFile(wtnsPath)).equals(await readFile(theirs))).toBe(true);
  });

  it("names the template whose assertion fails", async () => {
    const failure = await witness({ bits: [[1, 0], [0, 2]], n: 1n }).catch((e: unknown) => e); // biome-ignore format: one line
    expect(failure).toMatchObject({ code: "WITNESS_UNSATISFIED", message: expect.stringContaining("Inner") });
    expect((failure as { details: { trace: string[] } }).details.trace.join()).toMatch(/Inner.*Outer/s);
  });

  it("refuses inputs that are not the circuit's", async () => {
    const malformed: readonly CircuitInput[] = [
      { bits },
      { bits: [1, 0, 0], n: 1 },
      { bits: [...bits, 1], n: 1 },
      { bits, n: 1, m: 1 },
      { bits, n: "1.0" },
      { bits, n: 0.5 },
    ];
    for (const input of malformed) await expect(witness(input)).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
    for (const n of [-1n, R, `${R}`]) await expect(witness({ bits, n })).rejects.toMatchObject({ code: "INPUT_NOT_CANONICAL" });
  });

  it("is stopped by an abort, and names a folder it cannot write to", async () => {
    const job = { wasmPath: circuit.wasmPath, input: { bits, n: 1 } };
    await expect(computeWitness({ ...job, wtnsPath, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
    const below = computeWitness({ ...job, wtnsPath: join(circuit.wasmPath, "w.wtns") });
    await expect(below).rejects.toMatchObject({ code: "READ_ONLY" });
  });
});

describe("checkWitness", () => {
  it("accepts an honest witness and lists what an edited one violates", async () => {
    await witness({ bits, n: 5n });
    const honest = await readWitness(wtnsPath);
    expect(await checkWitness(circuit.r1csPath, honest)).toEqual([]);
    for (const wire of honest.keys()) {
      const edited = honest.map((v, i) => (i === wire ? (v + 2n) % R : v));
      expect((await checkWitness(circuit.r1csPath, edited)).length, `wire ${wire}`).toBeGreaterThan(0);
    }
    await expect(checkWitness(circuit.r1csPath, honest.slice(1))).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
  });

  it.each([multiplier(), linear()].map((toy) => [toy.name, toy] as const))("accepts %s", async (_name, toy) => {
    const { wasmPath, r1csPath } = await compileCircuit(toy);
    await computeWitness({ wasmPath, input: toy.input, wtnsPath });
    expect(await checkWitness(r1csPath, await readWitness(wtnsPath))).toEqual([]);
  });

  it("finds the one row that breaks in a larger circuit", async () => {
    const { wasmPath, r1csPath } = await compileCircuit(poseidonChain(1));
    await computeWitness({ wasmPath, input: { a: 1n }, wtnsPath });
    const honest = await readWitness(wtnsPath);
    expect(await checkWitness(r1csPath, honest)).toEqual([]);
    const edited = honest.map((v, i) => (i === 1 ? v + 1n : v)); // wire 1 is the output
    expect(await checkWitness(r1csPath, edited)).toHaveLength(1);
  });
});
