// The name of a verification key: what manifests, registers and certificates mean by "this circuit under this setup".
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { VerificationKey } from "./groth16.js";

/** Hex SHA-256 of a verification key's own content, whatever the order of its fields and the precomputed e(alpha, beta). */
export function verificationKeyDigest(vkey: VerificationKey): string {
  const { protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC } = vkey;
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC]))));
}
