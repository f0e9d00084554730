// What the certificate's verifier needs of a pairing library on BN254. The protocol is written once; a library is put in through this door.
// Encodings are those of docs/wire-format.md: little-endian, sign in the top bit, GT compressed to 128 bytes.

/** Bytes that are not the encoding of an element; `detail` says of what, and why. Never leaves the verifier. */
export class Malformed extends Error {}

export interface PairingBackend<G1 = unknown, G2 = unknown, Gt = unknown> {
  readonly name: string;
  /** 32 bytes, on the curve. @throws Malformed */
  decodeG1(bytes: Uint8Array): G1;
  /** 64 bytes, on the twist and of order r. @throws Malformed */
  decodeG2(bytes: Uint8Array): G2;
  /** 128 bytes; what decodes is in the cyclotomic subgroup. @throws Malformed */
  decodeGt(bytes: Uint8Array): Gt;
  isZeroG1(point: G1): boolean;
  /** The sum of all scalar * point; scalars in [0, r). */
  combineG1(terms: readonly (readonly [point: G1, scalar: bigint])[]): G1;
  /** The product of e(p, q) over all pairs; pairs with infinity count as one. */
  pairingProduct(pairs: readonly (readonly [G1, G2])[]): Gt;
  /** The product of all element ^ exponent; exponents in [0, r). */
  powerProduct(terms: readonly (readonly [element: Gt, exponent: bigint])[]): Gt;
  equalGt(a: Gt, b: Gt): boolean;
}
