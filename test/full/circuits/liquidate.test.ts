// Liquidation: who, how much, what it pays, and the lots that move; for every rounding and every choice a prover might try.
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fractionAllowed, liquidationTerms, sliceOf } from "../../../ledger/liquidation.js";
import { belowMaintenance } from "../../../ledger/margin.js";
import type { Config } from "../../../ledger/types.js";
import { limitsBus, negativeOf, signsOf } from "../../helpers/buses.js";
import { quote, testConfig } from "../../helpers/ledger-fixtures.js";
import { rngOf } from "../../helpers/random-run.js";
import { scene, sizes } from "../../helpers/scene.js";
import { expectStatement, loadTemplate, signedValue, type Template } from "../../helpers/template.js";
import { expectRigid } from "../gadgets/rigid.js";
import { QUOTIENT_DOWN, QUOTIENT_UP, replaced, SHIFT_DOWN, SHIFT_UP, SIGNS_TURNED } from "./hints.js";
import { extremeSizes, randomSizes } from "./portfolios.js";

const rng = rngOf(8);
const { prices } = scene().world;

interface Facts {
  readonly e: bigint;
  readonly f: bigint;
  readonly m: bigint;
  readonly insurance: bigint;
  readonly leastReward: bigint;
  readonly lotsMoved: bigint;
  readonly quarters: number;
  readonly config: Config;
}

const base: Facts = {
  e: quote(725) << 24n,
  f: quote(725) << 24n,
  m: quote(825) * 10_000n * 256n,
  insurance: quote(10_000),
  leastReward: 0n,
  lotsMoved: 5n,
  quarters: 1,
  config: testConfig(),
};

const inputOf = ({ e, f, m, insurance, leastReward, lotsMoved, quarters, config }: Facts) => ({
  liquidate: quarters === 0 ? 0n : 1n,
  quarter: quarters === 1 ? 1n : 0n,
  half: quarters === 2 ? 1n : 0n,
  full: quarters === 4 ? 1n : 0n,
  equity: e,
  fair: f,
  maintenance: m,
  lotsMoved: quarters === 0 ? 0n : lotsMoved,
  insurance,
  leastReward,
  ...limitsBus("limits", config),
});

const termsOf = ({ e, f, m, insurance, quarters, config }: Facts) =>
  liquidationTerms(prices, config, insurance, { sizes: sizes() }, e, f, m, quarters);

function holds(x: Facts): boolean {
  if (x.quarters === 0) return true;
  const { topUp, toLiquidator, bounty } = termsOf(x);
  return (
    belowMaintenance(x.e, x.m) &&
    fractionAllowed(x.config, x.e, x.m, x.quarters) &&
    (x.quarters === 4 || x.lotsMoved > 0n) &&
    topUp <= x.insurance &&
    toLiquidator + bounty >= x.leastReward
  );
}

const file = "transitions/liquidate.circom";
const CHOICES = [
  replaced(file, "<= limits.dustEquity * (1 << 24) ? 1 : 0;", "<= limits.dustEquity * (1 << 24) ? 0 : 1;"),
  replaced(file, "excess <= 0 ? 1 : 0;", "excess <= 0 ? 0 : 1;"),
  replaced(file, "above <= 0 ? 1 : 0;", "above <= 0 ? 0 : 1;"),
  replaced(file, "over <= 0 ? 1 : 0;", "over <= 0 ? 0 : 1;"),
  replaced(file, "overTopUp <= 0 ? 0 : 1;", "overTopUp <= 0 ? 1 : 0;"),
  replaced(file, "signal inverse <-- (quarter + half) * (lotsMoved == 0 ? 0 : 1 / lotsMoved);", "signal inverse <-- 1;"),
  SIGNS_TURNED,
  SHIFT_UP,
  SHIFT_DOWN,
  QUOTIENT_UP,
  QUOTIENT_DOWN,
];

