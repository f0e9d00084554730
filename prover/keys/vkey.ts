// The verification key inside a proving key, in snarkjs' JSON shape, and the checks that make one acceptable.
import { bn254 } from "@noble/curves/bn254.js";
import { ZkStateError } from "../../core/errors.js";
import { prepareKey, type VerificationKey } from "../../core/groth16.js";
import { inverse } from "./lagrange.js";
import { fromLittleEndian } from "./wasm-curve.js";
import { Q_ORDER, readZkeyHeader } from "./zkey-file.js";

const MONTGOMERY_INVERSE = inverse(2n ** 256n % Q_ORDER, Q_ORDER);

function coordinates(bytes: Uint8Array): string[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) =>
    ((fromLittleEndian(bytes.subarray(i * 32, i * 32 + 32)) * MONTGOMERY_INVERSE) % Q_ORDER).toString(),
  );
}

/** snarkjs writes infinity as (0, 1, 0). */
function g1(bytes: Uint8Array): string[] {
  const [x = "", y = ""] = coordinates(bytes);
  return x === "0" && y === "0" ? ["0", "1", "0"] : [x, y, "1"];
}

function g2(bytes: Uint8Array): string[][] {
  const [x0 = "", x1 = "", y0 = "", y1 = ""] = coordinates(bytes);
  const infinity = [x0, x1, y0, y1].every((c) => c === "0");
  return infinity ? [["0", "0"], ["1", "0"], ["0", "0"]] : [[x0, x1], [y0, y1], ["1", "0"]]; // biome-ignore format: points read best in a line
}

function alphaBeta(alpha: readonly string[], beta: readonly (readonly string[])[]): string[][][] {
  const n = (text: string | undefined) => BigInt(text ?? 0);
  const fp2 = (c: readonly string[] | undefined) => bn254.fields.Fp2.fromBigTuple([n(c?.[0]), n(c?.[1])]);
  const { c0, c1 } = bn254.pairing(
    bn254.G1.Point.fromAffine({ x: n(alpha[0]), y: n(alpha[1]) }),
    bn254.G2.Point.fromAffine({ x: fp2(beta[0]), y: fp2(beta[1]) }),
  );
  return [c0, c1].map((half) => [half.c0, half.c1, half.c2].map((c) => [c.c0.toString(), c.c1.toString()]));
}

/**
 * Extract the verification key of a proving key.
 * @throws ARTIFACT_CORRUPT when the file is not a whole Groth16 zkey, KEY_UNSAFE when its key is not to be used
 */
export function exportVerificationKey(zkeyPath: string): VerificationKey {
  const header = readZkeyHeader(zkeyPath);
  const points = {
    vk_alpha_1: g1(header.point("alpha1")),
    vk_beta_2: g2(header.point("beta2")),
    vk_gamma_2: g2(header.point("gamma2")),
    vk_delta_2: g2(header.point("delta2")),
  };
  const head = { protocol: "groth16", curve: "bn128", nPublic: header.nPublic } as const;
  const bare: VerificationKey = { ...head, ...points, IC: header.ic.map(g1) };
  checkVerificationKey(bare);
  return { ...head, ...points, vk_alphabeta_12: alphaBeta(points.vk_alpha_1, points.vk_beta_2), IC: bare.IC };
}

/**
 * Refuse a verification key under which proofs mean nothing: delta equal to gamma or to the generator, IC at infinity or repeated, points off
 * the curve or outside the subgroup. gamma equal to the generator passes: every key of snarkjs' ceremony has it.
 * @throws KEY_UNSAFE
 */
export function checkVerificationKey(vkey: unknown): void {
  const verdict = prepareKey(vkey);
  if (verdict.ok) return;
  const next = "use a key from a finished ceremony: `zkstate setup --ptau FILE`";
  throw new ZkStateError({
    code: "KEY_UNSAFE",
    message: `verification key refused: ${verdict.detail}`,
    next,
    details: { reason: verdict.code },
  });
}
