// Scalars mod r, and the polynomials whose coefficients the halvings leave behind. Coefficients are listed from the constant upwards.
import { invert, mod, R } from "../field.js";

/** 1, x, x^2, ..., x^(n-1). */
export function powers(x: bigint, n: number): bigint[] {
  const list: bigint[] = [];
  for (let i = 0, power = 1n; i < n; i++, power = (power * x) % R) list.push(power);
  return list;
}

/** x^n for n >= 0. */
export function power(x: bigint, n: number): bigint {
  let result = 1n;
  let square = mod(x);
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = (result * square) % R;
    square = (square * square) % R;
  }
  return result;
}

/** 1 + x + ... + x^(n-1). ASSUMES: x is not 1. */
export const geometricSum = (x: bigint, n: number): bigint => mod((power(x, n) - 1n) * invert(x - 1n));

/** Coefficients of the product over j of 1 + xs[j] (s X)^(2^(k-1-j)), k = xs.length; 2^k of them. */
export function productCoefficients(xs: readonly bigint[], s: bigint): bigint[] {
  let coefficients = [1n];
  let step = mod(s);
  for (const x of xs.toReversed()) {
    const factor = (x * step) % R;
    coefficients = [...coefficients, ...coefficients.map((c) => (c * factor) % R)];
    step = (step * step) % R;
  }
  return coefficients;
}

/** The same product at X = z, in k steps. */
export function evaluateProduct(xs: readonly bigint[], s: bigint, z: bigint): bigint {
  let point = mod(s * z);
  let product = 1n;
  for (const x of xs.toReversed()) {
    product = (product * (1n + x * point)) % R;
    point = (point * point) % R;
  }
  return product;
}

/** Coefficients of (f(X) - f(z)) / (X - z), one fewer than f has (none for a constant). */
export function quotient(coefficients: readonly bigint[], z: bigint): bigint[] {
  const result: bigint[] = new Array(Math.max(0, coefficients.length - 1)).fill(0n);
  let sum = 0n;
  for (let i = coefficients.length - 1; i >= 1; i--) {
    sum = ((coefficients[i] ?? 0n) + sum * z) % R;
    result[i - 1] = sum;
  }
  return result;
}