describe("Liquidate", () => {
  let template: Template;
  beforeAll(async () => {
    template = await loadTemplate({ main: "Liquidate()", file }, CHOICES);
  });

  async function judge(x: Facts): Promise<void> {
    const text = JSON.stringify({ ...x, config: undefined }, (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v));
    const witnesses = await expectStatement(template, inputOf(x), holds(x), text);
    const idle = x.quarters === 0;
    const { discount, topUp, bounty, toLiquidator, toInsurance } = termsOf(x);
    for (const w of witnesses) {
      const value = (name: string) => signedValue(template.circuit, w, `main.${name}`);
      expect([value("victimCash"), value("liquidatorCash"), value("insuranceAfter")], text).toEqual(
        idle ? [0n, 0n, x.insurance] : [topUp - discount, toLiquidator + bounty, x.insurance + toInsurance - topUp - bounty],
      );
    }
  }

  const near = (x: bigint) => [x - 1n, x, x + 1n];
  const M24 = base.m << 16n;
  const edges: Record<string, readonly Facts[]> = {
    "at maintenance": near(M24 / 10_000n).map((e) => ({ ...base, e, f: e })),
    "at half of maintenance": near(M24 / 20_000n).map((e) => ({ ...base, e, f: e, quarters: 4, config: testConfig({ dustEquity: 0n }) })),
    "at the dust limit": near(quote(600) << 24n).map((e) => ({
      ...base,
      e,
      f: e,
      quarters: 4,
      config: testConfig({ dustEquity: quote(600) }),
    })),
    "where fair equity is nothing": near(0n).flatMap((f) => [1, 2, 4].map((quarters) => ({ ...base, e: f - 5n, f, quarters }))),
    "where the discount is capped by equity": near(4n << 24n).flatMap((f) => [1, 2, 4].map((quarters) => ({ ...base, e: f, f, quarters }))),
    "where a lot moves or none": [0n, 1n].flatMap((lotsMoved) =>
      [1, 2, 4].map((quarters) => ({ ...base, e: 1n, f: 1n, lotsMoved, quarters })),
    ),
    "where insurance has just the top-up": near(quote(10)).map((insurance) => ({
      ...base,
      e: -quote(40) << 24n,
      f: -quote(40) << 24n,
      insurance,
    })),
    "where insurance has just the bounty": near(quote(45)).map((insurance) => ({
      ...base,
      e: -quote(40) << 24n,
      f: -quote(40) << 24n,
      insurance,
      quarters: 4,
    })),
    "where the margin caps the bounty": near(1_000n * 10_000n * 256n).map((m) => ({ ...base, e: -1n, f: -1n, m, quarters: 2 })),
    "at the least reward": near(6_250_000n).map((leastReward) => ({ ...base, leastReward })),
    "when it is another kind": [
      { ...base, quarters: 0 },
      { ...base, quarters: 0, e: -5n, f: -5n, m: 0n },
    ],
    "without rates": [0n, 65_536n].flatMap((rate) =>
      [1, 4].map((quarters) => ({
        ...base,
        e: 9n,
        f: 9n,
        quarters,
        config: testConfig({ discountRate: rate, discountShare: 65_536n - rate }),
      })),
    ),
  };
  for (const [name, facts] of Object.entries(edges)) {
    it(`is exact ${name}`, async () => {
      for (const x of facts) await judge(x);
    });
  }

  it("is exact at the widths of equity, margin and insurance", async () => {
    const [e, m] = [(1n << 120n) - 1n, (1n << 106n) - 1n];
    const config = testConfig({ discountRate: 65_536n, discountShare: 65_536n, bounty: (1n << 60n) - 1n, dustEquity: (1n << 60n) - 1n });
    for (const x of [-e, e, -1n, 1n]) {
      for (const quarters of [1, 4]) await judge({ ...base, e: x, f: x, m, insurance: (1n << 95n) - 1n, quarters, config });
    }
  });

  it("is exact for random accounts and configs", async () => {
    for (let i = 0; i < 25; i++) {
      const e = BigInt(rng.below(2 ** 30) - 2 ** 29) << 22n;
      const config = testConfig({
        discountRate: BigInt(rng.below(65_537)),
        discountShare: BigInt(rng.below(65_537)),
        bounty: BigInt(rng.below(2 ** 30)),
      });
      const facts = {
        f: e + (BigInt(rng.below(2 ** 20)) << 20n),
        m: BigInt(rng.below(2 ** 30)) << 21n,
        insurance: BigInt(rng.below(2 ** 30)),
      };
      await judge({ ...base, ...facts, e, quarters: [1, 2, 4][i % 3] ?? 1, config, leastReward: BigInt(rng.below(2 ** 10)) });
    }
  });

  it("is rigid where nothing is equal", async () => {
    for (const x of [base, { ...base, quarters: 2 }, { ...base, e: -5n << 30n, f: -(5n << 30n), quarters: 4 }]) {
      expectRigid(template.circuit, await template.circuit.witness(inputOf(x)), x.quarters === 4 ? /hint/ : undefined);
    }
  });
});

const digit = (low: string, high: string) => [
  ...replaced(file, "low[i] <-- product[i] & 1;", `low[i] <-- ${low};`),
  ...replaced(file, "high[i] <-- ((product[i] + low[i]) >> 1) & 1;", `high[i] <-- ${high};`),
];

