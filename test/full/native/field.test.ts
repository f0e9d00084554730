// Field and curve arithmetic of every engine against bigint, on raw values up to the bounds that the code claims.
import { bn254 } from "@noble/curves/bn254.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EngineForm, type Field, nativeHooks } from "../../helpers/native-hooks.js";
import { applyRaw, edges, inverseMod, mod, modulusOf, radixOf } from "./values.js";

const hooks = await nativeHooks();
/** Those that this processor runs. */
const ENGINES = hooks.engines();
const FIELDS = ["base", "scalar"] as const;
const SEED = 20_260_101;

/** What values may be, in thousandths of the modulus. Engines of 52-bit limbs are lazy; the others reduce everything. */
interface Bounds {
  readonly stored: bigint;
  readonly sum: bigint;
  readonly difference: bigint;
  readonly lowered: bigint;
  readonly product: bigint;
}
const LAZY: Bounds = { stored: 2330n, sum: 4660n, difference: 5330n, lowered: 10_500n, product: 2000n };
const REDUCED: Bounds = { stored: 1000n, sum: 1000n, difference: 1000n, lowered: 1000n, product: 1000n };

interface Context {
  readonly form: EngineForm;
  readonly field: Field;
  readonly m: bigint;
  readonly r: bigint;
  readonly bounds: Bounds;
  /** A bound in thousandths as a number. */
  readonly below: (thousandths: bigint) => bigint;
  /** x of a raw x R. */
  readonly plain: (raw: bigint) => bigint;
}

function contextOf(form: EngineForm, field: Field): Context {
  const m = modulusOf(field);
  const r = radixOf(form);
  const inverse = inverseMod(r, m);
  const below = (thousandths: bigint) => (m * thousandths + 999n) / 1000n;
  return { form, field, m, r, bounds: form.limbBits === 52 ? LAZY : REDUCED, below, plain: (raw) => mod(raw * inverse, m) };
}

interface Law {
  /** What results are congruent to, given the raw operands. */
  readonly want: (c: Context, raw: readonly bigint[]) => readonly bigint[];
  /** Operands are below this. */
  readonly given: (b: Bounds) => readonly bigint[];
  readonly gives: (b: Bounds) => bigint;
  /** Operands may be any 256-bit numbers, as files have them. */
  readonly untrusted?: boolean;
}

const two = (b: Bounds) => [b.stored, b.stored];
const one = (b: Bounds) => [b.stored];
const stored = (b: Bounds) => b.stored;
const times = ({ plain }: Context, a: bigint, b: bigint) => [plain(a * b)];

const LAWS: Record<string, Law> = {
  add: { given: two, gives: (b) => b.sum, want: (_, [a = 0n, b = 0n]) => [a + b] },
  sub: { given: two, gives: (b) => b.difference, want: (_, [a = 0n, b = 0n]) => [a - b] },
  addn: { given: two, gives: stored, want: (_, [a = 0n, b = 0n]) => [a + b] },
  subn: { given: two, gives: stored, want: (_, [a = 0n, b = 0n]) => [a - b] },
  mul: { given: (b) => [b.difference, b.difference], gives: (b) => b.product, want: (c, [a = 0n, b = 0n]) => times(c, a, b) },
  sqr: { given: (b) => [b.difference], gives: (b) => b.product, want: (c, [a = 0n]) => times(c, a, a) },
  stored: { given: (b) => [b.lowered], gives: stored, want: (_, [a = 0n]) => [a] },
  canonical: { given: one, gives: () => 1000n, want: (_, [a = 0n]) => [a] },
  inverse: { given: (b) => [b.difference], gives: (b) => b.product, want: ({ m, r, plain }, [a = 0n]) => [inverseMod(plain(a), m) * r] },
  fromPlain: { given: one, gives: (b) => b.product, untrusted: true, want: ({ r }, [a = 0n]) => [a * r] },
  from256: { given: one, gives: (b) => b.product, untrusted: true, want: ({ m, r }, [a = 0n]) => [a * r * inverseMod(1n << 256n, m)] },
  toPlain: { given: (b) => [b.difference], gives: () => 1000n, want: ({ plain }, [a = 0n]) => [plain(a)] },
  to256: { given: (b) => [b.difference], gives: () => 1000n, want: ({ plain }, [a = 0n]) => [plain(a) << 256n] },
  single: { given: one, gives: stored, untrusted: true, want: (_, [a = 0n]) => [a] },
  pair: { given: two, gives: stored, want: (_, [a = 0n, b = 0n]) => [a, b] },
};

