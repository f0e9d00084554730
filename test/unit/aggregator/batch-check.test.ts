// Proofs checked together: all that are wrong are found, no other, whatever makes them wrong.
import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { type BatchCheck, batchCheck, type ProofToCheck } from "../../../aggregator/batch-check.js";
import { compressProof, expandProof } from "../../../aggregator/proof-bytes.js";
import { R } from "../../../core/field.js";
import type { Groth16Proof } from "../../../core/groth16.js";
import { Malformed } from "../../../core/pairing/backend.js";
import { encodeG1, encodeG2, P } from "../../../core/pairing/encoding.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { nobleBackend } from "../../../core/pairing/noble.js";
import { type G1, g1, INFINITY_1, outsideSubgroup, simulatedKey, simulatedProof, times1 } from "../prover/simulated-proof.js";

const bytesOf = (point: G1): Uint8Array => encodeG1(point.toAffine().x, point.toAffine().y);
const replaced = (bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(bytes);
  copy.set(part, at);
  return copy;
};
const strayB = (): Uint8Array => {
  const { x, y } = outsideSubgroup().toAffine();
  return encodeG2(x, y);
};
const C_AT = 96;

const honest = (n: number): ProofToCheck => {
  const [oldRoot, newRoot] = [BigInt(100 + n), BigInt(101 + n)];
  return { oldRoot, newRoot, bytes: compressProof(simulatedProof([oldRoot, newRoot], BigInt(7 + n), BigInt(50 + n))) };
};
const chain = (count: number): ProofToCheck[] => Array.from({ length: count }, (_, n) => honest(n));

describe.each(["mcl", "noble"] as const)("a check of many proofs on %s", (name) => {
  let check: BatchCheck;
  beforeAll(async () => {
    check = name === "mcl" ? batchCheck(await mclBackend(), simulatedKey()) : batchCheck(nobleBackend, simulatedKey());
  });

  it("accepts what holds, and nothing at all", () => {
    expect(check(chain(3))).toEqual([]);
    expect(check([])).toEqual([]);
  });

  it("refuses a B outside the subgroup, also where its A takes part in nothing", () => {
    const [first, second] = chain(2) as [ProofToCheck, ProofToCheck];
    const stray = { ...second, bytes: replaced(second.bytes, 32, strayB()) };
    expect(check([first, stray])).toMatchObject([{ index: 1, code: "PROOF_MALFORMED" }]);
    const alone = { ...second, bytes: replaced(stray.bytes, 0, new Uint8Array(32)) };
    expect(check([first, alone])).toMatchObject([{ index: 1, code: "PROOF_MALFORMED" }]);
  });
});

describe("a check of many proofs", () => {
  let check: BatchCheck;
  beforeAll(async () => {
    check = batchCheck(await mclBackend(), simulatedKey());
  });
  const indices = (proofs: readonly ProofToCheck[]) => check(proofs).map(({ index }) => index);
  const spoiled = (proofs: readonly ProofToCheck[], at: readonly number[]) =>
    proofs.map((proof, i) => (at.includes(i) ? { ...proof, newRoot: proof.newRoot + 1n } : proof));

  it.each([[[0]], [[12]], [[5]], [[0, 1]], [[0, 12]], [[3, 4, 9]], [[6, 7, 8, 9, 10, 11, 12]], [Array.from({ length: 13 }, (_, i) => i)]])(
    "names exactly the wrong ones of 13: %j",
    (wrong) => expect(indices(spoiled(chain(13), wrong))).toEqual(wrong),
  );

  it("names malformed and wrong ones together, in order", () => {
    const proofs = spoiled(chain(6), [4]);
    const cut = { ...(proofs[1] as ProofToCheck), bytes: replaced(honest(1).bytes, 0, new Uint8Array(32).fill(255)) };
    expect(check(proofs.with(1, cut))).toMatchObject([
      { index: 1, code: "PROOF_MALFORMED" },
      { index: 4, code: "PROOF_INVALID" },
    ]);
  });

  it("refuses proofs that were exchanged, and one for the next state", () => {
    const [a, b, c] = chain(3) as [ProofToCheck, ProofToCheck, ProofToCheck];
    expect(indices([{ ...a, bytes: b.bytes }, { ...b, bytes: a.bytes }, c])).toEqual([0, 1]);
    expect(indices([a, { ...b, oldRoot: b.newRoot, newRoot: b.oldRoot }])).toEqual([1]);
  });

  it("draws weights that nobody can know: faults that cancel each other are found", async () => {
    const fault = times1(4711n);
    const point = (bytes: Uint8Array) => bn254.G1.Point.fromAffine(affine(expandProof(bytes).pi_c));
    const [a, b] = chain(2) as [ProofToCheck, ProofToCheck];
    const pair = [
      { ...a, bytes: replaced(a.bytes, C_AT, bytesOf(point(a.bytes).add(fault))) },
      { ...b, bytes: replaced(b.bytes, C_AT, bytesOf(point(b.bytes).subtract(fault))) },
    ];
    expect(indices(pair)).toEqual([0, 1]);
    // The same weight for both would let them pass: it is the weights that find them.
    expect(batchCheck(await mclBackend(), simulatedKey(), () => 5n)(pair)).toEqual([]);
  });

  it("takes roots up to the largest", () => {
    const ends = [R - 1n, 0n] as const;
    const bytes = compressProof(simulatedProof(ends));
    expect(check([{ oldRoot: ends[0], newRoot: ends[1], bytes }])).toEqual([]);
  });
});

