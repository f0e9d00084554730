// Lagrange polynomials of a multiplicative subgroup, evaluated at one point.
//
// For the domain {w^j}, j < n, with w of order n: L_j(tau) = (tau^n - 1)/n * w^j / (tau - w^j).
import { FIELD_BYTES, R_ORDER, toLittleEndian, type WasmCurve } from "./wasm-curve.js";

/** Largest k for which the scalar field has a root of unity of order 2^k. */
export const TWO_ADICITY = 28;
// Batch inversion takes one element of working space per input above the allocated memory.
const BLOCK = 1 << 14;

export function modPow(base: bigint, exponent: bigint, modulus = R_ORDER): bigint {
  let result = 1n;
  for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) if (e & 1n) result = (result * b) % modulus;
  return result;
}

export function inverse(value: bigint, modulus = R_ORDER): bigint {
  return modPow(value, modulus - 2n, modulus);
}

/** The root of unity of order 2^power that snarkjs uses: a power of 5, the least non-residue. */
export function rootOfUnity(power: number): bigint {
  return modPow(5n, (R_ORDER - 1n) >> BigInt(power));
}

/** Put an integer into memory in Montgomery form; returns its address. */
export function putField(curve: WasmCurve, value: bigint): number {
  const at = curve.alloc(FIELD_BYTES);
  curve.u8().set(toLittleEndian(value), at);
  curve.op("frm_toMontgomery")(at, at);
  return at;
}

export interface LagrangePlan {
  /** The domain has 2^power points. */
  readonly power: number;
  /** Start with L_first and take every `step`-th. */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Multiplies every value. */
  readonly factor: bigint;
}

/** Evaluate `plan.count` Lagrange polynomials at tau; returns the address of the values, in Montgomery form. */
export function lagrangeAt(curve: WasmCurve, tau: bigint, plan: LagrangePlan): number {
  const out = curve.alloc(plan.count * FIELD_BYTES);
  const n = 1n << BigInt(plan.power);
  const w = rootOfUnity(plan.power);
  const vanishing = modPow(tau, n) - 1n + R_ORDER;
  const scale = (((vanishing * inverse(n)) % R_ORDER) * plan.factor) % R_ORDER;
  curve.scoped(() => {
    const [mul, sub] = [curve.op("frm_mul"), curve.op("frm_sub")];
    const batchInverse = curve.op("frm_batchInverse");
    const pTau = putField(curve, tau);
    const pScale = putField(curve, scale);
    const pStep = putField(curve, modPow(w, BigInt(plan.step)));
    const point = putField(curve, modPow(w, BigInt(plan.first)));
    const points = curve.alloc(BLOCK * FIELD_BYTES);
    for (let from = 0; from < plan.count; from += BLOCK) {
      const block = Math.min(BLOCK, plan.count - from);
      const at = out + from * FIELD_BYTES;
      for (let i = 0; i < block; i++) {
        mul(point, pScale, points + i * FIELD_BYTES);
        sub(pTau, point, at + i * FIELD_BYTES);
        mul(point, pStep, point);
      }
      curve.scoped(() => batchInverse(at, FIELD_BYTES, block, at, FIELD_BYTES));
      for (let i = 0; i < block; i++) mul(at + i * FIELD_BYTES, points + i * FIELD_BYTES, at + i * FIELD_BYTES);
    }
  });
  return out;
}
