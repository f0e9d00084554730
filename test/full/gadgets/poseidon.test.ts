// Poseidon against poseidon-lite and circomlibjs; every wire fixed; constraint counts by the formula.
import { buildPoseidonReference } from "circomlibjs";
import * as lite from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { expectSatisfied, expectUnsatisfied, loadCircuit } from "../../helpers/circuit.js";
import { randomField } from "../../helpers/mutate.js";
import { counts, R } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

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
const table = lite as unknown as Record<string, (inputs: bigint[]) => bigint>;
const load = (n: number) => loadCircuit({ main: `Poseidon(${n})`, include: ["poseidon.circom"], public: ["inputs"] });

describe("Poseidon", () => {
  it.each(WIDTHS)("of %i inputs equals poseidon-lite, is rigid and costs 3(8t + RP) - 3 + (t - 1)", async (n) => {
    const circuit = await load(n);
    const random = randomField(BigInt(n));
    const vectors = [Array.from({ length: n }, () => 0n), Array.from({ length: n }, () => R - 1n), Array.from({ length: n }, random)];
    for (const inputs of vectors) {
      const w = await expectSatisfied(circuit, { inputs }, { "main.out": table[`poseidon${n}`]?.(inputs) ?? -1n });
      expectRigid(circuit, w);
    }
    const t = n + 1;
    expectCounts(circuit, 3 * (8 * t + (PARTIAL_ROUNDS[t] ?? 0)) - 3, t - 1);
  });

  it("equals circomlibjs", async () => {
    const reference = await buildPoseidonReference();
    for (const n of [2, 5, 16]) {
      const inputs = Array.from({ length: n }, randomField(100n + BigInt(n)));
      await expectSatisfied(await load(n), { inputs }, { "main.out": reference.F.toObject(reference(inputs)) });
    }
  });

  it("is final at O1: O2 removes only the linear rows", async () => {
    const circuit = await loadCircuit({ main: "Poseidon(4)", include: ["poseidon.circom"], public: ["inputs"], optimization: 2 });
    expect(counts(circuit.r1cs)).toEqual({ nonLinear: 297, linear: 0 });
  });

  it("refuses another hash, and the hinted words of a full round changed together", async () => {
    const circuit = await load(2);
    const w = await circuit.witness({ inputs: [1, 2] });
    const other = await circuit.witness({ inputs: [1, 3] });
    const at = (name: string) => other[circuit.symbols.wire(name)] ?? 0n;
    const words = (name: string) => Object.fromEntries([0, 1, 2].map((i) => [`${name}[${i}]`, at(`${name}[${i}]`)]));
    expectUnsatisfied(circuit, w, { "main.out": at("main.out") });
    expectUnsatisfied(circuit, w, words("main.core.head[0]"));
    expectUnsatisfied(circuit, w, words("main.core.entered"));
    expectUnsatisfied(circuit, w, words("main.core.tail[2]"));
  });

  it("separates widths: trailing zeros and the order of the inputs matter", () => {
    expect(table["poseidon2"]?.([1n, 0n])).not.toBe(table["poseidon3"]?.([1n, 0n, 0n]));
    expect(table["poseidon2"]?.([1n, 2n])).not.toBe(table["poseidon2"]?.([2n, 1n]));
  });
});
