// The faster field of the wasm module against ffjavascript's own, and the steps built on it against its curves and pairings.
import { buildBn128 } from "ffjavascript";
import { beforeAll, describe, expect, it } from "vitest";
import { put, row, take, writeScalars } from "../../../aggregator/curve/memory.js";
import { GT_BYTES, MillerLoops, RATIO_BYTES } from "../../../aggregator/curve/miller.js";
import { compileFastCurve } from "../../../aggregator/wasm/module.js";
import { P } from "../../../core/pairing/encoding.js";
import { compileCurve, openCurve, toLittleEndian, type WasmCurve } from "../../../prover/keys/wasm-curve.js";
import { randomField } from "../../helpers/mutate.js";

let fast: WasmCurve;
let slow: WasmCurve;
beforeAll(async () => {
  fast = await openCurve(await compileFastCurve());
  slow = await openCurve(await compileCurve());
});

const random = randomField(31n);
/** Where limbs of 29 bits and words of 64 carry, and where a result is reduced. */
const EDGES = [0n, 1n, 2n, P - 1n, P - 2n, P >> 1n, (P >> 1n) + 1n, 2n ** 232n, 2n ** 232n - 1n, 2n ** 253n, 2n ** 253n - 1n];
for (let bit = 29n; bit < 253n; bit += 29n) EDGES.push(2n ** bit - 1n, 2n ** bit);
for (let bit = 64n; bit < 253n; bit += 64n) EDGES.push(2n ** bit - 1n, 2n ** bit);

const OPERANDS = 8;

/** The result of an operation of `bytes` bytes on numbers in memory, by one module. */
function result(curve: WasmCurve, name: string, numbers: readonly bigint[], operands: readonly number[], bytes: number): string {
  return curve.scoped(() => {
    const base = curve.alloc(32 * OPERANDS);
    const out = curve.alloc(bytes);
    for (const [i, x] of numbers.entries()) put(curve, base + 32 * i, toLittleEndian(x));
    curve.op(name)(...operands.map((place) => base + 32 * place), out);
    return Buffer.from(take(curve, out, bytes)).toString("hex");
  });
}

/** Numbers for every place: edges, or at random. */
const SAMPLES = [
  ...EDGES.flatMap((x) => EDGES.map((y) => Array.from({ length: OPERANDS }, (_, i) => [x, y, P - 1n][i % 3] ?? 0n))),
  ...Array.from({ length: 300 }, () => Array.from({ length: OPERANDS }, random)),
];

describe("the faster field", () => {
  it.each<[string, number[], number]>([
    ["f1m_mul", [0, 1], 32],
    ["f1m_square", [0], 32],
    ["f1m_add", [0, 1], 32],
    ["f1m_sub", [0, 1], 32],
    ["f2m_mul", [0, 2], 64],
    ["f2m_square", [0], 64],
    ["f6m_mul", [0, 0], 192], // with its products by 9 + i
  ])("computes %s as ffjavascript does", (name, operands, bytes) => {
    const by = (curve: WasmCurve, numbers: readonly bigint[]) => result(curve, name, numbers, operands, bytes);
    expect(SAMPLES.filter((numbers) => by(fast, numbers) !== by(slow, numbers))).toEqual([]);
  });

  it("adds two products in Fp2", () => {
    const expected = (numbers: readonly bigint[]) => {
      const products = [result(slow, "f2m_mul", numbers, [0, 2], 64), result(slow, "f2m_mul", numbers, [4, 6], 64)].join("");
      const parts = products.match(/.{64}/g)?.map((hex) => BigInt(`0x${Buffer.from(hex, "hex").reverse().toString("hex")}`)) ?? [];
      return result(slow, "f2m_add", parts, [0, 2], 64);
    };
    expect(SAMPLES.filter((numbers) => result(fast, "f2m_mulPair", numbers, [0, 2, 4, 6], 64) !== expected(numbers))).toEqual([]);
  });

  it("is not put into a module that has another shape", async () => {
    const { speedUpField } = await import("../../../aggregator/wasm/field.js");
    const broken = buildBn128(true, (module) => speedUpField({ ...module, functionIdxByName: {} }));
    await expect(broken).rejects.toThrow("f1m_mul");
  });
});

/** Multiples of a generator, affine, in a row. */
function multiples(curve: WasmCurve, group: "g1m" | "g2m", scalars: readonly bigint[]): number[] {
  const bytes = group === "g1m" ? 64 : 128;
  const places = row(curve.alloc(bytes * scalars.length), bytes, scalars.length);
  const [scalar, jacobian] = [curve.alloc(32), curve.alloc(192)];
  for (const [i, place] of places.entries()) {
    writeScalars(curve, scalar, [scalars[i] ?? 0n]);
    curve.op(`${group}_timesScalarAffine`)(group === "g1m" ? curve.g1Generator : curve.g2Generator, scalar, 32, jacobian);
    curve.op(`${group}_toAffine`)(jacobian, place);
  }
  return places;
}

describe("products of Miller loops", () => {
  it("become ffjavascript's products of pairings, several over the same points of G2", () => {
    const loops = new MillerLoops(fast);
    const scalars = Array.from({ length: 3 }, random);
    const [ps, qs] = [multiples(fast, "g1m", scalars), multiples(fast, "g2m", scalars.toReversed())];
    const ratios = row(fast.alloc(RATIO_BYTES * 3), RATIO_BYTES, 3);
    loops.prepare(ps, ratios[0] ?? 0);
    const chosen = [[0, 1, 2], [2, 0], [1]]; // with the points of G2 0, 1, ...
    const products = chosen.map((list) => ({
      result: fast.alloc(GT_BYTES),
      ratios: list.map((i) => ratios[i] ?? 0),
      points: list.map((_, i) => i),
    }));
    for (const _ of loops.run(qs, products, fast.alloc(loops.scratchBytes(3))));
    for (const [k, { result: place }] of products.entries()) {
      fast.op("bn128_finalExponentiation")(place, place);
      expect(take(fast, place, GT_BYTES)).toEqual(pairings(chosen[k] ?? [], scalars));
    }
  });
});

/** The product of e(scalar_i g, scalar_(n-1-k) h) over the k-th i of a list, by the module as ffjavascript has it. */
function pairings(list: readonly number[], scalars: readonly bigint[]): Uint8Array {
  const [ps, qs] = [multiples(slow, "g1m", scalars), multiples(slow, "g2m", scalars.toReversed())];
  const [p, q, one, product] = [slow.alloc(96), slow.alloc(192), slow.alloc(GT_BYTES), slow.alloc(GT_BYTES)];
  slow.op("ftm_one")(product);
  for (const [k, i] of list.entries()) {
    slow.op("g1m_toJacobian")(ps[i] ?? 0, p);
    slow.op("g2m_toJacobian")(qs[k] ?? 0, q);
    slow.op("bn128_pairing")(p, q, one);
    slow.op("ftm_mul")(product, one, product);
  }
  return take(slow, product, GT_BYTES);
}
