// Poseidon over BN254 as circomlib has it: x^5, 8 full rounds, P_n of docs/rules.md is `poseidon` with n inputs.
import {
  poseidon1,
  poseidon2,
  poseidon3,
  poseidon4,
  poseidon5,
  poseidon6,
  poseidon7,
  poseidon8,
  poseidon9,
  poseidon10,
  poseidon11,
  poseidon12,
  poseidon13,
  poseidon14,
  poseidon15,
  poseidon16,
} from "poseidon-lite";
import { accelerator } from "./accelerate.js";
import { ZkStateError } from "./errors.js";
import { toFr } from "./field.js";

const BY_ARITY = [
  poseidon1,
  poseidon2,
  poseidon3,
  poseidon4,
  poseidon5,
  poseidon6,
  poseidon7,
  poseidon8,
  poseidon9,
  poseidon10,
  poseidon11,
  poseidon12,
  poseidon13,
  poseidon14,
  poseidon15,
  poseidon16,
] as const;

/**
 * Hash of 1 to 16 words; signed words enter as field elements.
 * @throws INPUT_NOT_CANONICAL when a word is outside (-r, r), INTERNAL for another number of words.
 * @example poseidon([1n, 2n]) // 7853200120776062878684798364095072458815029376092732009249414926327459813530n
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  return accelerator()?.poseidon(inputs) ?? poseidonHere(inputs);
}

function poseidonHere(inputs: readonly bigint[]): bigint {
  const hash = BY_ARITY[inputs.length - 1];
  if (hash === undefined) {
    throw new ZkStateError({ code: "INTERNAL", message: "Poseidon takes 1 to 16 words.", expected: "1 to 16", got: `${inputs.length}` });
  }
  return hash(inputs.map(toFr));
}

/**
 * Hashes of `arity` words each, given end to end: the way to hash what does not depend on each other.
 * @throws as poseidon; INTERNAL when the words are not whole hashes.
 */
export function poseidonMany(arity: number, inputs: readonly bigint[]): readonly bigint[] {
  if (!(Number.isInteger(arity) && arity >= 1 && arity <= BY_ARITY.length && Array.isArray(inputs) && inputs.length % arity === 0)) {
    const got = `${Array.isArray(inputs) ? inputs.length : typeof inputs} by ${arity}`;
    throw new ZkStateError({ code: "INTERNAL", message: "Words to hash are not whole hashes of 1 to 16 words.", got });
  }
  const hashes = accelerator()?.poseidonMany(arity, inputs);
  if (hashes !== undefined) return hashes;
  return Array.from({ length: inputs.length / arity }, (_, i) => poseidonHere(inputs.slice(i * arity, (i + 1) * arity)));
}
