// The scalar field, against the definitions.
import { describe, expect, it } from "vitest";
import { batchInverse, invert, mod, R } from "../../../core/field.js";
import { randomField } from "../../helpers/mutate.js";

describe("scalars", () => {
  it("are reduced to [0, r)", () => {
    expect([0n, 1n, R, -1n, -R, 2n * R + 3n].map(mod)).toEqual([0n, 1n, 0n, R - 1n, 0n, 3n]);
  });

  it("have inverses, alone and in a batch", () => {
    const xs = [1n, R - 1n, 2n, R + 5n, -3n, ...Array.from({ length: 20 }, randomField(31n))];
    for (const x of xs) expect(mod(x * invert(x))).toBe(1n);
    expect(batchInverse(xs.map(mod))).toEqual(xs.map(invert));
    expect(batchInverse([])).toEqual([]);
  });

  it("have no inverse when they are 0, in a batch either", () => {
    for (const zero of [0n, R, -R]) expect(() => invert(zero)).toThrow(RangeError);
    expect(() => batchInverse([2n, 0n, 3n])).toThrow(RangeError);
  });
});
