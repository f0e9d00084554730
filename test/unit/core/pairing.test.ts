// All pairing backends: known encodings, strict decoders with one verdict, and the algebra that the verifier relies on.
import { bn254 } from "@noble/curves/bn254.js";
import { describe, expect, it } from "vitest";
import { ffBackend } from "../../../aggregator/pairing/ffjavascript.js";
import { R } from "../../../core/field.js";
import { Malformed, type PairingBackend } from "../../../core/pairing/backend.js";
import { encodeG1, encodeG2, P, readScalar, scalarBytes } from "../../../core/pairing/encoding.js";
import { GENERATOR_G1, GENERATOR_G2, MINUS_GENERATOR_G1 } from "../../../core/pairing/generators.js";
import { splitExponent } from "../../../core/pairing/lattice.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { nobleBackend } from "../../../core/pairing/noble.js";
import { fromUnitary } from "../../../core/pairing/torus.js";
import { encodeGt, g1, g2, gt } from "../../helpers/exponent-prover.js";
import { randomField } from "../../helpers/mutate.js";
import { outsideSubgroup } from "../prover/simulated-proof.js";

const { Fp12 } = bn254.fields;
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const ENC_H = hex(
  "edf692d95cbdde46ddda5ef7d422436779445c5e66006a42761e1f12efde0018c212f3aeb785e49712e7a9353349aaf1255dfb31b7bf60723a480d9293938e19",
);
const ENC_GT = hex(
  "a67af9b73b43d58974562e0505fcd6632e1d77f13fd5798e78cf5821f4477a273f0b51004fe6771af8aa6357b00304e9402e3d5c5f7ef5ee0c1d7b1a79c8e50b" +
    "a225242ebbefaabc95e12182e2278d931fa7a34d80292bf32560379c7671920d6b7609d657eca21973fa98422b34522b757a78af36db9f4c7817995948d38411",
);

/** A backend whose own element types do not matter. */
type Backend = PairingBackend;
const backends: readonly Backend[] = [nobleBackend as Backend, (await mclBackend()) as Backend, (await ffBackend()) as Backend];
const each = describe.each(backends.map((backend) => [backend.name, backend] as const));

/** Accepted or refused, by all backends alike. */
function accepts(kind: "decodeG1" | "decodeG2" | "decodeGt", bytes: Uint8Array): boolean {
  const verdicts = backends.map((backend) => {
    try {
      backend[kind](bytes);
      return true;
    } catch (e) {
      expect(e).toBeInstanceOf(Malformed);
      return false;
    }
  });
  expect(new Set(verdicts).size, `${kind} of ${bytes}`).toBe(1);
  return verdicts[0] === true;
}

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));
const word = (x: bigint): Uint8Array => scalarBytes(x); // any number below 2^256
const withBit = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === bytes.length - 1 ? byte | 0x80 : byte));

describe("encodings", () => {
  it("are the known ones of -g and h", () => {
    expect(MINUS_GENERATOR_G1).toEqual(hex(`01${"00".repeat(30)}80`));
    expect(GENERATOR_G2).toEqual(ENC_H);
  });

  it("of scalars are read below r only, in 32 bytes only", () => {
    for (const x of [0n, 1n, R - 1n]) expect(readScalar(scalarBytes(x))).toBe(x);
    for (const bytes of [word(R), word(2n ** 256n - 1n), new Uint8Array(31), new Uint8Array(33)])
      expect(() => readScalar(bytes)).toThrow(Malformed);
  });

  it("take no notice of what happens to the bytes later, and leave them alone", () => {
    const buffer = Buffer.from([...MINUS_GENERATOR_G1, ...withBit(ENC_H)]); // a slice of a Buffer shares its memory
    for (const backend of backends) {
      const point = backend.decodeG1(buffer.subarray(0, 32));
      const copy = backend.decodeG1(buffer.subarray(0, 32));
      expect(backend.isZeroG1(backend.combineG1([[point, 1n], [copy, R - 1n]]))).toBe(true); // biome-ignore format: short
    }
    expect(new Uint8Array(buffer)).toEqual(join(MINUS_GENERATOR_G1, withBit(ENC_H)));
  });
});