/** Every group's results are congruent to what the law wants, and below its bound. */
function expectLaw(c: Context, op: string, law: Law, groups: readonly (readonly bigint[])[], bounded = true): void {
  const limit = c.below(law.gives(c.bounds));
  const got = applyRaw(hooks, c.form, c.field, op, groups);
  for (const [i, results] of got.entries()) {
    const operands = groups[i] ?? [];
    const want = law.want(c, operands);
    for (const [k, raw] of results.entries())
      if (mod(raw - (want[k] ?? 0n), c.m) !== 0n || (bounded && raw >= limit))
        expect.fail(`${c.form.name} ${c.field} ${op}(${operands.map((v) => `0x${v.toString(16)}`).join(", ")}) gave 0x${raw.toString(16)}`);
  }
}

const pairsOf = (a: readonly bigint[], b: readonly bigint[]) => a.flatMap((x) => b.map((y) => [x, y]));

describe.each(ENGINES.flatMap((engine) => FIELDS.map((field) => ({ engine, field }))))(
  "$engine.name, $field field",
  ({ engine, field }) => {
    const c = contextOf(engine, field);

    it.each(Object.entries(LAWS))("%s holds at the edges, up to its bounds", (op, law) => {
      const sets = law.given(c.bounds).map((bound) => edges(c.m, c.below(bound)));
      const [first = [], second] = sets;
      expectLaw(c, op, law, second === undefined ? first.map((a) => [a]) : pairsOf(first, second));
      if (law.untrusted) {
        const any = edges(c.m, 1n << 256n).map((a) => [a]);
        expectLaw(c, op, law, any, op !== "single");
      }
    });

    it.each(Object.entries(LAWS))("%s holds for any operands", (op, law) => {
      const operand = (bound: bigint) => {
        const max = c.below(bound) - 1n;
        return fc.oneof(fc.bigInt({ min: 0n, max }), fc.bigInt({ min: max - 1000n, max }), fc.bigInt({ min: 0n, max: 1n << 60n }));
      };
      // a number of groups that is no multiple of the lanes among them
      const groups = fc.array(fc.tuple(...law.given(c.bounds).map(operand)), { minLength: 1, maxLength: 41 });
      fc.assert(
        fc.property(groups, (some) => expectLaw(c, op, law, some)),
        { seed: SEED, numRuns: 60 },
      );
    });

    it("takes from a difference twice", () => {
      const max = c.below(c.bounds.stored) - 1n;
      const few = [0n, 1n, c.m - 1n, max, max - 1n, ...(max > c.m ? [c.m, 2n * c.m, 2n * c.m + 1n] : [])];
      const groups = few.flatMap((a) => few.flatMap((b) => few.map((d) => [a, b, d])));
      expectLaw(c, "sub2n", { given: () => [], gives: stored, want: (_, [a = 0n, b = 0n, d = 0n]) => [a - b - d] }, groups);
    });

    it("knows zero, in whatever multiple of the modulus", () => {
      const values = edges(c.m, c.below(c.bounds.lowered));
      const is = (op: string) => applyRaw(hooks, c.form, c.field, op, values.map((v) => [v])).map(([flag]) => flag === 1n); // biome-ignore format: one line
      expect(is("isZero")).toEqual(values.map((v) => v % c.m === 0n));
      expect(is("isZeroBits")).toEqual(values.map((v) => v === 0n));
    });

    it("multiplies what is not reduced: by a reduced factor, any number of a file; lazily, any factors with a product below 84 m^2", () => {
      const law: Law = { given: () => [], gives: (b) => b.product, want: (context, [a = 0n, b = 0n]) => times(context, a, b) };
      expectLaw(c, "mul", law, pairsOf(edges(c.m, 1n << 256n), edges(c.m, c.m)));
      if (c.bounds === REDUCED) return;
      for (const [k1, k2] of [[1n, 84n], [2n, 42n], [9n, 9n], [7n, 12n], [84n, 1n]] as const) // biome-ignore format: one line
        expectLaw(c, "mul", law, pairsOf([k1 * c.m, k1 * c.m - 1n], [k2 * c.m, k2 * c.m - 1n, (k2 - 1n) * c.m + 1n]));
      // The sums in Fp2's products of two sums of points' coordinates: (4 * 2.2902)^2 = 83.93
      const most = (c.m * 91_608n) / 10_000n;
      expectLaw(c, "mul", law, pairsOf(edges(c.m, most), [most, most - 1n]));
    });

    it("lowers every value that 257 bits hold to less than 2.2902 m, not below 0", () => {
      if (c.bounds === REDUCED) return;
      // The multiple that is taken away depends on the top bits alone, so that the ends of each stretch are its extremes.
      const ends = Array.from({ length: 8 }, (_, k) => [[BigInt(k) << 254n], [(BigInt(k + 1) << 254n) - 1n]]).flat();
      expectLaw(c, "stored", { given: () => [], gives: () => 2291n, want: (_, [a = 0n]) => [a] }, ends);
    });
  },
);

