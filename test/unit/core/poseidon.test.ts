import { buildPoseidonReference } from "circomlibjs";
import { describe, expect, it } from "vitest";
import { R, toFr } from "../../../core/field.js";
import { poseidon } from "../../../core/poseidon.js";

describe("toFr", () => {
  it("maps a negative number to r minus its magnitude", () => {
    expect(toFr(-1n)).toBe(R - 1n);
    expect(toFr(1n - R)).toBe(1n);
    expect(toFr(R - 1n)).toBe(R - 1n);
    expect(toFr(0n)).toBe(0n);
  });

  it("throws at r and at -r, where two numbers would share an element", () => {
    expect(() => toFr(R)).toThrow(/outside the scalar field/);
    expect(() => toFr(-R)).toThrow(/outside the scalar field/);
  });
});

describe("poseidon", () => {
  it("equals circomlib's for every arity", async () => {
    const reference = await buildPoseidonReference();
    for (let n = 1; n <= 16; n++) {
      const inputs = Array.from({ length: n }, (_, i) => (i % 3 === 2 ? R - BigInt(i) : BigInt(i) << BigInt(17 * (i % 14))));
      expect(poseidon(inputs)).toBe(reference.F.toObject(reference(inputs)));
    }
  });

  it("hashes signed words as field elements", () => {
    expect(poseidon([-5n, 7n])).toBe(poseidon([R - 5n, 7n]));
  });

  it("throws for no words and for seventeen", () => {
    expect(() => poseidon([])).toThrow(/1 to 16/);
    expect(() => poseidon(Array.from({ length: 17 }, () => 0n))).toThrow(/1 to 16/);
  });
});
