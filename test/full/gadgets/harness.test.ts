// The harness itself: it accepts what is sound, and finds what is missing in two circuits that are wrong on purpose.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { edited, expectRefused, expectSatisfied, expectUnsatisfied, loadCircuit } from "../../helpers/circuit.js";
import { freedom } from "../../helpers/jacobian.js";
import { freeWires, randomField } from "../../helpers/mutate.js";
import { constraintsOf, isInput, R, violated, wiresOf } from "../../helpers/r1cs.js";

const WRONG = [join(import.meta.dirname, "circuits")];
const load = (main: string) => loadCircuit({ main, include: ["unbound.circom"], includeDirs: WRONG });

describe("circuit harness", () => {
  it("finds a free direction where a remainder is not bounded", async () => {
    const circuit = await load("UnboundQuotient()");
    const w = await expectSatisfied(circuit, { num: 1234 }, { "main.q": 123n, "main.rem": 4n });
    expect(violated(circuit.r1cs, edited(circuit, w, { "main.q": 122n, "main.rem": 14n }))).toEqual([]);
    expect(() => expectUnsatisfied(circuit, w, { "main.q": 122n, "main.rem": 14n })).toThrow(/accepted/);
    expect(freedom(circuit, w)).toEqual({ nWires: 2, rank: 1, free: ["main.q", "main.rem"] });
    expect(freeWires(circuit, w)).toEqual([]);
  });

  it("finds a second value that is not near the first", async () => {
    const circuit = await load("UnboundSign()");
    const w = await expectSatisfied(circuit, { square: 9 }, { "main.root": 3n });
    expect(freeWires(circuit, w)).toEqual(["main.root"]);
    expect(freedom(circuit, w).free).toEqual([]);
  });

  it("reports a direction that exists only where the gradient vanishes", async () => {
    const circuit = await load("UnboundSign()");
    expect(freedom(circuit, await circuit.witness({ square: 0 })).free).toEqual(["main.root"]);
  });

  it("says which constraints an edit violates and refuses unknown names", async () => {
    const circuit = await load("UnboundQuotient()");
    const w = await circuit.witness({ num: 1234 });
    expect(expectUnsatisfied(circuit, w, { "main.q": 5n })).toEqual([["main.q", "main.num", "main.rem"]]);
    expect(() => expectUnsatisfied(circuit, w, { "main.q": 5n }, /nothing/)).toThrow(/another reason/);
    expect(() => edited(circuit, w, { "main.gone": 1n })).toThrow(/no wire named main.gone/);
  });

  it("indexes wires and constraints both ways", async () => {
    const circuit = await loadCircuit({ main: "RangeCheck(8)", include: ["range.circom"] });
    for (let wire = 1; wire < circuit.r1cs.nWires; wire++) {
      for (const i of constraintsOf(circuit.r1cs, wire)) expect(wiresOf(circuit.r1cs, i)).toContain(wire);
    }
    expect(isInput(circuit.r1cs, circuit.symbols.wire("main.in"))).toBe(true);
    expect(isInput(circuit.r1cs, circuit.symbols.wire("main.bit[0]"))).toBe(false);
  });

  it("tells a refusal of the witness generator from a wrong input shape", async () => {
    const circuit = await loadCircuit({ main: "RangeCheck(8)", include: ["range.circom"] });
    await expectRefused(circuit, { in: 256 }, /RangeCheck/);
    await expectRefused(circuit, { in: [1, 2] }, /2 values, expected 1/);
    await expect(expectRefused(circuit, { in: 255 }, /RangeCheck/)).rejects.toThrow(/accepted/);
  });

  it("makes field elements from a seed", () => {
    const [a, b] = [randomField(5n), randomField(5n)];
    for (let i = 0; i < 20; i++) {
      const x = a();
      expect(x).toBe(b());
      expect(x < R).toBe(true);
    }
  });
});
