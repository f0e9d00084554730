// The certificate of one batch is its Groth16 proof itself, compressed: A (32 bytes), B (64), C (32).
//   e(A, B) = e(alpha, beta) e(IC_0 + oldRoot IC_1 + newRoot IC_2, gamma) e(C, delta)      Groth, eprint 2016/260, section 3.2
import { R } from "../field.js";
import { Malformed, type PairingBackend } from "../pairing/backend.js";
import { G1_BYTES, G2_BYTES } from "../pairing/encoding.js";
import { SINGLE_BYTES } from "./certificate.js";
import type { KeyElements } from "./equations.js";
import type { ChainStatement } from "./statement.js";

/** True when the proof holds for the statement's roots. @throws Malformed for any other length, bytes that are no points, and infinity */
export function singleHolds<G1, G2, Gt>(
  backend: PairingBackend<G1, G2, Gt>,
  key: KeyElements<G1, G2, Gt>,
  { oldRoot, newRoot }: ChainStatement,
  bytes: Uint8Array,
): boolean {
  if (bytes.length !== SINGLE_BYTES) throw new Malformed(`the proof of one batch has ${bytes.length} bytes instead of ${SINGLE_BYTES}`);
  const part = (from: number, length: number): Uint8Array => {
    const point = new Uint8Array(bytes.subarray(from, from + length));
    if (point.every((byte) => byte === 0)) throw new Malformed("a point of the proof is infinity"); // as core/groth16.ts refuses it
    return point;
  };
  const a = backend.decodeG1(part(0, G1_BYTES));
  const b = backend.decodeG2(part(G1_BYTES, G2_BYTES));
  const c = backend.decodeG1(part(G1_BYTES + G2_BYTES, G1_BYTES));
  const minusInputs = backend.combineG1([[key.ic[0], R - 1n], [key.ic[1], minus(oldRoot)], [key.ic[2], minus(newRoot)]]); // biome-ignore format: one sum
  const product = backend.pairingProduct([[a, b], [minusInputs, key.gamma], [backend.combineG1([[c, R - 1n]]), key.delta]]); // biome-ignore format: one product
  return backend.equalGt(product, key.alphaBeta);
}

const minus = (x: bigint): bigint => (x === 0n ? 0n : R - x);
