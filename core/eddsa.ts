// EdDSA-Poseidon over Baby Jubjub, equal to circomlibjs signPoseidon: S*B8 = R8 + 8*h*A, h = P5(R8x, R8y, Ax, Ay, msg).
import { babyjubjub } from "@noble/curves/misc.js";
import { blake512 } from "@noble/hashes/blake1.js";
import { accelerator } from "./accelerate.js";
import { ZkStateError } from "./errors.js";
import { isCanonical } from "./field.js";
import { poseidon } from "./poseidon.js";

/** A Baby Jubjub point, affine. */
export interface PublicKey {
  readonly ax: bigint;
  readonly ay: bigint;
}

/** R8 affine and the scalar S below the subgroup order. */
export interface Signature {
  readonly r8x: bigint;
  readonly r8y: bigint;
  readonly s: bigint;
}

/** A signing key: the public half and the two things that it does. */
export interface SigningKey {
  readonly publicKey: PublicKey;
  /** Signs one field element. */
  readonly sign: (message: bigint) => Signature;
}

const { Point } = babyjubjub;
type CurvePoint = InstanceType<typeof Point>;
/** Order of the prime subgroup that B8 generates (EIP-2494). */
export const SUBGROUP_ORDER = Point.Fn.ORDER;

const fromLittleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);

function toLittleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}

/** Clamped secret scalar (a multiple of 8) and the prefix that makes nonces, as in RFC 8032 with BLAKE-512. */
function expandSeed(seed: Uint8Array): { scalar: bigint; prefix: Uint8Array } {
  const digest = blake512(seed);
  const low = digest.slice(0, 32);
  low[0] = (low[0] ?? 0) & 0xf8;
  low[31] = ((low[31] ?? 0) & 0x7f) | 0x40;
  return { scalar: fromLittleEndian(low), prefix: digest.slice(32) };
}

/**
 * The signing key of a 32-byte secret seed. Signatures are deterministic.
 * @throws INPUT_MALFORMED unless the seed has 32 bytes; sign throws INPUT_NOT_CANONICAL unless 0 <= message < r.
 */
export function keyFromSeed(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) {
    throw new ZkStateError({ code: "INPUT_MALFORMED", message: "A key seed has 32 bytes.", expected: "32", got: `${seed.length}` });
  }
  const { scalar, prefix } = expandSeed(seed);
  const { x: ax, y: ay } = Point.BASE.multiply((scalar >> 3n) % SUBGROUP_ORDER).toAffine();
  const sign = (message: bigint): Signature => {
    if (!isCanonical(message)) {
      throw new ZkStateError({
        code: "INPUT_NOT_CANONICAL",
        message: "A message is one field element.",
        expected: "[0, r)",
        got: `${message}`,
      });
    }
    const nonce = fromLittleEndian(blake512(Uint8Array.from([...prefix, ...toLittleEndian(message)]))) % SUBGROUP_ORDER;
    const { x: r8x, y: r8y } = Point.BASE.multiply(nonce).toAffine();
    const h = poseidon([r8x, r8y, ax, ay, message]);
    return { r8x, r8y, s: (nonce + h * scalar) % SUBGROUP_ORDER };
  };
  return { publicKey: { ax, ay }, sign };
}

/** The curve point of two words, or undefined unless both are canonical and on the curve. */
function pointOf(x: bigint, y: bigint): CurvePoint | undefined {
  if (!isCanonical(x) || !isCanonical(y)) return undefined;
  const { Fp } = Point;
  const { a, d } = Point.CURVE();
  const [x2, y2] = [Fp.sqr(x), Fp.sqr(y)];
  const onCurve = Fp.eql(Fp.add(Fp.mul(a, x2), y2), Fp.add(1n, Fp.mul(d, Fp.mul(x2, y2))));
  return onCurve ? Point.fromAffine({ x, y }) : undefined;
}

/** A key that can sign: canonical, on the curve and not of small order (8A is not the identity). */
export function isValidKey(key: PublicKey): boolean {
  const point = pointOf(key.ax, key.ay);
  return point !== undefined && !point.isSmallOrder();
}

/**
 * Strict verification: A and R8 canonical and on the curve, 8A not the identity, S below the subgroup order, message below r.
 * Never throws on hostile words.
 */
export function verify(publicKey: PublicKey, message: bigint, signature: Signature): boolean {
  const { r8x, r8y, s } = signature;
  return accelerator()?.verifySignature(publicKey.ax, publicKey.ay, message, r8x, r8y, s) ?? verifyHere(publicKey, message, signature);
}

function verifyHere(publicKey: PublicKey, message: bigint, { r8x, r8y, s }: Signature): boolean {
  if (!isCanonical(message) || s < 0n || s >= SUBGROUP_ORDER) return false;
  const a = pointOf(publicKey.ax, publicKey.ay);
  const r8 = pointOf(r8x, r8y);
  if (a === undefined || r8 === undefined) return false;
  const a8 = a.clearCofactor();
  if (a8.is0()) return false;
  const h = poseidon([r8x, r8y, publicKey.ax, publicKey.ay, message]) % SUBGROUP_ORDER; // 8A has prime order, so h may be reduced
  return Point.BASE.multiplyUnsafe(s).equals(r8.add(a8.multiplyUnsafe(h)));
}