each("%s", (_, backend) => {
  const [g, h, infinity] = [backend.decodeG1(GENERATOR_G1), backend.decodeG2(GENERATOR_G2), backend.decodeG1(new Uint8Array(32))];
  const same = (a: Uint8Array, point: unknown) => backend.isZeroG1(backend.combineG1([[backend.decodeG1(a), R - 1n], [point, 1n]])); // biome-ignore format: short
  const one = backend.decodeGt(new Uint8Array(128));
  const random = randomField(7n);

  it("decodes e(g, h) and its powers", () => {
    expect(backend.equalGt(backend.decodeGt(ENC_GT), backend.pairingProduct([[g, h]]))).toBe(true);
    for (const x of [0n, 1n, 2n, R - 1n, random()]) {
      const element = backend.decodeGt(gt(x));
      expect(backend.equalGt(element, backend.pairingProduct([[backend.combineG1([[g, x]]), h]]))).toBe(true);
      expect(backend.equalGt(element, backend.pairingProduct([[g, backend.decodeG2(g2(x))]]))).toBe(true);
      expect(backend.equalGt(element, one)).toBe(x === 0n);
    }
  });

  it("adds multiples of points", () => {
    const edges = [0n, 1n, 2n ** 127n, 2n ** 128n - 1n, 2n ** 128n, R / 2n, R / 2n + 1n, R - 2n ** 128n, R - 1n];
    for (const x of [...edges, random(), random()]) expect(same(g1(5n * x), backend.combineG1([[backend.decodeG1(g1(5n)), x]]))).toBe(true);
    const [xs, ys] = [Array.from({ length: 9 }, random), Array.from({ length: 9 }, random)];
    const terms = xs.map((x, i) => [backend.decodeG1(g1(x)), ys[i] ?? 0n] as const);
    expect(same(g1(xs.reduce((sum, x, i) => sum + x * (ys[i] ?? 0n), 0n)), backend.combineG1([...terms, [infinity, 3n]]))).toBe(true);
  });

  it("knows infinity", () => {
    expect(backend.isZeroG1(backend.combineG1([]))).toBe(true);
    expect(backend.isZeroG1(infinity)).toBe(true);
    expect(backend.isZeroG1(g)).toBe(false);
    const zero = backend.combineG1([[g, 5n], [backend.decodeG1(MINUS_GENERATOR_G1), 5n]]); // biome-ignore format: short
    expect(backend.isZeroG1(zero)).toBe(true);
    const pairs = [[zero, h], [infinity, h], [g, backend.decodeG2(new Uint8Array(64))]] as const; // biome-ignore format: short
    expect(backend.equalGt(backend.pairingProduct([...pairs, [g, h]]), backend.decodeGt(ENC_GT))).toBe(true);
    expect(backend.equalGt(backend.pairingProduct(pairs), one)).toBe(true);
    expect(backend.equalGt(backend.pairingProduct([]), one)).toBe(true);
  });

  it("multiplies powers as one by one", () => {
    for (const n of [1, 2, 9]) {
      const [xs, es] = [Array.from({ length: n }, random), Array.from({ length: n }, random)];
      const elements = xs.map((x) => bn254.pairing(bn254.G1.Point.BASE.multiply(x), bn254.G2.Point.BASE));
      const naive = elements.reduce((product, x, i) => Fp12.mul(product, Fp12.pow(x, es[i] ?? 0n)), Fp12.ONE);
      const terms = elements.map((x, i) => [backend.decodeGt(encodeGt(fromUnitary(x))), es[i] ?? 0n] as const);
      expect(backend.equalGt(backend.powerProduct(terms), backend.decodeGt(encodeGt(fromUnitary(naive))))).toBe(true);
    }
  });

  it("raises to 0, 1 and r - 1, and raises one", () => {
    const e = backend.decodeGt(ENC_GT);
    expect(backend.equalGt(backend.powerProduct([]), one)).toBe(true);
    expect(backend.equalGt(backend.powerProduct([[e, 0n]]), one)).toBe(true);
    expect(backend.equalGt(backend.powerProduct([[one, 5n], [e, 1n]]), e)).toBe(true); // biome-ignore format: short
    expect(backend.equalGt(backend.powerProduct([[e, R - 1n]]), backend.decodeGt(gt(R - 1n)))).toBe(true);
    expect(backend.equalGt(backend.powerProduct([[e, R - 1n], [e, 1n]]), one)).toBe(true); // biome-ignore format: short
    expect(backend.equalGt(backend.powerProduct([[e, 2n]]), e)).toBe(false);
  });
});

