// Elements of GT: their 128 bytes, and products of their powers. In memory an element is a + b w, a and b in Fp6.
import { GT_BYTES as ENCODED_BYTES, parseGt, scalarBytes } from "../../core/pairing/encoding.js";
import { type PowerGroup, powerProduct } from "../../core/pairing/power-product.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { GT_BYTES } from "./miller.js";
import { readNumbers, writeNumbers } from "./numbers.js";
import { put, take } from "./points.js";

/** An element as it lies in memory, 384 bytes. */
export type GtElement = Uint8Array;

export interface GtCodec {
  readonly one: GtElement;
  /** The bytes of certificates. ASSUMES: in the cyclotomic subgroup. */
  readonly encode: (element: GtElement) => Uint8Array;
  /** @throws Malformed */
  readonly decode: (bytes: Uint8Array) => GtElement;
  /** The element that a product of Miller loops stands for. */
  readonly finish: (loops: Uint8Array) => GtElement;
  readonly multiply: (elements: readonly Uint8Array[]) => Uint8Array;
  readonly powerProduct: (terms: readonly (readonly [element: GtElement, exponent: bigint])[]) => GtElement;
}

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
  const powers = [make("bn128__frobeniusMap1"), make("bn128__frobeniusMap2"), make("bn128__frobeniusMap3")] as const;
  return {
    one,
    conjugate,
    frobenius: (element, j) => powers[j - 1]?.(element) ?? one,
    lift: (element) => element,
    timesElement: multiply,
    multiply,
    square: make("bn128__cyclotomicSquare"),
  };
}

/** GT of a curve. */
export function gtCodec(curve: WasmCurve): GtCodec {
  const onePlace = curve.alloc(GT_BYTES);
  curve.op("ftm_one")(onePlace);
  const one = take(curve, onePlace, GT_BYTES);
  const op = (name: string, ...places: readonly number[]) => curve.op(name)(...places);
  const isOne = (place: number) => op("ftm_isOne", place) === 1;

  /** Runs on elements put into memory; returns the bytes of the element whose address it is told. */
  const over = (elements: readonly Uint8Array[], run: (places: readonly number[]) => number): Uint8Array =>
    curve.scoped(() => {
      const places = elements.map((element) => {
        const place = curve.alloc(GT_BYTES);
        put(curve, place, element);
        return place;
      });
      return take(curve, run(places), GT_BYTES);
    });

  const encode = (element: GtElement): Uint8Array =>
    curve.scoped(() => {
      const [place, torus] = [curve.alloc(GT_BYTES), curve.alloc(GT_BYTES)];
      const encoded = new Uint8Array(ENCODED_BYTES);
      put(curve, place, element);
      if (isOne(place)) return encoded;
      op("f6m_one", torus);
      op("f6m_add", torus, place, place);
      op("f6m_inverse", place + HALF, torus);
      op("f6m_mul", place, torus, torus); // G = (1 + a) / b, of which c1 and c2 are sent
      for (const [i, number] of readNumbers(curve, torus + PAIR, 4).entries()) encoded.set(scalarBytes(number), 32 * i);
      return encoded;
    });

  const decode = (bytes: Uint8Array): GtElement => {
    const parsed = parseGt(bytes);
    if (parsed === undefined) return one;
    const { c1, c2 } = parsed;
    return curve.scoped(() => {
      const [torus, denominator, pair] = [curve.alloc(GT_BYTES), curve.alloc(GT_BYTES), curve.alloc(3 * PAIR)];
      const [constant, triple] = [pair + PAIR, pair + 2 * PAIR];
      writeNumbers(curve, torus + PAIR, [c1.c0, c1.c1, c2.c0, c2.c1]);
      writeNumbers(curve, constant, [27n, 3n]);
      op("f2m_square", torus + 2 * PAIR, pair);
      op("f2m_mul", pair, constant, pair);
      op("f2m_one", constant);
      op("f2m_add", pair, constant, pair);
      op("f2m_add", torus + PAIR, torus + PAIR, triple);
      op("f2m_add", triple, torus + PAIR, triple);
      op("f2m_inverse", triple, triple);
      op("f2m_mul", pair, triple, torus); // c0 = (1 + 3 xi c2^2) / (3 c1)
      op("f6m_one", torus + HALF);
      op("ftm_conjugate", torus, denominator);
      op("ftm_inverse", denominator, denominator);
      op("ftm_mul", torus, denominator, torus); // (G + w) / (G - w)
      return take(curve, torus, GT_BYTES);
    });
  };

  return {
    one,
    encode,
    decode,
    finish: (loops) =>
      over([loops], ([place = 0]) => {
        op("bn128_finalExponentiation", place, place);
        return place;
      }),
    multiply: (elements) =>
      over([one, ...elements], ([product = 0, ...places]) => {
        for (const place of places) op("ftm_mul", product, place, product);
        return product;
      }),
    powerProduct: (terms) =>
      over(
        terms.map(([element]) => element),
        (places) => powerProduct(powerGroup(curve, onePlace), places.map((place, i) => [place, terms[i]?.[1] ?? 0n] as const)),
      ),
  };
}
