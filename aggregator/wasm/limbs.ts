// Products in the base field of BN254 as WebAssembly, on nine limbs of 29 bits: products of limbs add up in 64 bits without a carry between them, and
// several products are reduced together (Montgomery, R = 2^256, as ffjavascript has it). Numbers in memory are four words of 64 bits, below p.
import type { Code } from "ffjavascript";
import { P } from "../../core/pairing/encoding.js";
import { indices, type Terms, WORD_BITS, WordEmitter } from "./words.js";

const BITS = 29;
const LIMBS = 9;
const COLUMNS = 2 * LIMBS - 1;
const WORDS = 4;
/** 256 = 8 * 29 + 24: the last step of the reduction is shorter. */
const LAST_BITS = 24;
const maskOf = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const P_LIMBS = Array.from({ length: LIMBS }, (_, i) => (P >> BigInt(BITS * i)) & maskOf(BITS));
const [LOWEST = 0n, HIGHEST = 0n] = [P_LIMBS[0], P_LIMBS[LIMBS - 1]];

/** -1/p mod 2^29: Newton's iteration doubles the correct bits, of which the start has three. */
function negativeInverse(): bigint {
  let inverse = P;
  for (let bits = 3; bits < BITS; bits *= 2) inverse = (inverse * (2n - P * inverse)) & maskOf(BITS);
  return maskOf(BITS) + 1n - inverse;
}

const MINUS_ONE_OVER_P = negativeInverse();
/** storeSmall divides by p's highest limb plus one, as a product with this over 2^50. */
const DIVISION_BITS = 50;
const INVERSE_OF_HIGHEST = (1n << BigInt(DIVISION_BITS)) / (HIGHEST + 1n);

/** Bits of a number that start at bit `at`. */
interface Piece {
  readonly value: Code;
  readonly at: number;
}

/** Appends arithmetic on limbs to a function. */
export class LimbEmitter extends WordEmitter {
  add(a: Terms, b: Terms): Terms {
    return a.map((term, i) => this.c.i64_add(term, this.term(b, i)));
  }

  subtract(a: Terms, b: Terms): Terms {
    return a.map((term, i) => this.c.i64_sub(term, this.term(b, i)));
  }

  scale(a: Terms, factor: bigint): Terms {
    return a.map((term) => this.c.i64_mul(term, this.c.i64_const(factor)));
  }

  /** Columns of the product of two numbers in limbs. */
  product(a: Terms, b: Terms): Terms {
    const meeting = (column: number) => indices(LIMBS).filter((i) => column - i >= 0 && column - i < LIMBS);
    return indices(COLUMNS).map((k) => this.sum(meeting(k).map((i) => this.c.i64_mul(this.term(a, i), this.term(b, k - i)))));
  }

  /** The limbs of the number at address + offset. */
  load(address: string, offset: number): Terms {
    const words = this.loadWords(address, offset);
    const limb = (i: number): Code => {
      const [word, shift] = [Math.floor((BITS * i) / WORD_BITS), (BITS * i) % WORD_BITS];
      const low = this.down(this.term(words, word), shift, false);
      if (shift + BITS <= WORD_BITS || word + 1 === WORDS) return this.mask(low, BITS);
      return this.mask(this.c.i64_or(low, this.up(this.term(words, word + 1), WORD_BITS - shift)), BITS);
    };
    return this.hold(indices(LIMBS).map(limb));
  }

  /**
   * Reduces columns and writes the number. ASSUMES: their value is in (-p R, p R), or in [0, p R) when not `signed`, and every column fits 64 bits, signed
   * or not, with nine products of limbs more.
   */
  store(columns: Terms, address: string, offset: number, signed: boolean): void {
    const { quotients, carry } = this.eliminate(columns, signed);
    const rest = BITS - LAST_BITS; // bits of the ninth limb that are part of the result
    const pieces: Piece[] = [{ value: this.mask(carry, rest), at: 0 }];
    let next = this.down(carry, rest, signed);
    for (let k = LIMBS; k < COLUMNS; k++) {
      const column = this.holdOne(this.withModulus(columns, quotients, k, next));
      pieces.push({ value: this.holdOne(this.mask(column, BITS)), at: rest + BITS * (k - LIMBS) });
      next = this.holdOne(this.down(column, BITS, signed));
    }
    const words = this.pack([...pieces, { value: next, at: rest + BITS * (LIMBS - 1) }]);
    this.writeReduced(signed ? this.liftNegative(words) : words, address, offset);
  }

