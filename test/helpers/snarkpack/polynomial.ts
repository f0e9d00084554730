// Polynomials mod r, constant first, as the halvings and openings of a textbook use them.
import { inverse, mod } from "./groups.js";

export type Polynomial = readonly bigint[];

export const evaluate = (f: Polynomial, x: bigint): bigint => f.reduceRight((sum, c) => mod(sum * x + c), 0n);

/** factor X^degree. */
export const monomial = (factor: bigint, degree: number): Polynomial => [...new Array<bigint>(degree).fill(0n), mod(factor)];

/** f + x g. */
export const addTimes = (f: Polynomial, g: Polynomial, x: bigint): Polynomial =>
  Array.from({ length: Math.max(f.length, g.length) }, (_, i) => mod((f[i] ?? 0n) + x * (g[i] ?? 0n)));

/** (f(X) - f(z)) / (X - z) at the secret: what a KZG opening is a multiple of. */
export const openingAt = (f: Polynomial, z: bigint, secret: bigint): bigint =>
  mod((evaluate(f, secret) - evaluate(f, z)) * inverse(secret - z));
