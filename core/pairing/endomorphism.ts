// Maps of BN254's curves onto themselves that act as multiplication by a known number: they halve the scalars of G1 and tell the points of G2.
import { bn254 } from "@noble/curves/bn254.js";
import { P, type Pair } from "./encoding.js";
import { roundedQuotient, U } from "./lattice.js";

const { Fp, Fp2 } = bn254.fields;
const G1Point = bn254.G1.Point;
const G2Point = bn254.G2.Point;
type G1 = InstanceType<typeof G1Point>;
type G2 = InstanceType<typeof G2Point>;

/** A cube root of unity mod p. (x, y) -> (BETA x, y) multiplies by 36 u^3 + 18 u^2 + 6 u + 1, one mod r. */
const BETA = 18n * U ** 3n + 18n * U ** 2n + 9n * U + 1n;
const [A, B, C] = [6n * U * U + 4n * U + 1n, 2n * U + 1n, 6n * U * U + 2n * U]; // short vectors (A, B) and (B, -C); A C + B^2 = r
const ORDER = A * C + B * B;

/** BETA's multiple of a point. */
const rotate = (point: G1): G1 => new G1Point(Fp.mul(point.X, BETA), point.Y, point.Z);

const signed = (point: G1, scalar: bigint): readonly [G1, bigint] => (scalar < 0n ? [point.negate(), -scalar] : [point, scalar]);

/**
 * scalar * point as one term of 128 bits, or two (Gallant, Lambert and Vanstone, "Faster point multiplication on elliptic curves with efficient
 * endomorphisms", 2001).
 */
export function shortTerms(point: G1, scalar: bigint): readonly (readonly [G1, bigint])[] {
  const near = scalar > ORDER / 2n ? scalar - ORDER : scalar;
  if (-near >> 128n === 0n || near >> 128n === 0n) return [signed(point, near)];
  const x = roundedQuotient(scalar * C, ORDER);
  const y = roundedQuotient(scalar * B, ORDER);
  return [signed(point, scalar - x * A - y * B), signed(rotate(point), y * C - x * B)];
}

/** xi^((p - 1) / 6), xi = 9 + i: the factor by which Frobenius moves w. */
export const GAMMA: Pair = Fp2.pow({ c0: 9n, c1: 1n }, (P - 1n) / 6n);
const PSI_X = Fp2.sqr(GAMMA);
const PSI_Y = Fp2.mul(PSI_X, GAMMA);

/** Frobenius of the curve, as seen on the twist: on G2 it multiplies by p. */
const psi = ({ X, Y, Z }: G2): G2 =>
  new G2Point(Fp2.mul(Fp2.frobeniusMap(X, 1), PSI_X), Fp2.mul(Fp2.frobeniusMap(Y, 1), PSI_Y), Fp2.frobeniusMap(Z, 1));

/**
 * True for a point of the twist that has order r: (u + 1) + u psi + u psi^2 - 2 u psi^3 sends it to infinity (El Housni, Guillevic and Piellard,
 * eprint 2022/352). The order of such a point divides the resultant of this and psi^2 - (6 u^2 + 1) psi + p, whose greatest common divisor
 * with the order of the twist is r.
 */
export function isInG2(point: G2): boolean {
  const multiple = point.multiplyUnsafe(U);
  const once = psi(multiple);
  const twice = psi(once);
  return point.add(multiple).add(once).add(twice).equals(psi(twice).double());
}
