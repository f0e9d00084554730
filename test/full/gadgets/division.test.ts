// Division: floor of negative and positive numbers, both bounds of quotient and remainder.
import { describe, expect, it } from "vitest";
import {
  bitEdits,
  comparesNothing,
  expectRefused,
  expectSatisfied,
  expectUnsatisfied,
  forge,
  loadCircuit,
  sabotagedLib,
} from "../../helpers/circuit.js";
import { randomField } from "../../helpers/mutate.js";
import { mod, R } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

const load = (main: string) => loadCircuit({ main, include: ["division.circom"] });
const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));
const between = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => BigInt(i + from));

describe("FloorShift", () => {
  it("rounds -128..127 down to multiples of 8 and is rigid", async () => {
    const circuit = await load("FloorShift(3, 4)");
    for (const num of between(-128, 128)) expectRigid(circuit, await expectSatisfied(circuit, { num }, { "main.q": floorDiv(num, 8n) }));
    for (const num of [-129n, 128n, R / 2n]) await expectRefused(circuit, { num }, /FloorShift/);
    expectCounts(circuit, 8, 2);
  });

  it("agrees with the floor for wide numbers of both signs", async () => {
    const circuit = await load("FloorShift(39, 80)");
    const random = randomField(39n);
    const edge = 2n ** 119n;
    const numbers = [0n, -1n, 1n, 2n ** 39n, -(2n ** 39n), -(2n ** 39n) - 1n, edge - 1n, -edge];
    for (let i = 0; i < 20; i++) numbers.push((random() % (2n * edge)) - edge);
    for (const num of numbers) await expectSatisfied(circuit, { num }, { "main.q": floorDiv(num, 2n ** 39n) });
    for (const num of [edge, -edge - 1n]) await expectRefused(circuit, { num }, /FloorShift/);
    expectCounts(circuit, 120, 2);
  });

  it("goes up to 252 bits", async () => {
    const circuit = await load("FloorShift(24, 228)");
    for (const num of [2n ** 252n - 1n, -(2n ** 252n)]) await expectSatisfied(circuit, { num }, { "main.q": floorDiv(num, 2n ** 24n) });
    await expectRefused(circuit, { num: 2n ** 252n }, /FloorShift/);
  });

  it("refuses every other quotient, also with the remainder moved by the divisor", async () => {
    const circuit = await load("FloorShift(3, 4)");
    for (const num of [-128n, -9n, -8n, -1n, 0n, 5n, 8n, 127n]) {
      const w = await circuit.witness({ num });
      const q = floorDiv(num, 8n);
      for (const other of between(-16, 16).filter((x) => x !== q)) {
        expectUnsatisfied(circuit, w, { "main.q": other });
        // all bits of the claimed quotient, with each remainder
        for (const rem of between(0, 8))
          expectUnsatisfied(circuit, w, { "main.q": other, ...bitEdits("main.bit", (other + 16n) * 8n + rem, 8) });
      }
      const low = mod(num - 8n * (q - 1n)) - 3n; // bit 0 holds 8 more than it may
      expectUnsatisfied(circuit, w, { "main.q": q - 1n, ...bitEdits("main.bit", (q + 15n) * 8n + 3n, 8), "main.bit[0]": low + 1n });
    }
  });
});

describe("FloorDivConst", () => {
  it("divides 0..319 by 10 and is rigid", async () => {
    const circuit = await load("FloorDivConst(10, 4, 5)");
    for (const num of between(0, 320)) expectRigid(circuit, await expectSatisfied(circuit, { num }, { "main.q": num / 10n }), /hint/);
    for (const num of [320n, -1n, R / 2n]) await expectRefused(circuit, { num }, /FloorDivConst/);
    expectCounts(circuit, 4 + 5 + 1, 1); // 10 - 1 = 1001 in binary: one run of zeros
  });

  it("agrees with integer division at other divisors", async () => {
    const random = randomField(7n);
    for (const [den, denBits, qBits] of [
      [1n, 1, 40],
      [8n, 3, 40],
      [86400n, 17, 64],
      [3600000n, 22, 100],
      [(1n << 100n) - 17n, 100, 153],
    ] as const) {
      const circuit = await load(`FloorDivConst(${den}, ${denBits}, ${qBits})`);
      const end = den << BigInt(qBits);
      const numbers = [0n, den - 1n, den, end - 1n, random() % end, random() % end];
      for (const num of numbers) await expectSatisfied(circuit, { num }, { "main.q": num / den });
      await expectRefused(circuit, { num: end }, /FloorDivConst/);
    }
  });

  it("refuses (q - 1, rem + den): only the bound of the remainder stands there", async () => {
    const plan = { main: "FloorDivConst(10, 4, 5)", include: ["division.circom"] };
    const real = await loadCircuit(plan);
    const cheating = await loadCircuit({
      ...plan,
      includeDirs: [
        sabotagedLib([
          { file: "division.circom", find: "q <-- num \\ DEN; // witness", replace: "q <-- num \\ DEN - 1;" },
          { file: "division.circom", find: "var hint = num % DEN;", replace: "var hint = num % DEN + DEN;" },
          ...comparesNothing,
        ]),
      ],
    });
    for (const num of [10n, 14n, 25n, 315n]) {
      const forged = await forge(real, cheating, { num });
      expect(forged[real.symbols.wire("main.q")]).toBe(num / 10n - 1n);
      expectUnsatisfied(real, forged, {}, /hint/);
    }
  });

  it("refuses the field quotient num / den with remainder 0: only the bound of the quotient stands there", async () => {
    const plan = { main: "FloorDivConst(10, 4, 5)", include: ["division.circom"] };
    const real = await loadCircuit(plan);
    const cheating = await loadCircuit({
      ...plan,
      includeDirs: [
        sabotagedLib([
          { file: "division.circom", find: "q <-- num \\ DEN; // witness", replace: "q <-- num / DEN;" },
          { file: "division.circom", find: "var hint = num % DEN;", replace: "var hint = 0;" },
          { file: "range.circom", find: "(in - low) * (in - low - (1 << (n - 1))) === 0;", replace: "" },
        ]),
      ],
    });
    const forged = await forge(real, cheating, { num: 13 });
    expectUnsatisfied(real, forged, {}, /^main\.q$/);
  });

  it("refuses a negative dividend as its huge representative", async () => {
    const circuit = await load("FloorDivConst(10, 4, 5)");
    const w = await circuit.witness({ num: 3 });
    for (const q of [0n, -1n, 31n]) expectUnsatisfied(circuit, w, { "main.num": -7n, "main.q": q });
  });
});
