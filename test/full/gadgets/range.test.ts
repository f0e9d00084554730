// Ranges: exhaustive for small widths, boundary pairs for large ones, and every forgery put to the R1CS.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  bitEdits,
  type Circuit,
  comparesNothing,
  edited,
  expectRefused,
  expectSatisfied,
  expectUnsatisfied,
  forge,
  loadCircuit,
  sabotagedLib,
} from "../../helpers/circuit.js";
import { mod, R, violated } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

const OWN = join(import.meta.dirname, "circuits");
const LIB = join(import.meta.dirname, "../../../circuits/lib");

const load = (main: string) => loadCircuit({ main, include: ["range.circom"] });
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("Bits", () => {
  it("splits every number of 6 bits and is rigid", async () => {
    const circuit = await load("Bits(6)");
    for (const x of upTo(64)) expectRigid(circuit, await expectSatisfied(circuit, { in: x }, bitEdits("main.out", BigInt(x), 6)));
    expectCounts(circuit, 6, 1);
  });

  it("has 2^n - 1 as its largest number", async () => {
    for (const n of [2, 64, 253]) {
      const circuit = await load(`Bits(${n})`);
      await expectSatisfied(circuit, { in: 2n ** BigInt(n) - 1n });
      await expectRefused(circuit, { in: 2n ** BigInt(n) }, /Bits/);
      await expectRefused(circuit, { in: R - 1n }, /Bits/);
      expectCounts(circuit, n, 1);
    }
  });

  it("refuses values outside the range whatever the low bits", async () => {
    const circuit = await load("Bits(6)");
    const w = await circuit.witness({ in: 5 });
    for (const value of [64n, 69n, R - 1n, R - 59n]) {
      for (const x of upTo(64)) expectUnsatisfied(circuit, w, { "main.in": value, ...bitEdits("main.out", BigInt(x), 6) });
    }
  });

  it("refuses a digit that is not boolean though the sum is right", async () => {
    const circuit = await load("Bits(6)");
    const w = await circuit.witness({ in: 2 });
    expectUnsatisfied(circuit, w, { "main.out[0]": 2n, "main.out[1]": 0n }, /out\[0\]/);
    expectUnsatisfied(circuit, w, { "main.out[0]": -2n, "main.out[2]": 1n, "main.out[1]": 0n }, /out\[0\]/);
  });

  it("leaves no room for an alias x + r at 253 bits", async () => {
    expect(R > 2n ** 253n).toBe(true);
    const circuit = await load("Bits(253)");
    const w = await circuit.witness({ in: 3 });
    expectUnsatisfied(circuit, w, bitEdits("main.out", 3n + R, 253));
  });
});

describe("RangeCheck", () => {
  it("accepts exactly 0..2^n - 1, whatever the bits", async () => {
    const circuit = await load("RangeCheck(4)");
    for (const x of upTo(16)) expectRigid(circuit, await expectSatisfied(circuit, { in: x }));
    const w = await circuit.witness({ in: 0 });
    for (const value of [16n, 17n, 24n, 31n, -1n, -8n, R / 2n]) {
      for (const x of upTo(8)) expectUnsatisfied(circuit, w, { "main.in": value, ...bitEdits("main.bit", BigInt(x), 3) });
    }
  });

  it("implies its top bit", async () => {
    const circuit = await load("RangeCheck(47)");
    const w = await expectSatisfied(circuit, { in: 2n ** 47n - 1n });
    await expectRefused(circuit, { in: 2n ** 47n }, /RangeCheck/);
    expectUnsatisfied(circuit, w, { "main.in": 2n ** 47n });
    expectUnsatisfied(circuit, w, { "main.in": -1n });
    expectRigid(circuit, w);
    expectCounts(circuit, 47, 0);
    await expectSatisfied(await load("RangeCheck(1)"), { in: 1 });
    await expectRefused(await load("RangeCheck(1)"), { in: 2 }, /RangeCheck/);
  });
});

