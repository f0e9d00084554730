// Round constants and matrix of Poseidon over the BN254 scalar field, as circomlib has them, from the Grain generator of the Poseidon paper
// (eprint 2019/458, appendix E): a linear feedback shift register of 80 bits whose output shrinks itself. A table of all constants would weigh more
// than the rest of the client.
import { batchInverse, R } from "../../core/field.js";

/** Full rounds, and partial rounds by width t = 2..17: the paper's table for x^5 and 128 bits of security. */
export const FULL_ROUNDS = 8;
const PARTIAL_ROUNDS: readonly number[] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

const FIELD_BITS = 254;
const DISCARDED_BITS = 160;
/** Bits made at once. The newest bit that the register reads lies 18 behind the one it makes, so up to 18 would do. */
const STEP = 16;

/** Constants of the permutation of one width. */
export interface GrainConstants {
  readonly partialRounds: number;
  /** By round and word. */
  readonly constants: readonly (readonly bigint[])[];
  /** The Cauchy matrix 1 / (x_i + y_j). */
  readonly matrix: readonly (readonly bigint[])[];
}

/** Of four pairs of bits, first pair on top: the second bits of those whose first is 1; how many they are in the upper half byte. */
const SHRUNK = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  let bits = 0;
  for (let shift = 6; shift >= 0; shift -= 2) {
    const pair = (byte >> shift) & 3;
    if (pair < 2) continue;
    count += 1;
    bits = bits * 2 + (pair & 1);
  }
  return count * 16 + bits;
});

/** The register's first 80 bits: prime field, S-box x^5, field size, width, rounds, then ones. */
function seed(width: number, partialRounds: number): number[] {
  const fields: readonly (readonly [value: number, bits: number])[] = [
    [1, 2],
    [0, 4],
    [FIELD_BITS, 12],
    [width, 12],
    [FULL_ROUNDS, 10],
    [partialRounds, 10],
    [2 ** 30 - 1, 30],
  ];
  const bits = fields.map(([value, size]) => value.toString(2).padStart(size, "0")).join("");
  return [0, 1, 2, 3, 4].map((i) => Number.parseInt(bits.slice(STEP * i, STEP * (i + 1)), 2));
}

/** Draws numbers of 254 bits. */
function grain(width: number, partialRounds: number): () => bigint {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = seed(width, partialRounds); // 16 bits each, the oldest on top of a
  const step = (): number => {
    // bits 0, 13, 23, 38, 51 and 62 and the fifteen after each
    const next =
      a ^ ((a << 13) | (b >> 3)) ^ ((b << 7) | (c >> 9)) ^ ((c << 6) | (d >> 10)) ^ ((d << 3) | (e >> 13)) ^ ((d << 14) | (e >> 2));
    [a, b, c, d, e] = [b, c, d, e, next & 0xffff];
    return e;
  };
  for (let i = 0; i < DISCARDED_BITS; i += STEP) step();

  let buffer = 0;
  let held = 0;
  const push = (shrunk: number): void => {
    buffer = (buffer << (shrunk >> 4)) | (shrunk & 15);
    held += shrunk >> 4;
  };
  /** ASSUMES: count <= 24, so that the buffer stays below 32 bits. */
  const take = (count: number): number => {
    while (held < count) {
      const bits = step();
      push(SHRUNK[bits >> 8] ?? 0);
      push(SHRUNK[bits & 255] ?? 0);
    }
    held -= count;
    const taken = buffer >>> held;
    buffer &= (1 << held) - 1;
    return taken;
  };
  return () => {
    let x = BigInt(take(14));
    for (let i = 0; i < 5; i++) x = (x << 48n) | BigInt(take(24) * 2 ** 24 + take(24));
    return x;
  };
}

/** The constants of the permutation of width t, from 2 to 17. */
export function grainConstants(width: number): GrainConstants {
  const partialRounds = PARTIAL_ROUNDS[width - 2];
  if (partialRounds === undefined) throw new RangeError(`no Poseidon of width ${width}`);
  const draw = grain(width, partialRounds);
  const below = (): bigint => {
    for (;;) {
      const x = draw();
      if (x < R) return x;
    }
  };
  const many = (make: () => bigint, n = width): bigint[] => Array.from({ length: n }, make);
  const constants = Array.from({ length: FULL_ROUNDS + partialRounds }, () => many(below));
  const xs = many(() => draw() % R);
  const ys = many(() => draw() % R);
  const flat = batchInverse(xs.flatMap((x) => ys.map((y) => x + y)));
  return { partialRounds, constants, matrix: xs.map((_, i) => flat.slice(i * width, (i + 1) * width)) };
}
