// Numbers of four words of 64 bits in WebAssembly that is being built: loading, writing below p, sums and differences mod p.
import type { Code, CodeBuilder, FunctionBuilder } from "ffjavascript";
import { P } from "../../core/pairing/encoding.js";

const WORDS = 4;
export const WORD_BITS = 64;
const WORD_BYTES = 8;
const P_WORDS = Array.from({ length: WORDS }, (_, i) => BigInt.asIntN(WORD_BITS, P >> BigInt(WORD_BITS * i)));
const SELECT = 0x1b;

/** Parts of a number, least significant first: code that leaves 64 bits on the stack. */
export type Terms = readonly Code[];

export const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Appends arithmetic on words to a function. */
export class WordEmitter {
  protected readonly c: CodeBuilder;
  private readonly f: FunctionBuilder;
  private locals = 0;

  constructor(f: FunctionBuilder) {
    this.f = f;
    this.c = f.getCodeBuilder();
  }

  /** The terms in locals, for when they are used more than once. */
  hold(terms: Terms): Terms {
    return terms.map((term) => this.holdOne(term));
  }

  /** The words of the number at address + offset. */
  loadWords(address: string, offset: number): Terms {
    return this.hold(indices(WORDS).map((i) => this.c.i64_load(this.c.getLocal(address), offset + WORD_BYTES * i)));
  }

  /** Writes a + b mod p. */
  storeSum(a: Terms, b: Terms, address: string, offset: number): void {
    this.writeReduced(this.plus(a, b), address, offset);
  }

  /** Writes a - b mod p. */
  storeDifference(a: Terms, b: Terms, address: string, offset: number): void {
    const { words, borrow } = this.minus(a, b);
    const mask = this.holdOne(this.c.i64_sub(this.c.i64_const(0n), borrow));
    this.write(this.plusMasked(words, mask), address, offset);
  }

  protected holdOne(value: Code): Code {
    const name = `l${this.locals++}`;
    this.f.addLocal(name, "i64");
    this.f.addCode(this.c.setLocal(name, value));
    return this.c.getLocal(name);
  }

  protected term(terms: Terms, i: number): Code {
    return terms[i] ?? this.c.i64_const(0n);
  }

  /** A number above -p in two's complement: p is added when it is negative. */
  protected liftNegative(words: Terms): Terms {
    const sign = this.c.i64_shr_s(this.term(words, WORDS - 1), this.c.i64_const(BigInt(WORD_BITS - 1)));
    return this.plusMasked(words, this.holdOne(sign));
  }

  /** Writes a number below 2 p, less p unless it is below. */
  protected writeReduced(words: Terms, address: string, offset: number): void {
    const modulus = P_WORDS.map((word) => this.c.i64_const(word));
    const { words: less, borrow } = this.minus(words, modulus);
    const kept = this.c.i32_wrap_i64(borrow);
    const chosen = words.map((word, i) => [...word, ...this.term(less, i), ...kept, SELECT]);
    this.write(chosen, address, offset);
  }

  private write(words: Terms, address: string, offset: number): void {
    for (const [i, word] of words.entries()) this.f.addCode(this.c.i64_store(this.c.getLocal(address), offset + WORD_BYTES * i, word));
  }

  /** words + p where `mask` is all ones, words where it is zero. */
  private plusMasked(words: Terms, mask: Code): Terms {
    return this.plus(
      words,
      P_WORDS.map((word) => this.c.i64_and(this.c.i64_const(word), mask)),
    );
  }

  private isBelow(a: Code, b: Code): Code {
    return this.c.i64_extend_i32_u(this.c.i64_lt_u(a, b));
  }

  /** a - b and the borrow. */
  private minus(a: Terms, b: Terms): { readonly words: Terms; readonly borrow: Code } {
    let borrow: Code = this.c.i64_const(0n);
    const words = a.map((word, i) => {
      const other = this.term(b, i);
      const difference = this.holdOne(this.c.i64_sub(word, other));
      const result = this.holdOne(this.c.i64_sub(difference, borrow));
      borrow = this.holdOne(this.c.i64_or(this.isBelow(word, other), this.isBelow(difference, borrow)));
      return result;
    });
    return { words, borrow };
  }

  /** a + b mod 2^256. */
  private plus(a: Terms, b: Terms): Terms {
    let carry: Code = this.c.i64_const(0n);
    return a.map((word, i) => {
      const half = this.holdOne(this.c.i64_add(word, this.term(b, i)));
      const result = this.holdOne(this.c.i64_add(half, carry));
      carry = this.holdOne(this.c.i64_or(this.isBelow(half, word), this.isBelow(result, half)));
      return result;
    });
  }
}
