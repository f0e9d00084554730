// What is taken for a chain of proofs before any work begins.
import { beforeAll, describe, expect, it } from "vitest";
import { PointCodec } from "../../../aggregator/curve/points.js";
import { type ChainProof, keyPoints, proofPoints, statementOf } from "../../../aggregator/snarkpack/chain.js";
import { compileFastCurve } from "../../../aggregator/wasm/module.js";
import { R } from "../../../core/field.js";
import { P } from "../../../core/pairing/encoding.js";
import { openCurve } from "../../../prover/keys/wasm-curve.js";
import { chainOfProofs } from "../../helpers/proof-chain.js";

const { vkey, proofs } = chainOfProofs(3, 3n);
let codec: PointCodec;
beforeAll(async () => {
  codec = new PointCodec(await openCurve(await compileFastCurve()));
});
const changed = (i: number, change: (proof: ChainProof) => ChainProof) => proofs.map((proof, k) => (k === i ? change(proof) : proof));
const code = (expected: string, index?: number) =>
  expect.objectContaining({ code: expected, ...(index === undefined ? {} : { details: { index } }) });

describe("the statement of a chain", () => {
  it("leads from the first old root to the last new one", () => {
    expect(statementOf(proofs)).toEqual({ oldRoot: proofs[0]?.oldRoot, newRoot: proofs[2]?.newRoot, count: 3 });
  });

  it("is refused for a gap, at the proof after it", () => {
    expect(() => statementOf(changed(1, (proof) => ({ ...proof, newRoot: 5n })))).toThrow(code("CHAIN_BROKEN", 2));
    expect(() => statementOf(proofs.toReversed())).toThrow(code("CHAIN_BROKEN", 1));
  });

  it("is refused without proofs, and for roots that are no field elements", () => {
    expect(() => statementOf([])).toThrow(code("USAGE"));
    expect(() => statementOf(changed(0, (proof) => ({ ...proof, oldRoot: R })))).toThrow(code("USAGE", 0));
    expect(() => statementOf(changed(2, (proof) => ({ ...proof, newRoot: -1n })))).toThrow(code("USAGE", 2));
  });
});

describe("points of proofs", () => {
  const withA = (i: number, pi_a: readonly string[]) => changed(i, ({ proof, ...roots }) => ({ ...roots, proof: { ...proof, pi_a } }));
  const withB = (pi_b: readonly (readonly string[])[]) => changed(1, ({ proof, ...roots }) => ({ ...roots, proof: { ...proof, pi_b } }));

  it.each<[string, readonly string[]]>([
    ["off the curve", ["1", "3", "1"]],
    ["a number that is not below p", [`${P + 1n}`, "2", "1"]],
    ["a number in other words", ["0x1", "2", "1"]],
    ["a sign", ["-1", "2", "1"]],
    ["nothing", []],
  ])("are refused for %s, with the proof's number", (_, pi_a) => {
    expect(() => proofPoints(codec, withA(2, pi_a))).toThrow(code("PROOF_MALFORMED", 2));
  });

  it("are refused off the twist", () => {
    expect(() => proofPoints(codec, withB([["1", "2"], ["3", "4"], ["1", "0"]]))).toThrow(code("PROOF_MALFORMED", 1)); // biome-ignore format: one line
  });
});

describe("the verification key", () => {
  it("needs two public signals, and has to be safe", () => {
    expect(keyPoints(codec, vkey).ic).toHaveLength(3);
    const longer = { ...vkey, nPublic: 3, IC: [...vkey.IC, vkey.vk_alpha_1] };
    expect(() => keyPoints(codec, longer)).toThrow(code("KEY_MISMATCH"));
    expect(() => keyPoints(codec, { ...vkey, nPublic: 1, IC: vkey.IC.slice(0, 2) })).toThrow(code("KEY_MISMATCH"));
    expect(() => keyPoints(codec, { ...vkey, vk_delta_2: vkey.vk_gamma_2 })).toThrow(code("KEY_UNSAFE"));
  });
});
