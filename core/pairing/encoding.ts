// Bytes of scalars and of points on BN254: little-endian, one reading each. Layout: docs/wire-format.md.
//
// G1: x, top bit = y is odd. G2: x.c0 then x.c1, top bit of the last byte = y is odd (its c0; its c1 where c0 is zero). Infinity: all bytes zero, which no
// point shares, since neither curve has a point with x = 0. GT: c1 then c2 of the torus T6, see parseGt.
import { R } from "../field.js";
import { Malformed } from "./backend.js";

/** Order p of the base field of BN254 (EIP-197). */
export const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
export const G1_BYTES = 32;
export const G2_BYTES = 64;
export const GT_BYTES = 128;
const FIELD_BYTES = 32;
const SIGN = 0x80;

/** A number of Fp2, c0 + c1 i. */
export interface Pair {
  readonly c0: bigint;
  readonly c1: bigint;
}

/** Numbers of 32 bytes, little-endian. */
function littleEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FIELD_BYTES);
  const high = (view.getBigUint64(24, true) << 64n) | view.getBigUint64(16, true);
  return (high << 128n) | (view.getBigUint64(8, true) << 64n) | view.getBigUint64(0, true);
}

function writeLittleEndian(x: bigint): Uint8Array {
  const bytes = new Uint8Array(FIELD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 4; i++) view.setBigUint64(8 * i, BigInt.asUintN(64, x >> BigInt(64 * i)), true);
  return bytes;
}

function readBelow(bytes: Uint8Array, modulus: bigint, name: string): bigint {
  const x = littleEndian(bytes);
  if (x >= modulus) throw new Malformed(`${name} is not below its modulus`);
  return x;
}

/** A copy of exactly `length` bytes: whoever holds the original may not change it under us, nor we under them. */
function exactly(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.length !== length) throw new Malformed(`${name} has ${bytes.length} bytes instead of ${length}`);
  return new Uint8Array(bytes);
}

/** 32 bytes of a scalar in [0, r). */
export const scalarBytes = (x: bigint): Uint8Array => writeLittleEndian(x);

/** A scalar from 32 bytes. @throws Malformed when it is not below r */
export function readScalar(bytes: Uint8Array): bigint {
  return readBelow(exactly(bytes, FIELD_BYTES, "the scalar"), R, "the scalar");
}

const isOdd = (x: bigint): boolean => (x & 1n) === 1n;

/** The sign of a y in Fp2: parity of c0, or of c1 where c0 is zero. */
export const isOddPair = (y: Pair): boolean => isOdd(y.c0 === 0n ? y.c1 : y.c0);

function withSign(bytes: Uint8Array, odd: boolean): Uint8Array {
  const last = bytes.length - 1;
  if (odd) bytes[last] = (bytes[last] ?? 0) | SIGN;
  return bytes;
}

/** 32 bytes of an affine point of G1; (0, 0) is infinity. */
export const encodeG1 = (x: bigint, y: bigint): Uint8Array => withSign(writeLittleEndian(x), isOdd(y));

/** 64 bytes of an affine point of G2; all zero is infinity. */
export function encodeG2(x: Pair, y: Pair): Uint8Array {
  const bytes = new Uint8Array(G2_BYTES);
  bytes.set(writeLittleEndian(x.c0));
  bytes.set(writeLittleEndian(x.c1), FIELD_BYTES);
  return withSign(bytes, isOddPair(y));
}

/** Takes the sign off the last byte of a copy. */
function takeSign(bytes: Uint8Array): boolean {
  const last = bytes.length - 1;
  const odd = ((bytes[last] ?? 0) & SIGN) !== 0;
  bytes[last] = (bytes[last] ?? 0) & ~SIGN;
  return odd;
}

/**
 * x and the sign of y, or undefined for infinity. Whether the curve has such a point is for the caller to find out.
 * @throws Malformed
 */
export function parseG1(bytes: Uint8Array): { readonly x: bigint; readonly odd: boolean } | undefined {
  const copy = exactly(bytes, G1_BYTES, "the G1 point");
  const odd = takeSign(copy);
  const x = readBelow(copy, P, "x of the G1 point");
  if (x !== 0n) return { x, odd };
  if (odd) throw new Malformed("the G1 point is infinity with a sign");
  return undefined;
}

const readPair = (bytes: Uint8Array, name: string): Pair => ({
  c0: readBelow(bytes.subarray(0, FIELD_BYTES), P, `${name}.c0`),
  c1: readBelow(bytes.subarray(FIELD_BYTES, 2 * FIELD_BYTES), P, `${name}.c1`),
});

/**
 * x and the sign of y, or undefined for infinity. Whether the twist has such a point, of order r, is for the caller to find out.
 * @throws Malformed
 */
export function parseG2(bytes: Uint8Array): { readonly x: Pair; readonly odd: boolean } | undefined {
  const copy = exactly(bytes, G2_BYTES, "the G2 point");
  const odd = takeSign(copy);
  const x = readPair(copy, "x of the G2 point");
  if (x.c0 !== 0n || x.c1 !== 0n) return { x, odd };
  if (odd) throw new Malformed("the G2 point is infinity with a sign");
  return undefined;
}

/**
 * c1 and c2 of an element (G + w) / (G - w) of the torus T6, G = c0 + c1 v + c2 v^2; undefined for one. Every pair with c1 not zero is the encoding of
 * one element of the cyclotomic subgroup, the one with 3 c0 c1 = 1 + 3 xi c2^2 (Rubin and Silverberg, "Compression in finite fields and torus-based
 * cryptography", 2008).
 * @throws Malformed
 */
export function parseGt(bytes: Uint8Array): { readonly c1: Pair; readonly c2: Pair } | undefined {
  const copy = exactly(bytes, GT_BYTES, "the GT element");
  const c1 = readPair(copy, "c1 of the GT element");
  const c2 = readPair(copy.subarray(2 * FIELD_BYTES), "c2 of the GT element");
  if (c1.c0 !== 0n || c1.c1 !== 0n) return { c1, c2 };
  if (c2.c0 !== 0n || c2.c1 !== 0n) throw new Malformed("c1 of the GT element is zero and c2 is not");
  return undefined;
}
