// A Groth16 proof as the certificate of one batch: A, B, C compressed to 128 bytes (docs/wire-format.md), and back.
import { bn254 } from "@noble/curves/bn254.js";
import type { Groth16Proof } from "../core/groth16.js";
import { Malformed } from "../core/pairing/backend.js";
import { encodeG1, encodeG2, G1_BYTES, G2_BYTES, isOddPair, P, type Pair, parseG1, parseG2 } from "../core/pairing/encoding.js";
import { SINGLE_BYTES } from "../core/snarkpack/certificate.js";

const { Fp, Fp2 } = bn254.fields;
const G1Point = bn254.G1.Point;
const G2Point = bn254.G2.Point;
const { b: B1 } = G1Point.CURVE();
const { b: B2 } = G2Point.CURVE();
const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;

function coordinate(value: unknown, name: string): bigint {
  const x = typeof value === "string" && DECIMAL.test(value) ? BigInt(value) : P;
  if (x >= P) throw new Malformed(`${name} is not a canonical number below p`);
  return x;
}

function list(value: unknown, length: number, name: string): readonly unknown[] {
  if (Array.isArray(value) && value.length === length) return value;
  throw new Malformed(`${name} is not an array of ${length}`);
}

/** The curve equation is checked here: the bytes keep only the sign of y, so that another y would go unnoticed. */
function compressG1(value: unknown, name: string): Uint8Array {
  const [first, second, third] = list(value, 3, name);
  const [x, y] = [coordinate(first, `${name}.x`), coordinate(second, `${name}.y`)];
  if (third !== "1") throw new Malformed(`${name}: third coordinate is not 1`);
  if (!Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), B1))) throw new Malformed(`${name} is not on the curve`);
  return encodeG1(x, y);
}

function pairOf(value: unknown, name: string): Pair {
  const [c0, c1] = list(value, 2, name);
  return { c0: coordinate(c0, `${name}.c0`), c1: coordinate(c1, `${name}.c1`) };
}

function compressG2(value: unknown, name: string): Uint8Array {
  const [first, second, third] = list(value, 3, name);
  const [x, y] = [pairOf(first, `${name}.x`), pairOf(second, `${name}.y`)];
  const [z0, z1] = list(third, 2, `${name}.z`);
  if (z0 !== "1" || z1 !== "0") throw new Malformed(`${name}: third coordinate is not 1`);
  if (!Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), B2))) throw new Malformed(`${name} is not on the twist`);
  return encodeG2(x, y);
}

/** 128 bytes of a proof in snarkjs' shape. Infinity is refused; the order of B is not looked at. @throws Malformed */
export function compressProof(proof: Groth16Proof): Uint8Array {
  const { pi_a, pi_b, pi_c }: Partial<Groth16Proof> = proof ?? {}; // it comes from a file that says what it likes
  const bytes = new Uint8Array(SINGLE_BYTES);
  bytes.set(compressG1(pi_a, "pi_a"));
  bytes.set(compressG2(pi_b, "pi_b"), G1_BYTES);
  bytes.set(compressG1(pi_c, "pi_c"), G1_BYTES + G2_BYTES);
  return bytes;
}

const infinity = (): Malformed => new Malformed("a point of the proof is infinity");

function expandG1(bytes: Uint8Array): string[] {
  const parsed = parseG1(bytes);
  if (parsed === undefined) throw infinity();
  const { x, odd } = parsed;
  const y = Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), B1));
  return [`${x}`, `${(y & 1n) === (odd ? 1n : 0n) ? y : Fp.neg(y)}`, "1"];
}

function expandG2(bytes: Uint8Array): string[][] {
  const parsed = parseG2(bytes);
  if (parsed === undefined) throw infinity();
  const x = Fp2.fromBigTuple([parsed.x.c0, parsed.x.c1]);
  const root = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), B2));
  const y = isOddPair(root) === parsed.odd ? root : Fp2.neg(root);
  return [[`${x.c0}`, `${x.c1}`], [`${y.c0}`, `${y.c1}`], ["1", "0"]]; // biome-ignore format: points read best in a line
}

/** The inverse of compressProof. ASSUMES: bytes that were verified, so that their points exist. @throws Malformed */
export function expandProof(bytes: Uint8Array): Groth16Proof {
  if (bytes.length !== SINGLE_BYTES) throw new Malformed(`${bytes.length} bytes instead of ${SINGLE_BYTES}`);
  const part = (from: number, length: number) => bytes.subarray(from, from + length);
  const [a, b, c] = [part(0, G1_BYTES), part(G1_BYTES, G2_BYTES), part(G1_BYTES + G2_BYTES, G1_BYTES)];
  return { pi_a: expandG1(a), pi_b: expandG2(b), pi_c: expandG1(c), protocol: "groth16", curve: "bn128" };
}
