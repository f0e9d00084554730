// Encodings of certificates, written once more from docs/wire-format.md.
import { bn254 } from "@noble/curves/bn254.js";
import { type G1, type G2, type Gt, INFINITY_1, INFINITY_2, ONE, R } from "./groups.js";

const { Fp, Fp2, Fp6, Fp12 } = bn254.fields;
type Fp2 = Gt["c0"]["c0"];
const SIGN = 1n << 255n;
const XI = Fp2.fromBigTuple([9n, 1n]);
const W: Gt = { c0: Fp6.ZERO, c1: Fp6.ONE };

/** Bytes that a reader refuses. */
export class Unreadable extends Error {}

export const littleEndian = (x: bigint, length = 32): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((x >> BigInt(8 * i)) & 255n));
export const fromLittleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((x, byte) => (x << 8n) + BigInt(byte), 0n);
export const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function below(x: bigint, modulus: bigint): bigint {
  if (x >= modulus) throw new Unreadable("a number is not below its modulus");
  return x;
}

export const readScalar = (bytes: Uint8Array): bigint => below(fromLittleEndian(bytes), R);

export function writeG1(point: G1): Uint8Array {
  if (point.is0()) return littleEndian(0n);
  const { x, y } = point.toAffine();
  return littleEndian(x + (y % 2n) * SIGN);
}

export function readG1(bytes: Uint8Array): G1 {
  const all = fromLittleEndian(bytes);
  if (all === 0n) return INFINITY_1;
  const x = below(all % SIGN, Fp.ORDER);
  const y = rootOf(() => Fp.sqrt(Fp.add(Fp.pow(x, 3n), 3n)));
  return curvePoint(() => bn254.G1.Point.fromAffine({ x, y: y % 2n === all / SIGN ? y : Fp.neg(y) }));
}

const oddness = ({ c0, c1 }: Fp2): bigint => (c0 === 0n ? c1 : c0) % 2n;
const writeFp2 = ({ c0, c1 }: Fp2): Uint8Array => join(littleEndian(c0), littleEndian(c1));
const readFp2 = (bytes: Uint8Array): Fp2 =>
  Fp2.fromBigTuple([below(fromLittleEndian(bytes.slice(0, 32)), Fp.ORDER), below(fromLittleEndian(bytes.slice(32)), Fp.ORDER)]);

export function writeG2(point: G2): Uint8Array {
  if (point.is0()) return new Uint8Array(64);
  const { x, y } = point.toAffine();
  return join(littleEndian(x.c0), littleEndian(x.c1 + oddness(y) * SIGN));
}

export function readG2(bytes: Uint8Array): G2 {
  const high = fromLittleEndian(bytes.slice(32));
  if (bytes.every((byte) => byte === 0)) return INFINITY_2;
  const x = readFp2(join(bytes.slice(0, 32), littleEndian(high % SIGN)));
  const y = rootOf(() => Fp2.sqrt(Fp2.add(Fp2.pow(x, 3n), Fp2.div(Fp2.fromBigTuple([3n, 0n]), XI))));
  return curvePoint(() => bn254.G2.Point.fromAffine({ x, y: oddness(y) === high / SIGN ? y : Fp2.neg(y) }));
}

function rootOf<T>(sqrt: () => T): T {
  try {
    return sqrt();
  } catch {
    throw new Unreadable("no point has this x");
  }
}

/** The point, on its curve and of order r. */
function curvePoint<T extends { assertValidity(): void }>(make: () => T): T {
  const point = make();
  try {
    point.assertValidity();
  } catch {
    throw new Unreadable("a point is not on its curve or not of order r");
  }
  return point;
}

/** (1 + a) / b for a + b w, without its first coordinate. */
export function writeGt(element: Gt): Uint8Array {
  if (Fp12.eql(element, ONE)) return new Uint8Array(128);
  const { c1, c2 } = Fp6.div(Fp6.add(Fp6.ONE, element.c0), element.c1);
  return join(writeFp2(c1), writeFp2(c2));
}

/** (G + w) / (G - w), the first coordinate of G from 3 c0 c1 = 1 + 3 xi c2^2. */
export function readGt(bytes: Uint8Array): Gt {
  const [c1, c2] = [readFp2(bytes.slice(0, 64)), readFp2(bytes.slice(64))];
  if (Fp2.is0(c1) && Fp2.is0(c2)) return ONE;
  if (Fp2.is0(c1)) throw new Unreadable("c1 is zero and c2 is not");
  const c0 = Fp2.div(Fp2.add(Fp2.ONE, Fp2.mul(Fp2.mul(XI, Fp2.sqr(c2)), 3n)), Fp2.mul(c1, 3n));
  const root: Gt = { c0: { c0, c1, c2 }, c1: Fp6.ZERO };
  return Fp12.div(Fp12.add(root, W), Fp12.sub(root, W));
}