describe("IsZero", () => {
  it("tells zero from everything else", async () => {
    const circuit = await load("IsZero()");
    for (const x of [1n, 2n, R - 1n, R / 2n]) expectRigid(circuit, await expectSatisfied(circuit, { in: x }, { "main.out": 0n }));
    expectRigid(circuit, await expectSatisfied(circuit, { in: 0 }, { "main.out": 1n }), /inverse/);
    expectCounts(circuit, 2, 0);
  });

  it("refuses the wrong answer for every hint", async () => {
    const circuit = await load("IsZero()");
    const zero = await circuit.witness({ in: 0 });
    const five = await circuit.witness({ in: 5 });
    for (const inverse of [0n, 1n, 7n, R - 1n]) {
      expectUnsatisfied(circuit, zero, { "main.out": 0n, "main.inverse": inverse });
      expectUnsatisfied(circuit, five, { "main.out": 1n, "main.inverse": inverse });
      expectUnsatisfied(circuit, five, { "main.out": mod(1n - 5n * inverse), "main.inverse": inverse + 1n });
    }
  });
});

describe("AssertNonZero", () => {
  it("accepts all but zero", async () => {
    const circuit = await load("AssertNonZero()");
    const w = await expectSatisfied(circuit, { in: R - 1n });
    await expectRefused(circuit, { in: 0 }, /AssertNonZero/);
    for (const inverse of [0n, 1n, 9n]) expectUnsatisfied(circuit, w, { "main.in": 0n, "main.inverse": inverse });
    expectRigid(circuit, w);
    expectCounts(circuit, 1, 0);
  });
});

describe("OneHot", () => {
  it("selects each of 5 and nothing else", async () => {
    const circuit = await load("OneHot(5)");
    for (const idx of upTo(5)) {
      expectRigid(circuit, await expectSatisfied(circuit, { idx }, bitEdits("main.out", 1n << BigInt(idx), 5)));
    }
    for (const idx of [5n, R - 1n]) await expectRefused(circuit, { idx }, /OneHot/);
    expectCounts(circuit, 5, 1);
  });

  it("refuses none, two and fractions", async () => {
    const circuit = await load("OneHot(5)");
    const w = await circuit.witness({ idx: 2 });
    const half = (R + 1n) / 2n;
    expectUnsatisfied(circuit, w, { "main.out[2]": 0n });
    expectUnsatisfied(circuit, w, { "main.out[2]": 0n, "main.out[1]": half, "main.out[3]": half }); // the weighted sum is still 2
    expectUnsatisfied(circuit, w, { "main.out[2]": 0n, "main.out[3]": 1n });
    expectUnsatisfied(circuit, w, { "main.out[0]": 1n, "main.out[2]": 0n, "main.idx": 5n });
    expectUnsatisfied(circuit, w, { "main.idx": 5n });
  });
});

describe("Signed", () => {
  it("gives sign and absolute value of -32..31 and is rigid", async () => {
    const circuit = await load("Signed(5)");
    for (const x of upTo(64).map((i) => i - 32)) {
      const expected = { "main.neg": x < 0 ? 1n : 0n, "main.abs": BigInt(Math.abs(x)) };
      expectRigid(circuit, await expectSatisfied(circuit, { in: x }, expected));
    }
    for (const x of [32, -33, 1000, -1000]) await expectRefused(circuit, { in: x }, /Signed/);
    expectCounts(circuit, 7, 1);
  });

  it("has its boundary at 2^251 too", async () => {
    const circuit = await load("Signed(251)");
    await expectSatisfied(circuit, { in: 2n ** 251n - 1n }, { "main.neg": 0n });
    await expectSatisfied(circuit, { in: -(2n ** 251n) }, { "main.neg": 1n, "main.abs": 2n ** 251n });
    await expectRefused(circuit, { in: 2n ** 251n }, /Signed/);
    await expectRefused(circuit, { in: -(2n ** 251n) - 1n }, /Signed/);
  });

  it("refuses a second sign for any value", async () => {
    const circuit = await load("Signed(5)");
    for (const x of upTo(64).map((i) => BigInt(i - 32))) {
      const w = await circuit.witness({ in: x });
      const neg = x < 0n ? 0n : 1n;
      for (const magnitude of upTo(32).map(BigInt)) {
        expectUnsatisfied(circuit, w, { "main.neg": neg, "main.abs": magnitude + neg, ...bitEdits("main.bit", magnitude, 5) });
      }
      expectUnsatisfied(circuit, w, { "main.neg": 2n });
    }
  });
});

