// A product of powers in GT: exponents are split in four along p, and all their signed windows share the squarings.
// Each window sorts the elements into buckets by digit (Pippenger; Bernstein, Doumen, Lange and Oosterwijk, eprint 2012/549).
import { splitExponent } from "./lattice.js";

/** A group in which powers of p and inverses are cheap. An element to be raised may have a form of its own, cheaper to multiply by. */
export interface PowerGroup<Element, Product> {
  readonly one: Product;
  conjugate(element: Element): Element;
  /** element ^ (p ^ j). */
  frobenius(element: Element, j: 1 | 2 | 3): Element;
  lift(element: Element): Product;
  timesElement(product: Product, element: Element): Product;
  multiply(a: Product, b: Product): Product;
  square(a: Product): Product;
}

/** An element, its inverse and a positive exponent. */
interface Term<Element> {
  readonly element: Element;
  readonly inverse: Element;
  readonly exponent: bigint;
}

function splitTerm<E, P>(group: PowerGroup<E, P>, element: E, exponent: bigint): Term<E>[] {
  return splitExponent(exponent).map((digit, j) => {
    const power = j === 0 ? element : group.frobenius(element, j as 1 | 2 | 3);
    const inverse = group.conjugate(power);
    return digit < 0n ? { element: inverse, inverse: power, exponent: -digit } : { element: power, inverse, exponent: digit };
  });
}

/** The window that needs the fewest products for n terms: each costs about n, and two for each of its 2^(bits - 1) buckets. */
function windowBits(n: number, bits: number): number {
  const cost = (width: number) => Math.ceil((bits + 1) / width) * (n + 2 ** width);
  return [2, 3, 4, 5, 6, 7, 8].reduce((best, width) => (cost(width) < cost(best) ? width : best));
}

/** Digits in [-2^(width-1), 2^(width-1)], lowest first. */
function signedDigits(exponent: bigint, width: number, count: number): Int32Array {
  const digits = new Int32Array(count);
  const base = 2 ** width;
  const mask = BigInt(base - 1);
  let carry = 0;
  for (let i = 0, rest = exponent; i < count; i++, rest >>= BigInt(width)) {
    const digit = Number(rest & mask) + carry;
    carry = digit > base / 2 ? 1 : 0;
    digits[i] = digit - carry * base;
  }
  return digits;
}

/** The product over buckets of bucket ^ index, by running products from the top; undefined stands for one. */
function sumBuckets<E, P>(group: PowerGroup<E, P>, buckets: readonly (P | undefined)[]): P | undefined {
  let running: P | undefined;
  let product: P | undefined;
  for (const bucket of buckets.toReversed()) {
    if (bucket !== undefined) running = running === undefined ? bucket : group.multiply(running, bucket);
    if (running !== undefined) product = product === undefined ? running : group.multiply(product, running);
  }
  return product;
}

function windowProduct<E, P>(
  group: PowerGroup<E, P>,
  terms: readonly Term<E>[],
  digits: readonly Int32Array[],
  window: number,
  width: number,
) {
  const buckets: (P | undefined)[] = new Array(2 ** (width - 1)).fill(undefined);
  for (const [i, term] of terms.entries()) {
    const digit = digits[i]?.[window] ?? 0;
    if (digit === 0) continue;
    const index = Math.abs(digit) - 1;
    const element = digit > 0 ? term.element : term.inverse;
    const bucket = buckets[index];
    buckets[index] = bucket === undefined ? group.lift(element) : group.timesElement(bucket, element);
  }
  return sumBuckets(group, buckets);
}

const bitLength = (x: bigint): number => x.toString(2).length;

/** The product of all element ^ exponent; exponents in [0, r), elements of order r. */
export function powerProduct<E, P>(group: PowerGroup<E, P>, powers: readonly (readonly [element: E, exponent: bigint])[]): P {
  const terms = powers.flatMap(([element, exponent]) => splitTerm(group, element, exponent));
  const bits = Math.max(1, ...terms.map((term) => bitLength(term.exponent)));
  const width = windowBits(terms.length, bits);
  const windows = Math.ceil((bits + 1) / width);
  const digits = terms.map((term) => signedDigits(term.exponent, width, windows));
  let product: P | undefined;
  for (let window = windows - 1; window >= 0; window--) {
    for (let i = 0; product !== undefined && i < width; i++) product = group.square(product);
    const factor = windowProduct(group, terms, digits, window, width);
    if (factor !== undefined) product = product === undefined ? factor : group.multiply(product, factor);
  }
  return product ?? group.one;
}
