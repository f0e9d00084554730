// One account of a slot, before and after: widths, signs, the pass rule, and the traded column.
import { beforeAll, describe, expect, it } from "vitest";
import { columnShrinks, equity, fairEquity, grewOrTurned, healthy, notRiskier, requirement } from "../../../ledger/margin.js";
import type { Account } from "../../../ledger/types.js";
import { accountBus, columnOf, negativeOf, pricesBus, signsOf } from "../../helpers/buses.js";
import { type Circuit, expectSatisfied, type Input, loadCircuit } from "../../helpers/circuit.js";
import { quote } from "../../helpers/ledger-fixtures.js";
import { rngOf } from "../../helpers/random-run.js";
import { A, scene, sizes } from "../../helpers/scene.js";
import { expectStatement, loadTemplate, signedValue, type Template } from "../../helpers/template.js";
import { expectRigid } from "../gadgets/rigid.js";
import { replaced, SIGNS_TURNED } from "./hints.js";
import { type Market, randomMarket, randomSizes } from "./portfolios.js";

const rng = rngOf(9);
const given = scene().state.account(A);
const accountWith = (cash: bigint, sizes: readonly bigint[]): Account => {
  if (given === undefined) throw new Error("the scene has no account A");
  return { ...given, cash, sizes };
};
const bits = (signs: bigint) => Array.from({ length: 10 }, (_, i) => (signs >> BigInt(i)) & 1n);
const marketOf = (): Market => {
  const { prices, header } = scene().world;
  return { prices, config: header.markets.config };
};
const fits = (cash: bigint, sizes: readonly bigint[]) =>
  cash < 1n << 95n && cash >= -(1n << 95n) && sizes.every((x, i) => x < 1n << 47n && x >= (i < 2 ? 0n : -(1n << 47n)));

describe("SideBefore", () => {
  it("knows an account's signs, equities and margin, and is rigid but for scenarios without a loss", async () => {
    const circuit: Circuit = await loadCircuit({ main: "SideBefore()", include: ["side.circom"] });
    for (let i = 0; i < 4; i++) {
      const { prices, config } = randomMarket(rng);
      const account = accountWith(BigInt(rng.below(2 ** 30)) - 2n ** 29n, randomSizes(rng));
      const expected = {
        "main.equity": equity(prices, account),
        "main.fair": fairEquity(prices, account),
        "main.maintenance": requirement(prices, config, account.sizes).maintenance,
        ...Object.fromEntries(bits(signsOf(account.sizes)).map((bit, k) => [`main.signBits[${k}]`, bit])),
        ...Object.fromEntries(negativeOf(account.sizes).map((x, k) => [`main.negative[${k}]`, x])),
      };
      const w = await expectSatisfied(circuit, { ...accountBus("account", account), ...pricesBus("prices", prices, config) }, expected);
      expectRigid(circuit, w, /pick/);
    }
  });
});

interface Move {
  readonly cash: bigint;
  readonly sizes: readonly bigint[];
  readonly instrument: number;
  readonly lots: bigint;
  readonly cashDelta: bigint;
  readonly mustPass: boolean;
  readonly reduceOnly: boolean;
}

const inputOf = ({ prices, config }: Market, x: Move, over: Input = {}): Input => {
  const account = accountWith(x.cash, x.sizes);
  return {
    ...accountBus("before", account),
    signBits: bits(signsOf(x.sizes)),
    negative: negativeOf(x.sizes),
    fairBefore: fairEquity(prices, account),
    maintenanceBefore: requirement(prices, config, x.sizes).maintenance,
    cashDelta: x.cashDelta,
    lots: x.lots,
    slice: sizes(),
    mustPass: x.mustPass ? 1n : 0n,
    liquidate: 0n,
    full: 0n,
    reduceOnly: x.reduceOnly ? 1n : 0n,
    column: columnOf(x.instrument),
    ...pricesBus("prices", prices, config),
    initialFactor: config.initialFactor,
    ...over,
  };
};

const afterOf = (x: Move) => ({
  cash: x.cash + x.cashDelta,
  sizes: x.sizes.map((size, i) => (i === x.instrument ? size + x.lots : size)),
});

/** What a side that trades must keep: docs/rules.md sections 6 and 7. */
function holds({ prices, config }: Market, x: Move): boolean {
  const after = afterOf(x);
  if (!fits(after.cash, after.sizes)) return false;
  const turned = grewOrTurned(x.sizes[x.instrument] ?? 0n, after.sizes[x.instrument] ?? 0n);
  if (x.reduceOnly && turned) return false;
  if (!x.mustPass) return true;
  const { maintenance, exposure, inRange } = requirement(prices, config, after.sizes);
  if (!inRange) return false;
  if (healthy(config.initialFactor, equity(prices, after), maintenance) && exposure < 1n << 60n) return true;
  const m0 = requirement(prices, config, x.sizes).maintenance;
  const weak = notRiskier(fairEquity(prices, x), m0, fairEquity(prices, after), maintenance);
  return weak && columnShrinks(x.instrument, x.sizes, after.sizes);
}

