// Products in the base field of BN254 as WebAssembly, on nine limbs of 29 bits: products of limbs add up in 64 bits without a carry between them, and
// several products are reduced together (Montgomery, R = 2^256, as ffjavascript has it). Numbers in memory are four words of 64 bits, below p.
import type { Code, FunctionBuilder } from "ffjavascript";
import { P } from "../../core/pairing/encoding.js";

const BITS = 29;
const LIMBS = 9;
const WORDS = 4;
const WORD_BITS = 64;
/** 256 = 8 * 29 + 24: the last step of the reduction is shorter. */
const LAST_BITS = 24;
const maskOf = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const part = (x: bigint, index: number, bits: number): bigint => (x >> BigInt(index * bits)) & maskOf(bits);
const P_LIMBS = Array.from({ length: LIMBS }, (_, i) => part(P, i, BITS));
const P_WORDS = Array.from({ length: WORDS }, (_, i) => BigInt.asIntN(WORD_BITS, part(P, i, WORD_BITS)));

/** -1/p mod 2^29: Newton's iteration doubles the correct bits, of which the start has three. */
function negativeInverse(): bigint {
  let inverse = P;
  for (let bits = 3; bits < BITS; bits *= 2) inverse = (inverse * (2n - P * inverse)) & maskOf(BITS);
  return maskOf(BITS) + 1n - inverse;
}

/** A limb, column or word: code that leaves 64 bits on the stack. Limbs count up from the least significant. */
export type Terms = readonly Code[];

/** Bits of a number that start at bit `at`. */
interface Piece {
  readonly value: Code;
  readonly at: number;
}

/** What the functions of one builder are put together from; every call appends instructions. */
export interface Emitter {
  readonly add: (a: Terms, b: Terms) => Terms;
  readonly subtract: (a: Terms, b: Terms) => Terms;
  /** Columns of the product of two numbers in limbs. */
  readonly product: (a: Terms, b: Terms) => Terms;
  readonly scale: (a: Terms, factor: bigint) => Terms;
  /** The terms in locals, for when they are used more than once. */
  readonly hold: (terms: Terms) => Terms;
  /** The limbs of the number at address + offset. */
  readonly load: (address: string, offset: number) => Terms;
  /** Reduces columns and writes the number. ASSUMES: their value is in (-p R, p R), or in [0, p R) when not `signed`; every column and the p it gets
   * added fit 64 bits, signed or not. */
  readonly store: (columns: Terms, address: string, offset: number, signed: boolean) => void;
  /** Brings limbs of a value in (-p, 9 p) below p and writes the number. */
  readonly storeSmall: (limbs: Terms, address: string, offset: number) => void;
  readonly loadWords: (address: string, offset: number) => Terms;
  /** Writes a + b mod p, or a - b, of numbers in words. */
  readonly storeSum: (a: Terms, b: Terms, address: string, offset: number) => void;
  readonly storeDifference: (a: Terms, b: Terms, address: string, offset: number) => void;
}

const SELECT = 0x1b;