/** One comparison among those of every bound; the others have bits that they accept. */
interface Comparison {
  readonly bound: number;
  readonly bits: bigint[][];
}

const bitsOf = (x: number): bigint[] => upTo(4).map((i) => BigInt((x >> i) & 1));
const compared = (bound: number, x: number, idle: number): Comparison => ({
  bound,
  bits: upTo(16).map((other) => bitsOf(other === bound ? x : idle)),
});

/** True if the R1CS accepts the bits with the hints of the cheating prover, or with random ones. */
async function accepts(real: Circuit, cheating: Circuit, { bound, bits }: Comparison): Promise<boolean> {
  const w = await forge(real, cheating, { bits });
  const hints = [...real.symbols.all().keys()].filter((name) => name.startsWith(`main.compare[${bound}].`) && /hint/.test(name));
  const random = edited(real, w, Object.fromEntries(hints.map((name, i) => [name, BigInt(i) + 12345n])));
  return violated(real.r1cs, w).length === 0 || violated(real.r1cs, random).length === 0;
}

/** The comparisons with every bound, and the same by a prover that compares nothing. */
async function everyBound(main: string): Promise<readonly [real: Circuit, cheating: Circuit]> {
  const plan = { main, include: ["every-bound.circom"], public: ["bits"] };
  return [
    await loadCircuit({ ...plan, includeDirs: [OWN, LIB] }),
    await loadCircuit({ ...plan, includeDirs: [OWN, sabotagedLib(comparesNothing)] }),
  ];
}

describe("AssertAtMostBits", () => {
  it.each(upTo(16))("accepts exactly the numbers of 4 bits up to %i", async (max) => {
    const [real, cheating] = await everyBound("AtMostEvery()");
    for (const x of upTo(16)) {
      const comparison = compared(max, x, 0);
      if (x <= max) await expectSatisfied(real, { bits: comparison.bits });
      else await expectRefused(real, { bits: comparison.bits }, /CompareBits/);
      expect(await accepts(real, cheating, comparison), `${x} <= ${max}`).toBe(x <= max);
    }
  });

  it("costs one row per run of zeros and re-binds its count every 32 ones", async () => {
    const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
    expectCounts(await load(`AssertAtMostBits(251, ${ORDER - 1n})`), 60, 3);
    expectCounts(await load("AssertAtMostBits(254, -1)"), 53, 3); // -1 is r - 1
    expectCounts(await load("AssertAtMostBits(20, 1048575)"), 0, 0);
  });

  it("holds at the order of Baby Jubjub", async () => {
    const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
    const circuit = await load(`AssertAtMostBits(251, ${ORDER - 1n})`);
    const bits = (x: bigint) => upTo(251).map((i) => (x >> BigInt(i)) & 1n);
    for (const x of [0n, 1n, ORDER - 2n, ORDER - 1n]) await expectSatisfied(circuit, { bits: bits(x) });
    for (const x of [ORDER, ORDER + 1n, 2n ** 251n - 1n]) await expectRefused(circuit, { bits: bits(x) }, /CompareBits/);
  });

  it("holds at r - 1: the largest field element passes, r and its bits are refused", async () => {
    const circuit = await load("AssertAtMostBits(254, -1)");
    const bits = (x: bigint) => upTo(254).map((i) => (x >> BigInt(i)) & 1n);
    expectRigid(circuit, await expectSatisfied(circuit, { bits: bits(R - 1n) }), /hint/);
    expectRigid(circuit, await expectSatisfied(circuit, { bits: bits(R / 3n) }));
    for (const x of [R, R + 1n, 2n ** 254n - 1n]) await expectRefused(circuit, { bits: bits(x) }, /CompareBits/);
  });
});

describe("CompareBits of the complement", () => {
  it.each(upTo(16))("accepts exactly the numbers of 4 bits from %i", async (min) => {
    const [real, cheating] = await everyBound("AtLeastEvery()");
    for (const x of upTo(16)) expect(await accepts(real, cheating, compared(min, x, 15)), `${x} >= ${min}`).toBe(x >= min);
  });
});