describe("strict decoders, of all backends alike,", () => {
  const random = randomField(11n);
  const point = bn254.G2.Point.BASE.add(outsideSubgroup()).toAffine();

  it.each([
    ["one byte short", GENERATOR_G1.slice(1)],
    ["one byte long", join(GENERATOR_G1, new Uint8Array(1))],
    ["p", word(P)],
    ["p + 1, which is x of g", word(P + 1n)],
    ["2^255 - 1", word(2n ** 255n - 1n)],
    ["all ones", word(2n ** 256n - 1n)],
    ["infinity with a sign", withBit(new Uint8Array(32))],
    ["an x without a point", word(4n)],
  ])("refuse in G1: %s", (_name, bytes) => expect(accepts("decodeG1", bytes)).toBe(false));

  const [c0, c1] = [ENC_H.slice(0, 32), ENC_H.slice(32)];
  it.each([
    ["one byte short", ENC_H.slice(1)],
    ["one byte long", join(ENC_H, new Uint8Array(1))],
    ["c0 + p", join(word(P + 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn), c1)],
    ["c0 of p", join(word(P), c1)],
    ["c1 of p", join(c0, word(P))],
    ["infinity with a sign", withBit(new Uint8Array(64))],
    ["an x without a point", join(word(3n), word(0n))],
    ["a point that is not of order r", join(word(1n), word(0n))],
    ["the same, with its other sign", withBit(join(word(1n), word(0n)))],
    ["a point of G2 plus one of another order", encodeG2(point.x, point.y)],
  ])("refuse in G2: %s", (_name, bytes) => expect(accepts("decodeG2", bytes)).toBe(false));

  const coordinates = [0, 32, 64, 96].map((at) => ENC_GT.slice(at, at + 32));
  const replaced = (i: number, by: Uint8Array) => join(...coordinates.map((c, j) => (i === j ? by : c)));
  it.each([
    ["one byte short", ENC_GT.slice(1)],
    ["one byte long", join(ENC_GT, new Uint8Array(1))],
    ...[0, 1, 2, 3].map((i): [string, Uint8Array] => [`coordinate ${i} of p`, replaced(i, word(P))]),
    ["coordinate 2 of 2^256 - 1", replaced(2, word(2n ** 256n - 1n))],
    ["c1 of zero and c2 not", join(new Uint8Array(64), word(0n), word(1n))],
  ])("refuse in GT: %s", (_name, bytes) => expect(accepts("decodeGt", bytes)).toBe(false));

  it("give one verdict on random bytes", () => {
    const verdicts = Array.from({ length: 60 }, () => accepts("decodeG1", word(random() | (random() & (1n << 255n)))));
    expect(new Set(verdicts).size).toBe(2);
    const onTwist = Array.from({ length: 10 }, () => accepts("decodeG2", join(word(random()), word(random()))));
    expect(onTwist).not.toContain(true); // a random point is not of order r
    const inGt = Array.from({ length: 10 }, () =>
      accepts("decodeGt", join(word(random()), word(random()), word(random()), word(random()))),
    );
    expect(inGt).not.toContain(false); // nearly all of them are encodings
  });

  it("take every point of order r, either sign", () => {
    for (const x of Array.from({ length: 6 }, random)) {
      const a = bn254.G1.Point.BASE.multiply(x);
      const b = bn254.G2.Point.BASE.multiply(x);
      for (const p of [a, a.negate()].map((q) => q.toAffine())) expect(accepts("decodeG1", encodeG1(p.x, p.y))).toBe(true);
      for (const p of [b, b.negate()].map((q) => q.toAffine())) expect(accepts("decodeG2", encodeG2(p.x, p.y))).toBe(true);
    }
  });
});

describe("every pair of coordinates of GT", () => {
  it("is one element of the cyclotomic subgroup, and encodes to the same bytes", () => {
    const random = randomField(13n);
    for (let i = 0; i < 20; i++) {
      const bytes = join(word(random()), word(random()), word(random()), word(random()));
      const { a, b } = nobleBackend.decodeGt(bytes);
      const half = (x: typeof a) => bn254.fields.Fp6.fromBigSix([...x].map((c) => ((c % P) + P) % P) as Parameters<typeof bn254.fields.Fp6.fromBigSix>[0]); // biome-ignore format: short
      const element = Fp12.div({ c0: half(a), c1: half(b) }, Fp12.conjugate({ c0: half(a), c1: half(b) }));
      expect(Fp12.eql(Fp12.mul(Fp12.frobeniusMap(element, 4), element), Fp12.frobeniusMap(element, 2))).toBe(true); // p^4 - p^2 + 1
      expect(encodeGt(fromUnitary(element))).toEqual(bytes);
    }
  });
});

describe("exponents split along p", () => {
  it("into digits below 2^65 with the same value mod r", () => {
    const random = randomField(17n);
    for (const e of [0n, 1n, 2n, P % R, R - 1n, R / 2n, R / 2n + 1n, ...Array.from({ length: 500 }, random)]) {
      const digits = splitExponent(e);
      expect((((digits.reduceRight((sum, digit) => sum * P + digit, 0n) - e) % R) + R) % R).toBe(0n);
      for (const digit of digits) expect(digit < 2n ** 65n && digit > -(2n ** 65n)).toBe(true);
    }
  });
});