const HIGH = "((product[i] + low[i]) >> 1) & 1";

describe("slices", () => {
  let template: Template;
  beforeAll(async () => {
    const plan = { main: "Slices()", file: "slices.circom", more: [join(import.meta.dirname, "harness")] };
    // the other half, one digit only, in one column and in all; rounded down and up in ways that are no digits
    template = await loadTemplate(plan, [
      digit("1 - (product[i] & 1)", HIGH),
      digit("product[i] & 1", `1 - (${HIGH})`),
      digit("0", "0"),
      digit("1", "1"),
      digit("i == 5 ? 1 - (product[i] & 1) : product[i] & 1", HIGH),
      digit("4 - product[i] % 4", "0"), // not digits at all: rounded up in one
      digit("-(product[i] % 4)", "0"),
      SIGNS_TURNED,
    ]);
  });
  const inputOf = (victim: readonly bigint[], liquidator: readonly bigint[], quarters: number) => ({
    victim,
    victimSigns: Array.from({ length: 10 }, (_, i) => (signsOf(victim) >> BigInt(i)) & 1n),
    victimNegative: negativeOf(victim),
    liquidator,
    fraction: quarters,
    full: quarters === 4 ? 1n : 0n,
  });
  const fits = (all: readonly bigint[]) => all.every((x, i) => x < 1n << 47n && x >= (i < 2 ? 0n : -(1n << 47n)));

  async function judge(victim: readonly bigint[], liquidator: readonly bigint[], quarters: number): Promise<void> {
    const slice = sliceOf(victim, BigInt(quarters));
    const left = victim.map((x, i) => x - (slice[i] ?? 0n));
    const taken = liquidator.map((x, i) => x + (slice[i] ?? 0n));
    const witnesses = await expectStatement(
      template,
      inputOf(victim, liquidator, quarters),
      fits(taken),
      `${quarters} quarters of ${victim}`,
    );
    for (const w of witnesses) {
      const all = (name: string, n: number) => Array.from({ length: n }, (_, i) => signedValue(template.circuit, w, `main.${name}[${i}]`));
      expect(all("slice", 12)).toEqual(slice);
      expect([all("left", 12), all("taken", 12)]).toEqual([left, taken]);
      expect([all("leftNegative", 10), all("takenNegative", 10)]).toEqual([negativeOf(left), negativeOf(taken)]);
      // a column that a part of an account emptied keeps its sign bit; nothing reads it
      const emptied = quarters === 4 ? 0n : signsOf(victim) & ~signsOf(left);
      expect(signedValue(template.circuit, w, "main.leftSigns")).toBe(signsOf(left) | emptied);
      expect(signedValue(template.circuit, w, "main.takenSigns")).toBe(signsOf(taken));
      const moved = slice.reduce((sum, x) => sum + (x < 0n ? -x : x), 0n);
      expect(signedValue(template.circuit, w, "main.lotsMoved")).toBe(moved);
    }
  }

  it("are quarters of every column rounded up, whatever the digits", async () => {
    for (const quarters of [0, 1, 2, 4]) {
      for (let i = 0; i < 6; i++) await judge(randomSizes(rng, 47), sizes(), quarters);
      for (const lots of [1n, 2n, 3n, 4n, 5n, 7n]) await judge(sizes({ 0: lots, 3: lots, 7: -lots }), sizes({ 3: -lots, 7: 1n }), quarters);
    }
  });

  it("keep both sides in range at the ends of the width", async () => {
    for (const quarters of [0, 1, 2, 4]) {
      for (const long of [true, false]) {
        await judge(extremeSizes(long), sizes(), quarters);
        await judge(extremeSizes(long), extremeSizes(!long), quarters);
        await judge(extremeSizes(long), extremeSizes(long), quarters);
      }
    }
    await judge(sizes({ 2: 8n }), sizes({ 2: (1n << 47n) - 2n }), 1);
    await judge(sizes({ 2: 8n }), sizes({ 2: (1n << 47n) - 3n }), 1);
    await judge(sizes({ 2: -8n }), sizes({ 2: -(1n << 47n) + 1n }), 1);
    await judge(sizes({ 2: -8n }), sizes({ 2: -(1n << 47n) + 2n }), 1);
  });

  it("are rigid", async () => {
    for (const quarters of [0, 1, 2, 4]) {
      expectRigid(template.circuit, await template.circuit.witness(inputOf(randomSizes(rng, 40), randomSizes(rng, 40), quarters)));
    }
  });
});
