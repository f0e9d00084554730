// Poseidon against poseidon-lite and circomlibjs; every wire fixed; constraint counts by the formula.
import { join } from "node:path";
import { buildPoseidonReference } from "circomlibjs";
import * as lite from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { type Circuit, expectSatisfied, expectUnsatisfied, loadCircuit } from "../../helpers/circuit.js";
import { randomField } from "../../helpers/mutate.js";
import { counts, R, wiresOf } from "../../helpers/r1cs.js";
import { expectRigid } from "./rigid.js";

const PARTIAL_ROUNDS: Record<number, number> = {
  3: 57,
  4: 56,
  5: 60,
  6: 60,
  7: 63,
  8: 64,
  9: 63,
  10: 60,
  11: 66,
  12: 60,
  13: 65,
  14: 70,
  15: 60,
  16: 64,
  17: 68,
};
const WIDTHS = Array.from({ length: 15 }, (_, i) => i + 2);
const INCLUDE_DIRS = [join(import.meta.dirname, "circuits"), join(import.meta.dirname, "../../../circuits/lib")];
const table = lite as unknown as Record<string, (inputs: bigint[]) => bigint>;
const load = () => loadCircuit({ main: "EveryWidth()", include: ["every-width.circom"], public: ["inputs"], includeDirs: INCLUDE_DIRS });

/** Input of the circuit of every width: `of` gives the inputs of the hash of n. */
const inputsOf = (of: (n: number) => readonly bigint[]) => ({
  inputs: WIDTHS.map((n) => Array.from({ length: 16 }, (_, i) => of(n)[i] ?? 0n)),
});

/** Constraints of the hash of n, by their wires. */
function constraintsOfWidth({ r1cs, symbols }: Circuit, n: number): number[] {
  const own = new RegExp(`^main\\.(?:hash|inputs|out)\\[${n - 2}\\]`);
  return Array.from({ length: r1cs.nConstraints }, (_, i) => i).filter((i) =>
    wiresOf(r1cs, i).every((wire) => own.test(symbols.name(wire))),
  );
}

describe("Poseidon", () => {
  it("of 2 to 16 inputs equals poseidon-lite and is rigid", async () => {
    const circuit = await load();
    const drawn = WIDTHS.map((n) => Array.from({ length: n }, randomField(BigInt(n))));
    for (const of of [() => [], (n: number) => Array.from({ length: n }, () => R - 1n), (n: number) => drawn[n - 2] ?? []]) {
      const input = inputsOf(of);
      const expected = WIDTHS.map((n, i) => [`main.out[${i}]`, table[`poseidon${n}`]?.(input.inputs[i]?.slice(0, n) ?? []) ?? -1n]);
      expectRigid(circuit, await expectSatisfied(circuit, input, Object.fromEntries(expected)));
    }
  });

  it.each(WIDTHS)("of %i inputs costs 3(8t + RP) - 3 + (t - 1)", async (n) => {
    const circuit = await load();
    const t = n + 1;
    const expected = { nonLinear: 3 * (8 * t + (PARTIAL_ROUNDS[t] ?? 0)) - 3, linear: t - 1 };
    expect(counts(circuit.r1cs, constraintsOfWidth(circuit, n))).toEqual(expected);
  });

  it("equals circomlibjs", async () => {
    const reference = await buildPoseidonReference();
    const drawn = new Map([2, 5, 16].map((n) => [n, Array.from({ length: n }, randomField(100n + BigInt(n)))]));
    const expected = [...drawn].map(([n, inputs]) => [`main.out[${n - 2}]`, reference.F.toObject(reference(inputs))]);
    await expectSatisfied(await load(), inputsOf((n) => drawn.get(n) ?? []), Object.fromEntries(expected)); // biome-ignore format: one line
  });

  it("is final at O1: O2 removes only the linear rows", async () => {
    const circuit = await loadCircuit({ main: "Poseidon(4)", include: ["poseidon.circom"], public: ["inputs"], optimization: 2 });
    expect(counts(circuit.r1cs)).toEqual({ nonLinear: 297, linear: 0 });
  });

  it("refuses another hash, and the hinted words of a full round changed together", async () => {
    const circuit = await load();
    const w = await circuit.witness(inputsOf((n) => (n === 2 ? [1n, 2n] : [])));
    const other = await circuit.witness(inputsOf((n) => (n === 2 ? [1n, 3n] : [])));
    const at = (name: string) => other[circuit.symbols.wire(name)] ?? 0n;
    const words = (name: string) => Object.fromEntries([0, 1, 2].map((i) => [`${name}[${i}]`, at(`${name}[${i}]`)]));
    expectUnsatisfied(circuit, w, { "main.out[0]": at("main.out[0]") });
    expectUnsatisfied(circuit, w, words("main.hash[0].core.head[0]"));
    expectUnsatisfied(circuit, w, words("main.hash[0].core.entered"));
    expectUnsatisfied(circuit, w, words("main.hash[0].core.tail[2]"));
  });

  it("separates widths: trailing zeros and the order of the inputs matter", () => {
    expect(table["poseidon2"]?.([1n, 0n])).not.toBe(table["poseidon3"]?.([1n, 0n, 0n]));
    expect(table["poseidon2"]?.([1n, 2n])).not.toBe(table["poseidon2"]?.([2n, 1n]));
  });
});
