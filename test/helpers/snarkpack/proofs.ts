// Chains of Groth16 proofs whose secrets are known, and the places they take among N.
import { createHash } from "node:crypto";
import type { Groth16Proof } from "../../../core/groth16.js";
import { simulatedProof } from "../../unit/prover/simulated-proof.js";
import { join, writeG1, writeG2 } from "./bytes.js";
import { type G1, type G2, INFINITY_1, INFINITY_2, mod } from "./groups.js";
import type { Vectors } from "./halving.js";
import { pointG1, pointG2 } from "./key.js";
import { halvings } from "./layout.js";

/** One proof as points. */
export interface Place {
  readonly a: G1;
  readonly b: G2;
  readonly c: G1;
}

export const EMPTY: Place = { a: INFINITY_1, b: INFINITY_2, c: INFINITY_1 };

/** The i-th number of a seed, below r. */
export const numberOf = (seed: string, i: number): bigint => mod(BigInt(`0x${createHash("sha512").update(`${seed} ${i}`).digest("hex")}`));

/** The i-th state of a seed's history. */
export const state = (seed: string, i: number): bigint => numberOf(`${seed} state`, i);

/** A proof for these two public signals; every i gives another. */
export const proofOf = (oldRoot: bigint, newRoot: bigint, i = 0): Groth16Proof =>
  simulatedProof([oldRoot, newRoot], numberOf("proof a", i), numberOf("proof b", i));

export interface Link {
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly proof: Groth16Proof;
}

export const link = (oldRoot: bigint, newRoot: bigint, i = 0): Link => ({ oldRoot, newRoot, proof: proofOf(oldRoot, newRoot, i) });

/** `count` proofs of a chain, from its state number `from` on. */
export const chain = (count: number, seed = "chain", from = 0): Link[] =>
  Array.from({ length: count }, (_, i) => link(state(seed, from + i), state(seed, from + i + 1), from + i));

export const placeOf = ({ pi_a, pi_b, pi_c }: Groth16Proof): Place => ({ a: pointG1(pi_a), b: pointG2(pi_b), c: pointG1(pi_c) });

export const vectorsOfPlaces = (places: readonly Place[]): Vectors => ({
  a: places.map(({ a }) => a),
  b: places.map(({ b }) => b),
  c: places.map(({ c }) => c),
});

export type Padding = "leading" | "trailing";

/** Vectors of proofs, filled up to N with places that hold `filling`, or nothing. */
export function vectorsOf(links: readonly Link[], padding: Padding = "leading", filling: readonly Place[] = []): Vectors {
  const empty = 2 ** halvings(links.length) - links.length;
  const pad = Array.from({ length: empty }, (_, i) => filling[i] ?? EMPTY);
  const proofs = links.map(({ proof }) => placeOf(proof));
  return vectorsOfPlaces(padding === "leading" ? [...pad, ...proofs] : [...proofs, ...pad]);
}

/** The certificate of one proof. */
export function bare(proof: Groth16Proof): Uint8Array {
  const { a, b, c } = placeOf(proof);
  return join(writeG1(a), writeG2(b), writeG1(c));
}
