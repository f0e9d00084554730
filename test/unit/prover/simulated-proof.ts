// Verification keys and proofs made from known secrets: Groth16's simulator (eprint 2016/260, section 3.2), which needs no circuit.
import { bn254, bn254_Fr as Fr } from "@noble/curves/bn254.js";
import type { Groth16Proof, VerificationKey } from "../../../core/groth16.js";

export const R = Fr.ORDER;
export const P = bn254.fields.Fp.ORDER;
export type G1 = InstanceType<typeof bn254.G1.Point>;
export type G2 = InstanceType<typeof bn254.G2.Point>;

export const INFINITY_1 = ["0", "1", "0"];

export function g1(point: G1): string[] {
  const { x, y } = point.toAffine();
  return [x.toString(), y.toString(), "1"];
}

export function g2(point: G2): string[][] {
  const { x, y } = point.toAffine();
  return [[x.c0, x.c1].map(String), [y.c0, y.c1].map(String), ["1", "0"]];
}

export const times1 = (scalar: bigint): G1 => bn254.G1.Point.BASE.multiply(Fr.create(scalar));
export const times2 = (scalar: bigint): G2 => bn254.G2.Point.BASE.multiply(Fr.create(scalar));

/** A point on the twist outside the subgroup of order r. */
export function outsideSubgroup(): G2 {
  const { Fp2 } = bn254.fields;
  for (let i = 1n; ; i++) {
    const x = Fp2.fromBigTuple([i, 1n]);
    const y2 = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n])));
    try {
      const point = bn254.G2.Point.fromAffine({ x, y: Fp2.sqrt(y2) });
      if (!point.isTorsionFree()) return point;
    } catch {
      // no square root: try the next x
    }
  }
}

const secrets = { alpha: 1_234_567n, beta: 7_654_321n, gamma: 31_337n, delta: 271_828n };
/** Discrete logarithms of the IC points times gamma. */
const icLogs = [17n, 19n, 23n];

export function simulatedKey(over: Partial<typeof secrets> = {}): VerificationKey {
  const { alpha, beta, gamma, delta } = { ...secrets, ...over };
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: icLogs.length - 1,
    vk_alpha_1: g1(times1(alpha)),
    vk_beta_2: g2(times2(beta)),
    vk_gamma_2: g2(times2(gamma)),
    vk_delta_2: g2(times2(delta)),
    IC: icLogs.map((log) => g1(times1(Fr.div(log, gamma)))),
  };
}

/** Logarithm of C for given logarithms of A and B, under simulatedKey(over). */
export function logOfC(a: bigint, b: bigint, signals: readonly bigint[], over: Partial<typeof secrets> = {}): bigint {
  const { alpha, beta, delta } = { ...secrets, ...over };
  const ic = icLogs.reduce((sum, log, i) => sum + log * (i === 0 ? 1n : (signals[i - 1] ?? 0n)), 0n);
  return Fr.div(Fr.create(a * b - alpha * beta - ic), delta);
}

/** A proof from the logarithms of its A and B, under simulatedKey(over). */
export function simulatedProof(signals: readonly bigint[], a = 99n, b = 101n, over: Partial<typeof secrets> = {}): Groth16Proof {
  const pi_c = g1(times1(logOfC(a, b, signals, over)));
  return { pi_a: g1(times1(a)), pi_b: g2(times2(b)), pi_c, protocol: "groth16", curve: "bn128" };
}

/** A proof with A at infinity, so that B does not matter: here B is outside the subgroup. */
export function proofWithStrayB(signals: readonly bigint[]): Groth16Proof {
  const pi_c = g1(times1(logOfC(0n, 0n, signals)));
  return { pi_a: INFINITY_1, pi_b: g2(outsideSubgroup()), pi_c, protocol: "groth16", curve: "bn128" };
}
