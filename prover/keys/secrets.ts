// The secrets of a development setup, as bytes that can be overwritten.
import { randomBytes } from "node:crypto";
import { FIELD_BYTES, fromLittleEndian, R_ORDER, toLittleEndian } from "./wasm-curve.js";

/** What must be forgotten: whoever knows these can prove anything. Each 32 bytes, least significant first, from 2 to below the group order. */
export interface Secrets {
  readonly tau: Uint8Array;
  readonly alpha: Uint8Array;
  readonly beta: Uint8Array;
  readonly gamma: Uint8Array;
  readonly delta: Uint8Array;
}

const ORDER = Buffer.from(toLittleEndian(R_ORDER)).reverse();
const ONE = Buffer.from(toLittleEndian(1n)).reverse();

/** A secret from the operating system: 32 bytes, least significant first, from 2 to below the group order. */
export function drawScalar(): Uint8Array {
  for (;;) {
    const candidate = randomBytes(FIELD_BYTES); // compared with its most significant byte first
    candidate[0] = (candidate[0] ?? 0) & 0x3f; // 254 bits, so about three draws in four fit
    if (Buffer.compare(candidate, ORDER) < 0 && Buffer.compare(candidate, ONE) > 0) return candidate.reverse();
    candidate.fill(0);
  }
}

/** Draw fresh secrets from the operating system. */
export function drawSecrets(): Secrets {
  return { tau: drawScalar(), alpha: drawScalar(), beta: drawScalar(), gamma: drawScalar(), delta: drawScalar() };
}

/** Overwrite them. */
export function forgetSecrets(secrets: Secrets): void {
  for (const secret of Object.values(secrets) as Uint8Array[]) secret.fill(0);
}

/** The secrets as integers, which cannot be overwritten. */
export type SecretIntegers = Readonly<Record<keyof Secrets, bigint>>;

export function secretIntegers({ tau, alpha, beta, gamma, delta }: Secrets): SecretIntegers {
  const of = fromLittleEndian;
  return { tau: of(tau), alpha: of(alpha), beta: of(beta), gamma: of(gamma), delta: of(delta) };
}
