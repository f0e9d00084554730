// Elements of GT: their 128 bytes, and products of their powers. In memory an element is a + b w, a and b in Fp6.
import { GT_BYTES as ENCODED_BYTES, parseGt, scalarBytes } from "../../core/pairing/encoding.js";
import { type PowerGroup, powerProduct } from "../../core/pairing/power-product.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { put, readNumbers, take, writeNumbers } from "./memory.js";
import { GT_BYTES } from "./miller.js";

/** An element as it lies in memory, 384 bytes. */
export type GtElement = Uint8Array;

const PAIR = 64;
const HALF = GT_BYTES / 2;

/** GT over addresses: every result is new memory, which the caller's scope takes back. */
function powerGroup(curve: WasmCurve, one: number): PowerGroup<number, number> {
  const make = (name: string) => {
    const op = curve.op(name);
    return (...operands: readonly number[]) => {
      const result = curve.alloc(GT_BYTES);
      op(...operands, result);
      return result;
    };
  };
  const [multiply, conjugate] = [make("ftm_mul"), make("ftm_conjugate")];
  const powers = { 1: make("bn128__frobeniusMap1"), 2: make("bn128__frobeniusMap2"), 3: make("bn128__frobeniusMap3") };
  return {
    one,
    conjugate,
    frobenius: (element, j) => powers[j](element),
    lift: (element) => element,
    timesElement: multiply,
    multiply,
    square: make("bn128__cyclotomicSquare"),
  };
}

/** GT of a curve. */
export class GtGroup {
  readonly one: GtElement;
  private readonly curve: WasmCurve;
  private readonly onePlace: number;

  constructor(curve: WasmCurve) {
    this.curve = curve;
    this.onePlace = curve.alloc(GT_BYTES);
    this.op("ftm_one", this.onePlace);
    this.one = take(curve, this.onePlace, GT_BYTES);
  }

  /** 128 bytes; see parseGt. ASSUMES: in the cyclotomic subgroup. */
  encode(element: GtElement): Uint8Array {
    const encoded = new Uint8Array(ENCODED_BYTES);
    if (Buffer.compare(element, this.one) === 0) return encoded;
    const torus = this.over([element], ([place = 0]) => {
      const result = this.curve.alloc(GT_BYTES);
      this.op("f6m_one", result);
      this.op("f6m_add", result, place, place);
      this.op("f6m_inverse", place + HALF, result);
      this.op("f6m_mul", place, result, result); // G = (1 + a) / b, of which c1 and c2 are sent
      return result;
    });
    for (const [i, number] of this.numbersOf(torus.subarray(PAIR, 3 * PAIR)).entries()) encoded.set(scalarBytes(number), 32 * i);
    return encoded;
  }

  /** @throws Malformed */
  decode(bytes: Uint8Array): GtElement {
    const parsed = parseGt(bytes);
    if (parsed === undefined) return this.one;
    const { c1, c2 } = parsed;
    return this.over([], () => {
      const [torus, denominator] = [this.curve.alloc(GT_BYTES), this.curve.alloc(GT_BYTES)];
      writeNumbers(this.curve, torus + PAIR, [c1.c0, c1.c1, c2.c0, c2.c1]);
      this.completeTorus(torus);
      this.op("f6m_one", torus + HALF);
      this.op("ftm_conjugate", torus, denominator);
      this.op("ftm_inverse", denominator, denominator);
      this.op("ftm_mul", torus, denominator, torus); // (G + w) / (G - w)
      return torus;
    });
  }

  /** The element that a product of Miller loops stands for. */
  finish(loops: Uint8Array): GtElement {
    return this.over([loops], ([place = 0]) => {
      this.op("bn128_finalExponentiation", place, place);
      return place;
    });
  }

  /** The product of elements, or of Miller loops. */
  multiply(elements: readonly Uint8Array[]): Uint8Array {
    return this.over([this.one, ...elements], ([product = 0, ...places]) => {
      for (const place of places) this.op("ftm_mul", product, place, product);
      return product;
    });
  }

  powerProduct(terms: readonly (readonly [element: GtElement, exponent: bigint])[]): GtElement {
    const elements = terms.map(([element]) => element);
    return this.over(elements, (places) =>
      powerProduct(
        powerGroup(this.curve, this.onePlace),
        terms.map(([, exponent], i) => [places[i] ?? this.onePlace, exponent] as const),
      ),
    );
  }

  private op(name: string, ...places: readonly number[]): number {
    return this.curve.op(name)(...places);
  }

  /** Puts elements into memory and runs on their addresses. @returns the element whose address comes back */
  private over(elements: readonly Uint8Array[], run: (places: readonly number[]) => number): Uint8Array {
    return this.curve.scoped(() => {
      const places = elements.map((element) => {
        const place = this.curve.alloc(GT_BYTES);
        put(this.curve, place, element);
        return place;
      });
      return take(this.curve, run(places), GT_BYTES);
    });
  }

  private numbersOf(bytes: Uint8Array): bigint[] {
    return this.curve.scoped(() => {
      const place = this.curve.alloc(bytes.length);
      put(this.curve, place, bytes);
      return readNumbers(this.curve, place, bytes.length / 32);
    });
  }

  /** Puts c0 = (1 + 3 xi c2^2) / (3 c1) before the other two coordinates. */
  private completeTorus(c0: number): void {
    const [c1, c2] = [c0 + PAIR, c0 + 2 * PAIR];
    const [factor, triple] = [this.curve.alloc(PAIR), this.curve.alloc(PAIR)];
    writeNumbers(this.curve, factor, [27n, 3n]);
    this.op("f2m_square", c2, c0);
    this.op("f2m_mul", c0, factor, c0);
    this.op("f2m_one", factor);
    this.op("f2m_add", c0, factor, c0);
    this.op("f2m_add", c1, c1, triple);
    this.op("f2m_add", triple, c1, triple);
    this.op("f2m_inverse", triple, triple);
    this.op("f2m_mul", c0, triple, c0);
  }
}
