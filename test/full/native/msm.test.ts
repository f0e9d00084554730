// Sums of multiples of every engine, of points whose discrete logarithms are known: sum of s_i * (k_i G) = (sum of s_i k_i) G, by noble.
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Group, nativeHooks } from "../../helpers/native-hooks.js";
import { BASE, decodeNumbers, encodeNumbers, mod, SCALAR } from "./values.js";

const hooks = await nativeHooks();
const ENGINES = hooks.engines().map(({ name }) => name);
const GROUPS = ["g1", "g2"] as const;
const HALF = 2500; // multiples of the generator from -HALF to HALF are at hand

/** Affine coordinates of the multiples k G for k in [-HALF, HALF], infinity as zeros. */
function multiples(group: Group): bigint[][] {
  if (group === "g1") {
    const { BASE: g, ZERO } = bn254.G1.Point;
    return signed(normalizeZ(bn254.G1.Point, runningSums(g, ZERO)).map((p) => p.toAffine())).map(({ x, y }) => [x, y]);
  }
  const { BASE: g, ZERO } = bn254.G2.Point;
  const zero = { c0: 0n, c1: 0n };
  return signed(
    normalizeZ(bn254.G2.Point, runningSums(g, ZERO)).map((p) => (p.is0() ? { x: zero, y: zero } : p.toAffine())),
    (y) => ({ c0: negated(y.c0), c1: negated(y.c1) }),
  ).map(({ x, y }) => [x.c0, x.c1, y.c0, y.c1]);
}

const negated = (y: bigint) => mod(-y, BASE);
function runningSums<P extends { add(other: P): P }>(generator: P, zero: P): P[] {
  const out = [zero];
  for (let sum = generator; out.length <= HALF; sum = sum.add(generator)) out.push(sum);
  return out;
}
function signed<C>(positive: readonly { x: C; y: C }[], negate: (y: C) => C = (y) => negated(y as bigint) as C): { x: C; y: C }[] {
  return [...positive.slice(1).reverse().map(({ x, y }) => ({ x, y: negate(y) })), ...positive]; // biome-ignore format: one line
}

/** As a zkey has them: Montgomery form, R = 2^256. */
const encode = (coordinates: readonly bigint[]) => encodeNumbers(coordinates.map((c) => mod(c << 256n, BASE)));
const ENCODED = Object.fromEntries(
  GROUPS.map((group) => {
    const points = multiples(group);
    points[HALF] = points[HALF]?.map(() => 0n) ?? [];
    return [group, points.map(encode)];
  }),
) as Record<Group, Uint8Array[]>;

function expected(group: Group, k: bigint): bigint[] {
  const by = mod(k, SCALAR);
  if (group === "g1") {
    if (by === 0n) return [0n, 0n];
    const { x, y } = bn254.G1.Point.BASE.multiply(by).toAffine();
    return [x, y];
  }
  if (by === 0n) return [0n, 0n, 0n, 0n];
  const { x, y } = bn254.G2.Point.BASE.multiply(by).toAffine();
  return [x.c0, x.c1, y.c0, y.c1];
}

interface Term {
  /** The point k G. */
  readonly k: number;
  readonly s: bigint;
}

function expectSum(engine: string, group: Group, terms: readonly Term[], threads = 1): void {
  const points = Buffer.concat(terms.map(({ k }) => ENCODED[group][k + HALF] ?? new Uint8Array(0)));
  const scalars = encodeNumbers(terms.map(({ s }) => s));
  const got = decodeNumbers(hooks.msm(engine, group, points, scalars, threads));
  const want = terms.reduce((sum, { k, s }) => sum + BigInt(k) * s, 0n);
  expect(got, `${terms.length} terms, ${threads} threads`).toEqual(expected(group, want));
}

/** Scalars where recoding and windows turn. */
const SCALARS = [
  ...[0n, 1n, 2n, 3n, SCALAR - 1n, SCALAR - 2n, SCALAR - 3n, SCALAR >> 1n, (SCALAR >> 1n) + 1n, (1n << 253n) - 1n, 1n << 253n],
  ...[4n, 7n, 8n, 14n, 15n, 16n, 64n, 127n, 128n, 192n, 252n].flatMap((i) => [(1n << i) - 1n, 1n << i, (1n << i) + 1n]),
  (1n << 127n) * 0x5555_5555n,
  SCALAR / 3n,
];

