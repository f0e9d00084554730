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

/** The representative in [0, r) of any integer. */
export function mod(x: bigint): bigint {
  const rest = x % R;
  return rest < 0n ? rest + R : rest;
}

/** 1 / x, by the extended Euclidean algorithm. @throws RangeError for 0 */
export function invert(x: bigint): bigint {
  let [a, b, u, v] = [mod(x), R, 1n, 0n];
  while (a > 1n) {
    const q = b / a;
    [a, b, u, v] = [b - q * a, a, v - q * u, u];
  }
  if (a === 0n) throw new RangeError("zero has no inverse");
  return mod(u);
}

/** All inverses for the price of one. @throws RangeError when an entry is 0 */
export function batchInverse(xs: readonly bigint[]): bigint[] {
  const before: bigint[] = []; // product of all entries before this one
  let product = 1n;
  for (const x of xs) {
    before.push(product);
    product = (product * x) % R;
  }
  let inverse = invert(product);
  const inverses = [...before];
  for (let i = xs.length - 1; i >= 0; i--) {
    inverses[i] = (inverse * (before[i] ?? 1n)) % R;
    inverse = (inverse * (xs[i] ?? 1n)) % R;
  }
  return inverses;
}
