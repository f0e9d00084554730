// Where core/groth16.ts agrees with snarkjs, and the inputs that snarkjs 0.7.6 accepts and we refuse.
import { groth16 } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Groth16Proof, verifyGroth16 } from "../../../core/groth16.js";
import { proveAndVerify } from "../../../prover/prove-batch.js";
import { multiplier, prepared, tempDir } from "../../helpers/toy-circuit.js";
import { P, proofWithStrayB, R, simulatedKey, simulatedProof } from "../../unit/prover/simulated-proof.js";

const both = async (vkey: unknown, signals: readonly unknown[], proof: unknown) => ({
  snarkjs: await groth16.verify(vkey, signals, proof),
  ours: verifyGroth16(vkey, signals, proof).ok,
});
const AGREE = { snarkjs: true, ours: true };
const ONLY_SNARKJS = { snarkjs: true, ours: false };

describe("agreement with snarkjs", () => {
  let vkey: object;
  let proof: Groth16Proof;
  let signals: readonly string[];
  beforeAll(async () => {
    const toy = multiplier();
    const { circuit, keys } = await prepared(toy, await tempDir());
    ({ proof, publicSignals: signals } = await proveAndVerify({ circuit, keys, input: toy.input }));
    vkey = keys.vkey;
  });

  it("accepts honest and simulated proofs, as snarkjs does", async () => {
    expect(await both(vkey, signals, proof)).toEqual(AGREE);
    expect(await both(simulatedKey(), ["5", "8"], simulatedProof([5n, 8n]))).toEqual(AGREE);
  });

  it("checks the precomputed e(alpha, beta), which snarkjs writes and ignores", async () => {
    expect("vk_alphabeta_12" in vkey).toBe(true);
    const { vk_alphabeta_12 } = vkey as { vk_alphabeta_12: readonly unknown[] };
    expect(await both({ ...vkey, vk_alphabeta_12: [...vk_alphabeta_12].reverse() }, signals, proof)).toEqual(ONLY_SNARKJS);
  });

  it("refuses a wrong signal and a signal plus r, as snarkjs does", async () => {
    const refused = { snarkjs: false, ours: false };
    expect(await both(vkey, ["34", "11"], proof)).toEqual(refused);
    expect(await both(vkey, [`${33n + R}`, "11"], proof)).toEqual(refused);
  });
});

describe("accepted by snarkjs, refused here", () => {
  const vkey = simulatedKey();

  it("a public array that is too short", async () => {
    expect(await both(vkey, ["5"], simulatedProof([5n, 0n]))).toEqual(ONLY_SNARKJS);
    expect(await both(vkey, [], simulatedProof([0n, 0n]))).toEqual(ONLY_SNARKJS);
  });

  it("a coordinate plus p, and a signal with leading zeros", async () => {
    const proof = simulatedProof([5n, 8n]);
    const [x = "0", ...rest] = proof.pi_a;
    expect(await both(vkey, ["5", "8"], { ...proof, pi_a: [`${BigInt(x) + P}`, ...rest] })).toEqual(ONLY_SNARKJS);
    expect(await both(vkey, ["005", "8"], proof)).toEqual(ONLY_SNARKJS);
  });

  it("G2 points outside the subgroup of order r", async () => {
    // With A at infinity, nothing binds B.
    expect(await both(vkey, ["5", "8"], proofWithStrayB([5n, 8n]))).toEqual(ONLY_SNARKJS);
  });

  it("a key whose delta is gamma", async () => {
    const key = { ...vkey, vk_delta_2: vkey.vk_gamma_2 };
    // Forged without any witness: A = alpha, B = beta, C = -IC(x); for the signals 0, 0 that is minus IC_0.
    const [x = "", y = "0"] = vkey.IC[0] ?? [];
    const forged = { pi_a: vkey.vk_alpha_1, pi_b: vkey.vk_beta_2, pi_c: [x, `${P - BigInt(y)}`, "1"], protocol: "groth16", curve: "bn128" };
    expect(await both(key, ["0", "0"], forged)).toEqual(ONLY_SNARKJS);
  });
});
