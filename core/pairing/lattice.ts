// Powers in GT cost a quarter with a short exponent: x^p is a permutation of coordinates (Frobenius) and p mod r is 6 u^2, so an exponent e may be
// replaced by four numbers of 64 bits, e = d0 + d1 p + d2 p^2 + d3 p^3 mod r (Galbraith and Scott, eprint 2008/117).

/** u, the parameter of BN254: p and r are polynomials in it. */
export const U = 4965661367192848881n;

/** Rows (a0, a1, a2, a3) with a0 + a1 p + a2 p^2 + a3 p^3 = 0 mod r: a basis of all such vectors, its determinant being r up to sign. */
const BASIS = [
  [U + 1n, U, U, -2n * U],
  [2n * U + 1n, -U, -(U + 1n), -U],
  [2n * U, 2n * U + 1n, 2n * U + 1n, 2n * U + 1n],
  [U - 1n, 4n * U + 2n, 1n - 2n * U, U - 1n],
] as const;

type Row = (typeof BASIS)[number];

/** Cofactor of the first column: the determinant of what is left without that row and the first column, by the rule of Sarrus. */
function cofactor(i: number): bigint {
  const [[, a, b, c], [, d, e, f], [, g, h, j]] = BASIS.filter((_, row) => row !== i) as [Row, Row, Row];
  const determinant = a * (e * j - f * h) - b * (d * j - f * g) + c * (d * h - e * g);
  return i % 2 === 0 ? determinant : -determinant;
}

const COFACTORS = BASIS.map((_, i) => cofactor(i));
const DETERMINANT = BASIS.reduce((sum, row, i) => sum + row[0] * (COFACTORS[i] ?? 0n), 0n);

/** a / b, rounded to the nearest integer; b > 0. */
export function roundedQuotient(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && quotient * 2n * b !== doubled ? quotient - 1n : quotient;
}

/** How often each row has to be taken off (e, 0, 0, 0) to get near the origin: Babai's rounding. */
const multiples = (e: bigint): bigint[] => {
  const sign = DETERMINANT < 0n ? -1n : 1n;
  return COFACTORS.map((c) => roundedQuotient(sign * e * c, sign * DETERMINANT));
};

/** The four digits of an exponent along p; each below 2^65 in absolute value for an exponent in [0, r). */
export function splitExponent(e: bigint): readonly [bigint, bigint, bigint, bigint] {
  const [k0 = 0n, k1 = 0n, k2 = 0n, k3 = 0n] = multiples(e);
  const digit = (j: 0 | 1 | 2 | 3) => k0 * BASIS[0][j] + k1 * BASIS[1][j] + k2 * BASIS[2][j] + k3 * BASIS[3][j];
  return [e - digit(0), -digit(1), -digit(2), -digit(3)];
}
