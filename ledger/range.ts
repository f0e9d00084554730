// Ranges of docs/rules.md section 1, and packing of several ranged values into one field element.
import { ZkStateError } from "../core/errors.js";

/** 0 <= x < 2^bits. */
export const fits = (x: bigint, bits: number): boolean => x >= 0n && x < 1n << BigInt(bits);

/** -2^(bits-1) <= x < 2^(bits-1). */
export const fitsSigned = (x: bigint, bits: number): boolean => {
  const half = 1n << BigInt(bits - 1);
  return x >= -half && x < half;
};

/** The larger of two. */
export const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The smaller of two. */
export const minOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** One value inside a packed word: its name, the value, its width and its lowest bit. */
export type Part = readonly [name: string, value: bigint, bits: number, shift: number];

/**
 * Sum of value * 2^shift. Parts must not overlap.
 * @throws INPUT_MALFORMED when a value is outside its width, where it would leak into its neighbour.
 */
export function pack(parts: readonly Part[]): bigint {
  let word = 0n;
  for (const [name, value, bits, shift] of parts) {
    if (!fits(value, bits)) {
      throw new ZkStateError({
        code: "INPUT_MALFORMED",
        message: `The ${name} does not fit.`,
        expected: `[0, 2^${bits})`,
        got: `${value}`,
      });
    }
    word += value << BigInt(shift);
  }
  return word;
}