type Pair = readonly [bigint, bigint];
const mul2 = ([a, b]: Pair, [x, y]: Pair): Pair => [a * x - b * y, a * y + b * x];

describe.each(ENGINES)("$name, extension field", (engine) => {
  /** Values of stored components, in every representation, and of components that are sums and differences. */
  const valuesBelow = (c: Context, bound: bigint): bigint[] => {
    const max = c.below(bound) - 1n;
    return [0n, 1n, c.m - 1n, max, max - 12_345n, ...(max > c.m ? [c.m, 2n * c.m, max / 2n] : [c.m / 3n])];
  };

  it("multiplies sums and differences, squares and inverts", () => {
    const c = contextOf(engine, "base");
    const { r, m } = c;
    const inverse = inverseMod(r, m);
    const scaled = ([x, y]: Pair) => [x * inverse, y * inverse];
    const some = [...valuesBelow(c, c.bounds.stored), c.below(c.bounds.difference) - 1n, c.below(c.bounds.sum) - 1n];
    const quadruples = pairsOf(some, some).flatMap(([a = 0n, b = 0n]) => pairsOf(some, some).map(([x = 0n, y = 0n]) => [a, b, x, y]));
    const law = (want: Law["want"]): Law => ({ given: () => [], gives: stored, want });
    const product = law((_, [a = 0n, b = 0n, x = 0n, y = 0n]) => scaled(mul2([a, b], [x, y])));
    expectLaw(c, "fp2.mul", product, quadruples);
    const few = edges(m, c.below(c.bounds.stored));
    expectLaw(c, "fp2.sqr", law((_, [a = 0n, b = 0n]) => scaled(mul2([a, b], [a, b]))), pairsOf(few, few)); // biome-ignore format: one line
    const inverted = law((_, [a = 0n, b = 0n]) => {
      const norm = inverseMod(a * a + b * b, m);
      return [a * norm * r * r, -b * norm * r * r];
    });
    expectLaw(c, "fp2.inverse", inverted, pairsOf(some, some));
    // 3 / (9 + u), times 3
    const factor: Pair = [81n * inverseMod(82n, m), -9n * inverseMod(82n, m)];
    expectLaw(c, "fp2.times3b", law((_, [a = 0n, b = 0n]) => mul2([a, b], factor)), pairsOf(few, few)); // biome-ignore format: one line
    expectLaw(c, "times3b", law((_, [a = 0n]) => [9n * a]), few.map((a) => [a])); // biome-ignore format: one line
  });

  it("holds for any elements", () => {
    const c = contextOf(engine, "base");
    const inverse = inverseMod(c.r, c.m);
    const component = fc.bigInt({ min: 0n, max: c.below(c.bounds.difference) - 1n });
    const groups = fc.array(fc.tuple(component, component, component, component), { minLength: 1, maxLength: 33 });
    const law: Law = {
      given: () => [],
      gives: stored,
      want: (_, [a = 0n, b = 0n, x = 0n, y = 0n]) => mul2([a, b], [x, y]).map((v) => v * inverse),
    };
    fc.assert(
      fc.property(groups, (some) => expectLaw(c, "fp2.mul", law, some)),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe.each(ENGINES)("$name, points", (engine) => {
  /** A group's points as lists of plain coordinates: x, y, z of one or two components each. */
  const groups = [
    {
      op: "g1.add",
      components: 1,
      multiple: (k: bigint) => {
        const p = k === 0n ? undefined : bn254.G1.Point.BASE.multiply(mod(k, modulusOf("scalar"))).toAffine();
        return p === undefined ? [[0n], [1n], [0n]] : [[p.x], [p.y], [1n]];
      },
    },
    {
      op: "g2.add",
      components: 2,
      multiple: (k: bigint) => {
        const p = k === 0n ? undefined : bn254.G2.Point.BASE.multiply(mod(k, modulusOf("scalar"))).toAffine();
        return p === undefined ? [[0n, 0n], [1n, 0n], [0n, 0n]] : [[p.x.c0, p.x.c1], [p.y.c0, p.y.c1], [1n, 0n]]; // biome-ignore format: one line
      },
    },
  ];

  it.each(groups)("$op is complete, in every representation of its operands", ({ op, components, multiple }) => {
    const c = contextOf(engine, "base");
    const { m } = c;
    const limit = c.below(c.bounds.stored);
    const scaled = (values: readonly bigint[], by: bigint) => values.map((v) => mod(v * by, m));
    /** Each value times R, as high as a stored value of `room` thousandths can be. */
    const raw = (point: readonly (readonly bigint[])[], by: bigint, room: bigint) =>
      point.flatMap((coordinate) =>
        scaled(coordinate, by).map((v) => {
          const low = mod(v * c.r, m);
          const spare = c.below(room) - 1n - low;
          return low + (spare > 0n ? (spare / m) * m : 0n);
        }),
      );
    const ks = [0n, 1n, 2n, -1n, -2n, 12_345n, -12_345n];
    const cases = pairsOf(ks, ks).flatMap(([a = 0n, b = 0n]) =>
      [1000n, c.bounds.stored].flatMap((roomA) => [1000n, c.bounds.stored].map((roomB) => ({ a, b, roomA, roomB }))),
    );
    const got = applyRaw(hooks, c.form, "base", op, cases.map(({ a, b, roomA, roomB }) => [...raw(multiple(a), 77n, roomA), ...raw(multiple(b), m - 5n, roomB)])); // biome-ignore format: one line
    const isZero = (v: readonly bigint[]) => v.every((x) => x === 0n);
    for (const [i, { a, b }] of cases.entries()) {
      const out = got[i] ?? [];
      expect(out.every((v) => v < limit)).toBe(true);
      const [x = [], y = [], z = []] = [0, 1, 2].map((k) => out.slice(k * components, (k + 1) * components).map(c.plain));
      const [wantX = [], wantY = []] = multiple(a + b);
      expect(isZero(z), `${a} + ${b}`).toBe(a + b === 0n);
      if (isZero(z)) {
        expect(isZero(x), `${a} + ${b}`).toBe(true);
        expect(isZero(y), `${a} + ${b}`).toBe(false);
      } else {
        const times = (v: readonly bigint[]) => (components === 1 ? [mod((v[0] ?? 0n) * (z[0] ?? 0n), m)] : mul2([v[0] ?? 0n, v[1] ?? 0n], [z[0] ?? 0n, z[1] ?? 0n]).map((t) => mod(t, m))); // biome-ignore format: one line
        expect([x, y], `${a} + ${b}`).toEqual([times(wantX), times(wantY)]);
      }
    }
  });
});
