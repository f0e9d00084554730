// Equity and the two margin bounds: never below the rules' margin from above, never above it from below, and exact for the honest prover.
import { beforeAll, describe, expect, it } from "vitest";
import { equity, fairEquity, requirement } from "../../../ledger/margin.js";
import { negativeOf, pricesBus } from "../../helpers/buses.js";
import { type Circuit, expectSatisfied, loadCircuit } from "../../helpers/circuit.js";
import { rngOf } from "../../helpers/random-run.js";
import { expectStatement, loadTemplate, signedValue, type Template } from "../../helpers/template.js";
import { expectRigid } from "../gadgets/rigid.js";
import { extremeSizes, type Market, randomMarket, randomSizes, widestMarket } from "./portfolios.js";

const rng = rngOf(6);
const markets = Array.from({ length: 6 }, () => randomMarket(rng));
const inputOf = ({ prices, config }: Market, sizes: readonly bigint[]) => ({
  sizes,
  negative: negativeOf(sizes),
  ...pricesBus("prices", prices, config),
});
const hedges = [
  [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
  [1_000n, 0n, -1_000n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
  [0n, 7n, 0n, 0n, -5n, 5n, 0n, 0n, 1n, 0n, 0n, -1n],
];
const portfolios = [...hedges, ...Array.from({ length: 6 }, () => randomSizes(rng))];

describe("Equity", () => {
  it("is cash, spot and options, with and without the haircut", async () => {
    const circuit = await loadCircuit({ main: "Equity()", include: ["margin.circom"] });
    const all = [...markets.map((market, i) => [market, portfolios[i] ?? []] as const), [widestMarket(), extremeSizes(true)] as const];
    for (const [market, sizes] of all) {
      for (const cash of [-(1n << 95n), 0n, (1n << 95n) - 1n]) {
        const account = { cash, sizes };
        const expected = { "main.equity": equity(market.prices, account), "main.fair": fairEquity(market.prices, account) };
        const w = await expectSatisfied(circuit, { cash, sizes, ...pricesBus("prices", market.prices, market.config) }, expected);
        if (cash === 0n) expectRigid(circuit, w);
      }
    }
  });
});

const worst = (hint: string) => [{ file: "margin.circom", find: "worst[u] <-- most;", replace: `worst[u] <-- ${hint};` }];

describe("MaintenanceUpper", () => {
  let template: Template;
  beforeAll(async () => {
    // one less than the worst loss; nothing; a loss that is not the worst; one more than the worst loss
    template = await loadTemplate({ main: "MaintenanceUpper()", file: "margin.circom" }, [
      worst("most - 1"),
      worst("0"),
      worst("loss[3]"),
      worst("most + 1"),
    ]);
  });

  it("is never below the rules' margin, and equal to it for the honest prover", async () => {
    for (const market of markets.slice(0, 4)) {
      for (const sizes of portfolios) {
        const { maintenance, exposure, inRange } = requirement(market.prices, market.config, sizes);
        expect(inRange).toBe(true);
        const [honest, ...others] = await expectStatement(template, inputOf(market, sizes), true, "in range");
        expect(signedValue(template.circuit, honest ?? [], "main.maintenance")).toBe(maintenance);
        for (const w of [honest, ...others]) {
          expect(signedValue(template.circuit, w ?? [], "main.maintenance")).toBeGreaterThanOrEqual(maintenance);
          expect(signedValue(template.circuit, w ?? [], "main.exposure")).toBe(exposure);
        }
      }
    }
  });

  it("refuses losses beyond 2^72, exactly", async () => {
    const { prices, config } = widestMarket();
    const market = { prices: { ...prices, ref: prices.ref.map(() => 1n << 39n), under: [1n << 39n, 1n << 39n] }, config };
    // 32 % either way: worst - least = 64 * size * 2^39
    for (const [size, inRange] of [
      [(1n << 27n) - 1n, true],
      [1n << 27n, false],
      [-(1n << 27n) + 1n, true],
      [-(1n << 27n), false],
    ] as const) {
      const sizes = portfolios[0]?.with(2, size) ?? [];
      expect(requirement(market.prices, market.config, sizes).inRange).toBe(inRange);
      await expectStatement(template, inputOf(market, sizes), inRange, `${size} lots`);
    }
    for (const long of [true, false]) {
      const { inRange } = requirement(prices, config, extremeSizes(long));
      await expectStatement(template, inputOf({ prices, config }, extremeSizes(long)), inRange, "all of it");
    }
  });

  it("is rigid", async () => {
    for (const sizes of portfolios.slice(0, 6)) {
      const w = await template.circuit.witness(inputOf(markets[4] ?? widestMarket(), sizes));
      // a bound of which the range checks know nothing yet may move alone only where a loss is worst: nowhere
      expectRigid(template.circuit, w);
    }
  });
});

const picks = (hint: string) => [{ file: "margin.circom", find: "pick[u][j] <-- which == j ? 1 : 0;", replace: `pick[u][j] <-- ${hint};` }];

describe("MaintenanceLower", () => {
  let template: Template;
  beforeAll(async () => {
    const one = [0, 3, 6, 13].map((j) => picks(`j == ${j} ? 1 : 0`));
    // none; two; twice the worst; half of it; the worst and the opposite of another
    const wrong = ["0", "j < 2 ? 1 : 0", "which == j ? 2 : 0", "which == j ? 1 / 2 : 0", "which == j ? 1 : (j == 5 ? -1 : 0)"].map(picks);
    template = await loadTemplate({ main: "MaintenanceLower()", file: "margin.circom" }, [...one, ...wrong]);
  });

  it("is never above the rules' margin whatever is picked, and equal to it for the honest prover", async () => {
    let lower = 0;
    for (const market of markets.slice(0, 3)) {
      for (const sizes of portfolios) {
        const { maintenance } = requirement(market.prices, market.config, sizes);
        const [honest, ...others] = await expectStatement(template, inputOf(market, sizes), true, "any");
        expect(signedValue(template.circuit, honest ?? [], "main.maintenance")).toBe(maintenance);
        for (const w of others) {
          const claimed = signedValue(template.circuit, w, "main.maintenance");
          expect(claimed).toBeLessThanOrEqual(maintenance);
          if (claimed < maintenance) lower++;
        }
      }
    }
    expect(lower, "understated margins, each safe").toBeGreaterThan(20);
  });

  it("refuses two scenarios, parts and multiples of one", async () => {
    const [market, sizes] = [markets[0] ?? widestMarket(), portfolios[4] ?? []];
    const accepted = (await template.provers(inputOf(market, sizes))).map((w) => w !== null);
    expect(accepted).toEqual([true, true, true, true, true, true, false, false, false, false]);
  });

  it("is rigid but for scenarios without a loss", async () => {
    for (const sizes of portfolios.slice(0, 6)) {
      expectRigid(template.circuit, await template.circuit.witness(inputOf(markets[5] ?? widestMarket(), sizes)), /pick/);
    }
  });
});

describe("the widest portfolios", () => {
  it("do not wrap: the lower bound is the rules' margin even there", async () => {
    const circuit: Circuit = await loadCircuit({ main: "MaintenanceLower()", include: ["margin.circom"] });
    const { prices, config } = widestMarket();
    for (const long of [true, false]) {
      const sizes = extremeSizes(long);
      await expectSatisfied(circuit, inputOf({ prices, config }, sizes), {
        "main.maintenance": requirement(prices, config, sizes).maintenance,
      });
    }
  });
});
