// The scalar field of BN254: every word of a state, a message or a proof input is one of its elements.
import { ZkStateError } from "./errors.js";

/** Order r of the BN254 scalar field (EIP-197); also the base field of Baby Jubjub (EIP-2494). */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** True for a canonical field element: an integer in [0, r). */
export const isCanonical = (x: bigint): boolean => x >= 0n && x < R;

/**
 * The field element of a signed integer: a negative x is r - |x| (docs/rules.md section 2).
 * @throws INPUT_NOT_CANONICAL when |x| >= r, where two integers would share an element.
 */
export function toFr(x: bigint): bigint {
  if (x >= 0n) return x < R ? x : tooLarge(x);
  return x > -R ? x + R : tooLarge(x);
}

function tooLarge(x: bigint): never {
  throw new ZkStateError({
    code: "INPUT_NOT_CANONICAL",
    message: "A number is outside the scalar field.",
    expected: "an integer above -r and below r",
    got: `${x}`,
  });
}