describe.each([0, 1] as const)("SideAfter(%i)", (victim) => {
  let template: Template;
  beforeAll(async () => {
    const plan = { main: `SideAfter(${victim})`, file: "side.circom" };
    const branch = (i: number) =>
      replaced("pass-rule.circom", "branch[0] <-- enabled * (healthyHint || healthyOnly ? 1 : 0);", `branch[0] <-- enabled * ${i};`);
    template = await loadTemplate(plan, [
      SIGNS_TURNED,
      branch(0),
      branch(1),
      replaced("margin.circom", "worst[u] <-- most;", "worst[u] <-- most - 1;"),
    ]);
  });

  async function judge(market: Market, x: Move): Promise<void> {
    const text = `${x.lots} of ${x.instrument} for ${x.cashDelta} with ${x.cash}, ${x.sizes}`;
    const after = afterOf(x);
    for (const w of await expectStatement(template, inputOf(market, x), holds(market, x), text)) {
      const value = (name: string) => signedValue(template.circuit, w, `main.${name}`);
      const all = (name: string, n: number) => Array.from({ length: n }, (_, i) => value(`${name}[${i}]`));
      expect([value("cash"), value("signs"), ...all("sizes", 12)], text).toEqual([after.cash, signsOf(after.sizes), ...after.sizes]);
      expect(all("negativeAfter", 10), text).toEqual(negativeOf(after.sizes));
    }
  }

  it("is exact where a column reaches, passes and leaves zero", async () => {
    const market = marketOf();
    const base = { cash: quote(1), cashDelta: 0n, mustPass: true, reduceOnly: false };
    for (const instrument of [0, 2, 5]) {
      for (const size of instrument === 0 ? [3n] : [3n, -3n, 0n]) {
        for (const lots of [-4n, -3n, -1n, 1n, 3n, 4n]) {
          for (const [cash, reduceOnly] of [
            [quote(1), true],
            [-quote(1), false],
          ] as const) {
            await judge(market, { ...base, cash, reduceOnly, instrument, lots, sizes: sizes({ [instrument]: size, 7: -2n }) });
          }
        }
      }
    }
  });

  it("is exact at the ends of sizes and cash", async () => {
    const market = marketOf();
    const base = { mustPass: false, reduceOnly: false, cash: 0n, cashDelta: 0n, sizes: sizes(), lots: 0n, instrument: 2 };
    const [top, bottom] = [(1n << 47n) - 1n, -(1n << 47n)];
    for (const d of [0n, 1n]) {
      await judge(market, { ...base, sizes: sizes({ 2: top - 1n }), lots: 1n + d });
      await judge(market, { ...base, sizes: sizes({ 2: bottom + 1n }), lots: -1n - d });
      await judge(market, { ...base, sizes: sizes({ 1: 5n }), lots: -5n - d, instrument: 1 });
      await judge(market, { ...base, sizes: sizes({ 1: top - 1n }), lots: 1n + d, instrument: 1 });
      await judge(market, { ...base, cash: (1n << 95n) - 6n, cashDelta: 5n + d });
      await judge(market, { ...base, cash: 5n - (1n << 95n), cashDelta: -5n - d });
    }
    await judge(market, { ...base, sizes: sizes({ 2: bottom }), lots: top });
  });

  it("is exact for random moves of random accounts", async () => {
    let passed = 0;
    for (let i = 0; i < 30; i++) {
      const market = i % 3 === 0 ? randomMarket(rng) : marketOf();
      const instrument = rng.below(12);
      const portfolio = randomSizes(rng, 16);
      const cash = quote(rng.below(4_000) - 500);
      const lots = BigInt(rng.below(60_000) - 30_000);
      const x = { cash, sizes: portfolio, instrument, lots, cashDelta: BigInt(rng.below(10) - 5), mustPass: true, reduceOnly: i % 5 === 0 };
      if (holds(market, x)) passed++;
      await judge(market, x);
    }
    expect(passed).toBeGreaterThan(5);
    expect(passed).toBeLessThan(28);
  });

  it("is rigid", async () => {
    const x = {
      cash: quote(9_000),
      sizes: randomSizes(rng, 12),
      instrument: 4,
      lots: -5n,
      cashDelta: -7n,
      mustPass: true,
      reduceOnly: false,
    };
    for (const mustPass of [true, false]) {
      expectRigid(template.circuit, await template.circuit.witness(inputOf(marketOf(), { ...x, mustPass })));
    }
  });

  it("takes the exact margin of a victim, no more and no less", async () => {
    const market = marketOf();
    const x = { cash: -5n, sizes: sizes({ 2: 400n, 5: -3n }), instrument: -1, lots: 0n, cashDelta: 0n, mustPass: false, reduceOnly: false };
    const { maintenance } = requirement(market.prices, market.config, x.sizes);
    for (const claimed of [maintenance - 1n, maintenance, maintenance + 1n, 0n]) {
      const input = inputOf(market, x, { liquidate: 1n, maintenanceBefore: claimed });
      await expectStatement(template, input, victim === 0 || claimed === maintenance, `a margin of ${claimed}`);
    }
  });
});