  /** Brings limbs of a value in (-p, 10 p) below p and writes the number. */
  storeSmall(limbs: Terms, address: string, offset: number): void {
    const normal = this.normalise(limbs);
    const scaled = this.c.i64_mul(this.term(normal, LIMBS - 1), this.c.i64_const(INVERSE_OF_HIGHEST));
    const quotient = this.holdOne(this.down(scaled, DIVISION_BITS, true)); // of the value by p, at most one too small
    const multiple = P_LIMBS.map((limb) => this.c.i64_mul(quotient, this.c.i64_const(limb)));
    const rest = this.normalise(this.subtract(normal, multiple));
    this.writeReduced(this.pack(rest.map((value, i) => ({ value, at: BITS * i }))), address, offset);
  }

  private sum(terms: Terms): Code {
    return terms.reduce((a, b) => this.c.i64_add(a, b));
  }

  private mask(value: Code, bits: number): Code {
    return this.c.i64_and(value, this.c.i64_const(maskOf(bits)));
  }

  private up(value: Code, bits: number): Code {
    return bits === 0 ? value : this.c.i64_shl(value, this.c.i64_const(BigInt(bits)));
  }

  private down(value: Code, bits: number, signed: boolean): Code {
    if (bits === 0) return value;
    const by = this.c.i64_const(BigInt(bits));
    return signed ? this.c.i64_shr_s(value, by) : this.c.i64_shr_u(value, by);
  }

  /** Column k, what was carried into it, and its share of p times the quotients. */
  private withModulus(columns: Terms, quotients: Terms, k: number, carry: Code): Code {
    const taken = quotients.flatMap((q, i) => (k - i < LIMBS ? [this.c.i64_mul(q, this.c.i64_const(P_LIMBS[k - i] ?? 0n))] : []));
    return this.sum([this.term(columns, k), carry, ...taken]);
  }

  /** Adds the multiple of p that makes the value divisible by 2^256, digit by digit. @returns its digits, and what is carried above bit 256 */
  private eliminate(columns: Terms, signed: boolean): { readonly quotients: Terms; readonly carry: Code } {
    const quotients: Code[] = [];
    let carry: Code = this.c.i64_const(0n);
    for (let k = 0; k < LIMBS; k++) {
      const bits = k === LIMBS - 1 ? LAST_BITS : BITS;
      const column = this.holdOne(this.withModulus(columns, quotients, k, carry));
      const quotient = this.holdOne(this.mask(this.c.i64_mul(column, this.c.i64_const(MINUS_ONE_OVER_P)), bits));
      const cleared = this.c.i64_add(column, this.c.i64_mul(quotient, this.c.i64_const(LOWEST)));
      carry = this.holdOne(this.down(cleared, bits, signed));
      quotients.push(quotient);
    }
    return { quotients, carry };
  }

  /** Words of a number below 2^256 given in pieces of 29 bits, the last of which may be negative. */
  private pack(pieces: readonly Piece[]): Terms {
    const words: Code[] = [];
    const put = (word: number, value: Code) => {
      const before = words[word];
      words[word] = before === undefined ? value : this.c.i64_or(before, value);
    };
    for (const { value, at } of pieces) {
      const [word, shift] = [Math.floor(at / WORD_BITS), at % WORD_BITS];
      put(word, this.up(value, shift));
      if (shift + BITS > WORD_BITS && word + 1 < WORDS) put(word + 1, this.down(value, WORD_BITS - shift, false));
    }
    return this.hold(words);
  }

  /** Limbs of 29 bits, but for the last, which takes what is left. */
  private normalise(limbs: Terms): Terms {
    let carry: Code = this.c.i64_const(0n);
    return limbs.map((limb, i) => {
      const value = this.holdOne(this.c.i64_add(limb, carry));
      if (i === LIMBS - 1) return value;
      carry = this.holdOne(this.down(value, BITS, true));
      return this.holdOne(this.mask(value, BITS));
    });
  }
}