/** An emitter that appends to a function. */
export function emitter(f: FunctionBuilder): Emitter {
  const c = f.getCodeBuilder();
  let locals = 0;
  const number = (x: bigint) => c.i64_const(x);
  const at = (terms: Terms, i: number): Code => terms[i] ?? number(0n);
  const holdOne = (value: Code): Code => {
    const name = `l${locals++}`;
    f.addLocal(name, "i64");
    f.addCode(c.setLocal(name, value));
    return c.getLocal(name);
  };
  const hold = (terms: Terms): Terms => terms.map(holdOne);
  const sum = (terms: Terms): Code => terms.reduce((a, b) => c.i64_add(a, b));
  const masked = (value: Code, bits: number) => c.i64_and(value, number(maskOf(bits)));
  const up = (value: Code, bits: number) => (bits === 0 ? value : c.i64_shl(value, number(BigInt(bits))));
  const downUnsigned = (value: Code, bits: number) => (bits === 0 ? value : c.i64_shr_u(value, number(BigInt(bits))));
  const downSigned = (value: Code, bits: number) => c.i64_shr_s(value, number(BigInt(bits)));
  const isBelow = (a: Code, b: Code) => c.i64_extend_i32_u(c.i64_lt_u(a, b));

  /** Pairs of indices that meet in a column. */
  const meeting = (column: number): (readonly [number, number])[] =>
    Array.from({ length: LIMBS }, (_, i) => [i, column - i] as const).filter(([, j]) => j >= 0 && j < LIMBS);
  const product = (a: Terms, b: Terms): Terms =>
    Array.from({ length: 2 * LIMBS - 1 }, (_, k) => sum(meeting(k).map(([i, j]) => c.i64_mul(at(a, i), at(b, j)))));

  const loadWords = (address: string, offset: number): Terms =>
    hold(Array.from({ length: WORDS }, (_, i) => c.i64_load(c.getLocal(address), offset + 8 * i)));

  const load = (address: string, offset: number): Terms => {
    const words = loadWords(address, offset);
    const limb = (i: number): Code => {
      const [word, shift] = [Math.floor((BITS * i) / WORD_BITS), (BITS * i) % WORD_BITS];
      const low = downUnsigned(at(words, word), shift);
      const crosses = shift + BITS > WORD_BITS && word + 1 < WORDS;
      return masked(crosses ? c.i64_or(low, up(at(words, word + 1), WORD_BITS - shift)) : low, BITS);
    };
    return hold(Array.from({ length: LIMBS }, (_, i) => limb(i)));
  };

  /** Words of a number below 2^256 given in pieces, the last of which may be negative. */
  const pack = (pieces: readonly Piece[]): Terms => {
    const words: (Code | undefined)[] = [];
    const put = (word: number, value: Code) => {
      const before = words[word];
      words[word] = before === undefined ? value : c.i64_or(before, value);
    };
    for (const { value, at: bit } of pieces) {
      const [word, shift] = [Math.floor(bit / WORD_BITS), bit % WORD_BITS];
      put(word, up(value, shift));
      if (shift + BITS > WORD_BITS && word + 1 < WORDS) put(word + 1, downUnsigned(value, WORD_BITS - shift));
    }
    return hold(words.map((word) => word ?? number(0n)));
  };

  /** a - b and the borrow, in words. */
  const minus = (a: Terms, b: Terms): { readonly words: Terms; readonly borrow: Code } => {
    let borrow = number(0n);
    const words = a.map((word, i) => {
      const difference = holdOne(c.i64_sub(word, at(b, i)));
      const result = holdOne(c.i64_sub(difference, borrow));
      borrow = holdOne(c.i64_or(isBelow(word, at(b, i)), isBelow(difference, borrow)));
      return result;
    });
    return { words, borrow };
  };

  /** a + b in words; the sum is below 2^256, or meant mod 2^256. */
  const plus = (a: Terms, b: Terms): Terms => {
    let carry = number(0n);
    return a.map((word, i) => {
      const half = holdOne(c.i64_add(word, at(b, i)));
      const result = holdOne(c.i64_add(half, carry));
      carry = holdOne(c.i64_or(isBelow(half, word), isBelow(result, half)));
      return result;
    });
  };

  const write = (words: Terms, address: string, offset: number): void => {
    for (const [i, word] of words.entries()) f.addCode(c.i64_store(c.getLocal(address), offset + 8 * i, word));
  };

  const modulus: Terms = P_WORDS.map(number);

  /** Writes a number below 2 p. */
  const writeReduced = (words: Terms, address: string, offset: number): void => {
    const { words: less, borrow } = minus(words, modulus);
    const kept = c.i32_wrap_i64(borrow);
    write(
      words.map((word, i) => [...word, ...at(less, i), ...kept, SELECT]),
      address,
      offset,
    );
  };

  /** words + p where `mask` is all ones, words where it is zero. */
  const plusMasked = (words: Terms, mask: Code): Terms =>
    plus(
      words,
      modulus.map((word) => c.i64_and(word, mask)),
    );

  const liftNegative = (words: Terms): Terms => plusMasked(words, holdOne(downSigned(at(words, WORDS - 1), WORD_BITS - 1)));

  const store = (columns: Terms, address: string, offset: number, signed: boolean): void => {
    const down = signed ? downSigned : downUnsigned;
    const quotients: Code[] = [];
    const withModulus = (k: number, carry: Code) => {
      const taken = quotients.flatMap((q, i) => (k - i < LIMBS ? [c.i64_mul(q, number(P_LIMBS[k - i] ?? 0n))] : []));
      return sum([...(k < columns.length ? [at(columns, k)] : []), carry, ...taken]);
    };
    let carry = number(0n);
    for (let k = 0; k < LIMBS; k++) {
      const bits = k === LIMBS - 1 ? LAST_BITS : BITS;
      const column = holdOne(withModulus(k, carry));
      const quotient = holdOne(masked(c.i64_mul(column, number(negativeInverse())), bits));
      quotients.push(quotient);
      carry = holdOne(down(c.i64_add(column, c.i64_mul(quotient, number(P_LIMBS[0] ?? 0n))), bits));
    }
    const rest = BITS - LAST_BITS; // bits of the ninth limb that are part of the result
    const pieces: Piece[] = [{ value: masked(carry, rest), at: 0 }];
    carry = down(carry, rest);
    for (let k = LIMBS; k < 2 * LIMBS - 1; k++) {
      const column = holdOne(withModulus(k, carry));
      pieces.push({ value: holdOne(masked(column, BITS)), at: rest + BITS * (k - LIMBS) });
      carry = holdOne(down(column, BITS));
    }
    const words = pack([...pieces, { value: carry, at: rest + BITS * (LIMBS - 1) }]);
    writeReduced(signed ? liftNegative(words) : words, address, offset);
  };

  /** Limbs of 29 bits, but for the last, which takes what is left. */
  const normalise = (limbs: Terms): Terms => {
    let carry = number(0n);
    return limbs.map((limb, i) => {
      const value = holdOne(c.i64_add(limb, carry));
      if (i === LIMBS - 1) return value;
      carry = holdOne(downSigned(value, BITS));
      return holdOne(masked(value, BITS));
    });
  };

  const storeSmall = (limbs: Terms, address: string, offset: number): void => {
    const normal = normalise(limbs);
    const precision = 50;
    const inverse = (1n << BigInt(precision)) / ((P_LIMBS[LIMBS - 1] ?? 0n) + 1n);
    const quotient = holdOne(downSigned(c.i64_mul(at(normal, LIMBS - 1), number(inverse)), precision)); // at most one too small
    const rest = normalise(normal.map((limb, i) => c.i64_sub(limb, c.i64_mul(quotient, number(P_LIMBS[i] ?? 0n)))));
    writeReduced(pack(rest.map((value, i) => ({ value, at: BITS * i }))), address, offset);
  };

  return {
    add: (a, b) => a.map((term, i) => c.i64_add(term, at(b, i))),
    subtract: (a, b) => a.map((term, i) => c.i64_sub(term, at(b, i))),
    product,
    scale: (a, factor) => a.map((term) => c.i64_mul(term, number(factor))),
    hold,
    load,
    store,
    storeSmall,
    loadWords,
    storeSum: (a, b, address, offset) => writeReduced(plus(a, b), address, offset),
    storeDifference: (a, b, address, offset) => {
      const { words, borrow } = minus(a, b);
      write(plusMasked(words, holdOne(c.i64_sub(number(0n), borrow))), address, offset);
    },
  };
}