/** Numbers below 2^32 of a pinned seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}
function randomTerms(n: number, seed: number): Term[] {
  const next = numbers(seed);
  const word = () => BigInt(next());
  return Array.from({ length: n }, () => {
    const any = mod((((((((word() << 32n) | word()) << 32n) | word()) << 32n) | word()) << 128n) | (word() << 64n) | word(), SCALAR);
    const pick = next() >>> 28;
    const s = pick < 12 ? any : pick < 14 ? (SCALARS[(next() >>> 8) % SCALARS.length] ?? 0n) : mod(BigInt((next() >>> 20) - 2048), SCALAR);
    return { k: ((next() >>> 8) % (2 * HALF + 1)) - HALF, s };
  });
}

const CHUNK = 8_191; // points of a window that are summed together, in msm.inl
const repeated = (n: number, ks: readonly number[], s = 1n): Term[] =>
  Array.from({ length: n }, (_, i) => ({ k: ks[i % ks.length] ?? 0, s }));

describe.each(ENGINES.flatMap((engine) => GROUPS.map((group) => ({ engine, group }))))("$engine, $group", ({ engine, group }) => {
  it("sums any number of terms", () => {
    for (const n of [0, 1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 64, 65, 127, 255, 256, 257, 1023, 1025, 4096, 4097, 8191])
      expectSum(engine, group, randomTerms(n, n + 1), 1 + (n % 3));
  });

  it("multiplies by every scalar at which digits turn", () => {
    for (const s of SCALARS) {
      expectSum(engine, group, [{ k: 3, s }]);
      expectSum(engine, group, [{ k: -7, s }, { k: 1, s: SCALAR - 1n }]); // biome-ignore format: one line
    }
    expectSum(engine, group, SCALARS.map((s, i) => ({ k: i - 20, s }))); // biome-ignore format: one line
    for (const s of SCALARS.slice(0, 12)) expectSum(engine, group, repeated(700, [5, 9, -2, 31, 12, 77], s));
  });

  it("adds equal, opposite and infinite points, and sums that become so", () => {
    const patterns: readonly (readonly number[])[] = [
      [0],
      [1],
      [1, -1],
      [1, 1, -1, -1],
      [1, -1, 0, 0, 5],
      [0, 5],
      [5, 0, 0],
      [1, 4, 2, 3], // equal sums after one round
      [1, 2, -1, -2], // opposite sums after one round, infinite after two
      [1, -1, 2, -2, 7, 8, 9, -24],
      [1, 2, 3, 4, 5, 6, 7, 8, -8, -7, -6, -5, -4, -3, -2, -1],
      [10, 20, 30, 40, 50, 60, 70, 80, 90, 11],
    ];
    for (const pattern of patterns)
      for (const n of [1, 2, 3, 4, 5, 8, 9, 16, 31, 32, 100]) {
        expectSum(engine, group, repeated(n, pattern));
        expectSum(engine, group, repeated(n, pattern, SCALAR - 1n));
      }
    // the same point by opposite scalars
    expectSum(engine, group, Array.from({ length: 101 }, (_, i) => ({ k: 6, s: i % 2 === 0 ? 9n : SCALAR - 9n }))); // biome-ignore format: one line
  });

  it("fills a bucket from several chunks", () => {
    const many = Array.from({ length: 97 }, (_, i) => 3 * i + 1);
    for (const [n, ks] of [
      [CHUNK, many],
      [CHUNK + 1, many],
      [CHUNK + 2, [1]],
      [2 * CHUNK + 1, [1, -1]], // the bucket is infinite, or nearly, when its next chunk comes
      [2 * CHUNK + 9, many],
      [2 * CHUNK, [1, 4, 2, 3]],
    ] as const) // biome-ignore format: one line
      expectSum(engine, group, repeated(n, ks, n % 2 === 0 ? 1n : SCALAR - 1n), 2);
    // the sum of the first chunk is opposite, or equal, to the point that comes next
    for (const next of [-CHUNK, CHUNK % HALF])
      expectSum(engine, group, [...repeated(CHUNK - 1, [0, 1, -1]), { k: 1, s: 1n }, { k: next % HALF, s: 1n }, ...repeated(3, [2])]); // biome-ignore format: one line
  });

  it("sums any small terms", () => {
    const k = fc.integer({ min: -4, max: 4 });
    const s = fc.oneof(fc.constantFrom(...SCALARS), fc.bigInt({ min: 0n, max: SCALAR - 1n }), fc.bigInt({ min: 0n, max: 5n }));
    const terms = fc.array(fc.record({ k, s }), { maxLength: 40 });
    fc.assert(
      fc.property(terms, fc.integer({ min: 1, max: 3 }), (some, threads) => expectSum(engine, group, some, threads)),
      { seed: 20_260_102, numRuns: 30 },
    );
  });
});
