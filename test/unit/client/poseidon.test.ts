// The hash with generated constants, against the one with tables.
import { grainGenConstants } from "@noble/curves/abstract/poseidon.js";
import { bn254_Fr } from "@noble/curves/bn254.js";
import * as tables from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { grainConstants } from "../../../client/poseidon/grain.js";
import * as generated from "../../../client/poseidon/poseidon-lite.js";
import { R } from "../../../core/field.js";
import { randomField } from "../../helpers/mutate.js";

type Hash = (inputs: bigint[]) => bigint;
const ARITIES = Array.from({ length: 16 }, (_, i) => i + 1);
const byArity = (module: object, arity: number): Hash => (module as Record<string, Hash>)[`poseidon${arity}`] as Hash;

describe("the generated constants", () => {
  it.each([2, 9, 17])("of width %i are those of the reference generator", (width) => {
    const { constants, matrix, partialRounds } = grainConstants(width);
    const reference = grainGenConstants({ Fp: bn254_Fr, t: width, roundsFull: 8, roundsPartial: partialRounds });
    expect(constants).toEqual(reference.roundConstants);
    expect(matrix).toEqual(reference.mds);
  });

  it("end at width 17, as circomlib's do", () => {
    expect(() => grainConstants(18)).toThrow(/width 18/);
    expect(() => grainConstants(1)).toThrow(/width 1/);
  });
});

describe("the hash with generated constants", () => {
  it("has the names of the one with tables", () => {
    const functions = Object.keys(tables).filter((name) => /^poseidon\d+$/.test(name));
    expect(Object.keys(generated).sort()).toEqual(functions.sort());
  });

  it.each(ARITIES)("equals the one with tables for %i words", (arity) => {
    const random = randomField(BigInt(arity));
    const cases = [0n, 1n, R - 1n].map((x) => Array.from({ length: arity }, () => x));
    for (let i = 0; i < 5; i++) cases.push(Array.from({ length: arity }, random));
    for (const inputs of cases) expect(byArity(generated, arity)(inputs)).toBe(byArity(tables, arity)(inputs));
  });
});