const affine = ([x = "0", y = "0"]: readonly string[]) => ({ x: BigInt(x), y: BigInt(y) });

describe("the bytes of a proof", () => {
  const proof = simulatedProof([5n, 6n]);

  it("are 128 and give the proof back", () => {
    for (let a = 1n; a < 12n; a++) {
      const some = simulatedProof([5n, 6n], a, 3n * a + 1n);
      expect(compressProof(some)).toHaveLength(128);
      expect(expandProof(compressProof(some))).toEqual(some);
    }
  });

  const negated = ([x = "", y = "", z = ""]: readonly string[]) => [x, `${P - BigInt(y)}`, z];
  it.each<[string, Partial<Record<keyof Groth16Proof, unknown>>]>([
    ["another y of the same sign", { pi_a: [proof.pi_a[0], `${(BigInt(proof.pi_a[1] ?? 0) + 2n) % P}`, "1"] }],
    ["a y above p", { pi_c: [proof.pi_c[0], `${BigInt(proof.pi_c[1] ?? 0) + P}`, "1"] }],
    ["a leading zero", { pi_c: [`0${proof.pi_c[0]}`, proof.pi_c[1], "1"] }],
    ["infinity", { pi_a: INFINITY_1 }],
    ["zero coordinates", { pi_a: ["0", "0", "1"] }],
    ["another z", { pi_a: [proof.pi_a[0], proof.pi_a[1], "2"] }],
    ["a missing coordinate", { pi_b: proof.pi_b.slice(0, 2) }],
    ["another point of Fp2", { pi_b: [proof.pi_b[1], proof.pi_b[0], ["1", "0"]] }],
    ["a number in place of text", { pi_a: [1, 2, "1"] }],
    ["no points", { pi_b: null }],
  ])("are not made of %s", (_, change) => {
    expect(() => compressProof({ ...proof, ...change } as Groth16Proof)).toThrow(Malformed);
  });

  it.each([[null], ["text"], [[]]])("are not made of %j in place of a proof", (proof) => {
    expect(() => compressProof(proof as unknown as Groth16Proof)).toThrow(Malformed);
  });

  it("tell a point from its negative", () => {
    expect(compressProof({ ...proof, pi_a: negated(proof.pi_a) })).not.toEqual(compressProof(proof));
    expect(g1(bn254.G1.Point.fromAffine(affine(proof.pi_a)).negate())).toEqual(negated(proof.pi_a));
  });

  it("are refused at another length, and at infinity", () => {
    expect(() => expandProof(compressProof(proof).subarray(1))).toThrow(Malformed);
    expect(() => expandProof(replaced(compressProof(proof), 0, new Uint8Array(32)))).toThrow(Malformed);
    expect(() => expandProof(replaced(compressProof(proof), 32, new Uint8Array(64)))).toThrow(Malformed);
  });
});
