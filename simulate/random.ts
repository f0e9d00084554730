// Seeded randomness: the same seed gives the same run on every machine. sfc32 (PractRand, public domain) seeded from SHA-256 of the seed's text.
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Uniform integer in [0, n). */
  readonly int: (n: number) => number;
  /** True with probability p. */
  readonly chance: (p: number) => boolean;
  /** Standard normal. */
  readonly normal: () => number;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** SHA-256 of a seed and a label, for keys. */
export const seededBytes = (seed: string, label: string): Uint8Array => sha256(utf8ToBytes(`zkstate/simulate/${seed}/${label}`));

/** An independent stream for a seed and a label, so that drawing more for one purpose never shifts another. */
export function seededRandom(seed: string, label: string): Random {
  const state = new Uint32Array(seededBytes(seed, label).slice().buffer);
  let [a = 0, b = 0, c = 0] = state;
  let counter = 1;
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  const next = () => word() / 2 ** 32;
  const int = (n: number) => Math.floor(next() * n);
  return {
    next,
    int,
    chance: (p) => next() < p,
    // Box-Muller; 1 - next() is never zero.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (from) => {
      const chosen = from[int(from.length)];
      if (chosen === undefined) throw new RangeError("nothing to pick from");
      return chosen;
    },
  };
}
