// Verification keys as points, without any of the checks that production makes: forgeries need the keys that it refuses.
import { createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import type { VerificationKey } from "../../../core/groth16.js";
import { at, type G1, type G2, INFINITY_1 } from "./groups.js";

const { Fp2 } = bn254.fields;

export interface Key {
  readonly alpha: G1;
  readonly beta: G2;
  readonly gamma: G2;
  readonly delta: G2;
  readonly ic: readonly G1[];
}

/** A point of JSON; z = 0 is infinity. */
export const pointG1 = ([x = "0", y = "0", z]: readonly string[]): G1 =>
  z === "0" ? INFINITY_1 : bn254.G1.Point.fromAffine({ x: BigInt(x), y: BigInt(y) });

export function pointG2(json: readonly (readonly string[])[]): G2 {
  const [x, y] = [at(json, 0), at(json, 1)].map(([c0 = "0", c1 = "0"]) => Fp2.fromBigTuple([BigInt(c0), BigInt(c1)]));
  if (x === undefined || y === undefined) throw new Error("a point without coordinates");
  return bn254.G2.Point.fromAffine({ x, y });
}

export const keyOf = (vkey: VerificationKey): Key => ({
  alpha: pointG1(vkey.vk_alpha_1),
  beta: pointG2(vkey.vk_beta_2),
  gamma: pointG2(vkey.vk_gamma_2),
  delta: pointG2(vkey.vk_delta_2),
  ic: vkey.IC.map(pointG1),
});

/** Hex SHA-256 of the key's fields in their fixed order. */
export function digestOfKey(k: VerificationKey): string {
  const content = [k.protocol, k.curve, k.nPublic, k.vk_alpha_1, k.vk_beta_2, k.vk_gamma_2, k.vk_delta_2, k.IC];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
