// Many Groth16 proofs under one key checked at once: each equation gets a random weight, and one product of n + 3 pairings holds the sum of all
// (small exponents test: Bellare, Garay, Rabin, "Fast batch verification for modular exponentiation and digital signatures", 1998). A wrong proof
// passes with probability 2^-128. When the product does not hold, halves are checked until every wrong proof is found.
import { randomBytes } from "node:crypto";
import { R } from "../core/field.js";
import type { VerificationKey } from "../core/groth16.js";
import { Malformed, type PairingBackend } from "../core/pairing/backend.js";
import { encodeG1, encodeG2, G1_BYTES, G2_BYTES } from "../core/pairing/encoding.js";
import type { BatchRoots } from "./source.js";

/** A proof as it will be published, and what it is said to prove. Roots are below r. */
export interface ProofToCheck extends BatchRoots {
  /** 128 bytes: see proof-bytes.ts. */
  readonly bytes: Uint8Array;
}

export interface BadProof {
  /** Place in the list that was checked. */
  readonly index: number;
  readonly code: "PROOF_INVALID" | "PROOF_MALFORMED";
  readonly detail: string;
}

/** Every wrong proof of a list, in order; none when all hold. */
export type BatchCheck = (proofs: readonly ProofToCheck[]) => readonly BadProof[];

const WEIGHT_BYTES = 16;
const minus = (x: bigint): bigint => (x === 0n ? 0n : R - x);
const sum = (xs: readonly bigint[]): bigint => xs.reduce((total, x) => total + x, 0n) % R;

/** 128 bits that nobody could know when the proofs were made, never zero. */
function randomWeight(): bigint {
  for (;;) {
    const weight = BigInt(`0x${randomBytes(WEIGHT_BYTES).toString("hex")}`);
    if (weight !== 0n) return weight;
  }
}

interface Key<G1, G2> {
  readonly alpha: G1;
  readonly beta: G2;
  readonly gamma: G2;
  readonly delta: G2;
  readonly ic: readonly [G1, G1, G1];
}

function decodeKey<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, vkey: VerificationKey): Key<G1, G2> {
  const pair = ([c0 = "", c1 = ""]: readonly string[] = []) => ({ c0: BigInt(c0), c1: BigInt(c1) });
  const g1 = ([x = "", y = ""]: readonly string[] = []) => backend.decodeG1(encodeG1(BigInt(x), BigInt(y)));
  const g2 = ([x, y]: readonly (readonly string[])[]) => backend.decodeG2(encodeG2(pair(x), pair(y)));
  const { vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC } = vkey;
  const ic = [g1(IC[0]), g1(IC[1]), g1(IC[2])] as const;
  return { alpha: g1(vk_alpha_1), beta: g2(vk_beta_2), gamma: g2(vk_gamma_2), delta: g2(vk_delta_2), ic };
}

interface Decoded<G1, G2> extends BatchRoots {
  readonly index: number;
  readonly a: G1;
  readonly b: G2;
  readonly c: G1;
}

/** Points on their curves, B of order r. @throws Malformed */
function decodeProof<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, proof: ProofToCheck, index: number): Decoded<G1, G2> {
  const { bytes, oldRoot, newRoot } = proof;
  const a = backend.decodeG1(bytes.subarray(0, G1_BYTES));
  const b = backend.decodeG2(bytes.subarray(G1_BYTES, G1_BYTES + G2_BYTES));
  const c = backend.decodeG1(bytes.subarray(G1_BYTES + G2_BYTES));
  if (backend.isZeroG1(a) || backend.isZeroG1(c)) throw new Malformed("a point of the proof is infinity");
  return { index, oldRoot, newRoot, a, b, c };
}

/**
 * A check for proofs under one key.
 * @param weight draws a weight; only a test gives another one. @defaultValue 128 random bits
 */
export function batchCheck<G1, G2, Gt>(
  backend: PairingBackend<G1, G2, Gt>,
  vkey: VerificationKey, // ASSUMES: accepted by prepareVerifier
  weight: () => bigint = randomWeight,
): BatchCheck {
  const key = decodeKey(backend, vkey);
  const one = backend.pairingProduct([]);
  const holds = (proofs: readonly Decoded<G1, G2>[]): boolean => {
    const weighted = proofs.map((proof) => ({ ...proof, w: weight() }));
    const factor = minus(sum(weighted.map(({ w }) => w)));
    const signals = [factor, minus(sum(weighted.map((p) => p.w * p.oldRoot))), minus(sum(weighted.map((p) => p.w * p.newRoot)))];
    const sumOfC = backend.combineG1(weighted.map(({ c, w }) => [c, w]));
    return backend.equalGt(
      backend.pairingProduct([
        ...weighted.map(({ a, b, w }) => [backend.combineG1([[a, w]]), b] as const),
        [backend.combineG1([[key.alpha, factor]]), key.beta],
        [backend.combineG1(key.ic.map((point, i) => [point, signals[i] ?? 0n])), key.gamma],
        [backend.combineG1([[sumOfC, R - 1n]]), key.delta],
      ]),
      one,
    );
  };
  return (proofs) => {
    const decoded: Decoded<G1, G2>[] = [];
    const bad: BadProof[] = [];
    for (const [index, proof] of proofs.entries()) {
      try {
        decoded.push(decodeProof(backend, proof, index));
      } catch (e) {
        if (!(e instanceof Malformed)) throw e;
        bad.push({ index, code: "PROOF_MALFORMED", detail: e.message });
      }
    }
    const wrong = decoded.length === 0 || holds(decoded) ? [] : search(decoded, holds);
    const refused = wrong.map(({ index }): BadProof => ({ index, code: "PROOF_INVALID", detail: "the pairing equation does not hold" }));
    return [...bad, ...refused].sort((x, y) => x.index - y.index);
  };
}

/** All that are wrong of a list that does not hold together. */
function search<T>(list: readonly T[], holds: (part: readonly T[]) => boolean): readonly T[] {
  if (list.length === 1) return list;
  const [left, right] = [list.slice(0, list.length >> 1), list.slice(list.length >> 1)];
  // If one half is whole, the other is not.
  if (holds(left)) return search(right, holds);
  const inLeft = search(left, holds);
  return holds(right) ? inLeft : [...inLeft, ...search(right, holds)];
}
