// The parts of a trade: one order, both fees, the payment, the market's limits.
import { beforeAll, describe, expect, it } from "vitest";
import { EMPTY_LANES, groupHashes, groupOf, groupWords, laneOf, ordersRoot, withLane } from "../../../ledger/orders.js";
import type { Lane } from "../../../ledger/types.js";
import { columnOf, limitsBus, pricesBus } from "../../helpers/buses.js";
import { type Circuit, expectRefused, expectSatisfied, type Input, loadCircuit } from "../../helpers/circuit.js";
import { START, testConfig } from "../../helpers/ledger-fixtures.js";
import { rngOf } from "../../helpers/random-run.js";
import { sizes } from "../../helpers/scene.js";
import { expectStatement, loadTemplate, signedValue, type Template } from "../../helpers/template.js";
import { expectRigid } from "../gadgets/rigid.js";
import { replaced, SHIFT_DOWN, SHIFT_UP } from "./hints.js";
import { extremeSizes, randomMarket, randomSizes, widestMarket } from "./portfolios.js";

const rng = rngOf(4);
const near = (x: bigint) => [x - 1n, x, x + 1n];

describe("FeeRange", () => {
  it("keeps the first fee in its width and the sum at 0 or above", async () => {
    const circuit = await loadCircuit({ main: "FeeRange()", include: ["transitions/trade.circom"] });
    const edge = 1n << 60n;
    for (const [a, b] of [
      [0n, 0n],
      [-edge, edge],
      [edge - 1n, -edge + 1n],
      [edge - 1n, edge],
      [5n, -5n],
    ] as const) {
      expectRigid(circuit, await expectSatisfied(circuit, { fee: [a, b] }));
    }
    for (const [a, b] of [
      [-edge - 1n, edge + 1n],
      [edge, 0n],
      [5n, -6n],
      [0n, -1n],
      [0n, 1n << 62n],
    ] as const) {
      await expectRefused(circuit, { fee: [a, b] }, /FeeRange/);
    }
  });
});

describe("TradeMarket", () => {
  let template: Template;
  beforeAll(async () => {
    const file = "transitions/trade.circom";
    const hint = (value: string) => replaced(file, "signal grandfathered <-- is <= most ? 0 : 1;", `signal grandfathered <-- ${value};`);
    template = await loadTemplate({ main: "TradeMarket()", file }, [hint("is <= most ? 1 : 0"), hint("2"), hint("1 / 2")]);
  });
  const config = testConfig({
    openInterestCap: Array.from({ length: 10 }, (_, i) => BigInt(100 * i)),
    optionExpiry: sizes()
      .slice(4)
      .map((_, k) => START + BigInt(k)),
  });
  const inputOf = (instrument: number, was: bigint, is: bigint): Input => ({
    column: columnOf(instrument),
    openInterestBefore: Array.from({ length: 10 }, (_, i) => (i + 2 === instrument ? was : 7n)),
    openInterestAfter: Array.from({ length: 10 }, (_, i) => (i + 2 === instrument ? is : 7n)),
    time: START + 3n,
    ...limitsBus("limits", config),
  });

  it("lets open interest reach the larger of its cap and what it was", async () => {
    for (const instrument of [2, 3, 8, 11]) {
      const cap = BigInt(100 * (instrument - 2));
      for (const was of [0n, cap, cap + 50n]) {
        const most = was > cap ? was : cap;
        for (const is of [...near(most), 0n].filter((x) => x >= 0n)) {
          const alive = instrument < 4 || BigInt(instrument - 4) > 3n;
          const holds = is <= most && alive;
          const witnesses = await expectStatement(template, inputOf(instrument, was, is), holds, `${was} to ${is} in ${instrument}`);
          if (holds && is < most && was !== cap) expectRigid(template.circuit, witnesses[0] ?? [], /grandfathered/);
        }
      }
    }
  });

  it("stops an option in the second of its expiry, and nothing else ever", async () => {
    for (let k = 0; k < 8; k++) await expectStatement(template, inputOf(4 + k, 0n, 0n), k > 3, `option ${k} at its 3rd second`);
    for (const instrument of [0, 1, 12, -1]) await expectStatement(template, inputOf(instrument, 0n, 0n), true, `column ${instrument}`);
  });
});

describe("Payment", () => {
  let template: Template;
  beforeAll(async () => {
    template = await loadTemplate({ main: "Payment()", file: "payment.circom" }, [SHIFT_UP, SHIFT_DOWN]);
  });
  const floor = (x: bigint) => x >> 24n;

  it("is floored against the buyer, and for spot, perpetual and option counts what the rules say", async () => {
    const { prices, config } = randomMarket(rng);
    for (let instrument = 0; instrument < 12; instrument++) {
      for (const amount of [1n, 7n, (1n << 46n) - 1n]) {
        for (const price of [0n, 1n, (prices.perpMark[0] ?? 0n) - 1n, (1n << 56n) - 1n]) {
          const input = { amount, price, slice: sizes(), column: columnOf(instrument), ...pricesBus("prices", prices, config) };
          const mark = instrument === 2 || instrument === 3 ? (prices.perpMark[instrument - 2] ?? 0n) : 0n;
          const witnesses = await expectStatement(template, input, true, "in range");
          expect(witnesses).toHaveLength(1);
          expect(signedValue(template.circuit, witnesses[0] ?? [], "main.pay")).toBe(floor(amount * (price - mark)));
        }
      }
    }
  });

  it("is the fair value of a slice rounded up for the victim, at the ends of all widths too", async () => {
    for (const { prices, config } of [randomMarket(rng), widestMarket()]) {
      for (const slice of [randomSizes(rng, 47), extremeSizes(true), extremeSizes(false), sizes({ 4: 1n }), sizes({ 4: -1n })]) {
        const value = (i: number, price: readonly bigint[]) => price.reduce((sum, p, k) => sum + p * (slice[i + k] ?? 0n), 0n);
        const sum = value(0, prices.index) + value(4, prices.optionMark);
        const input = { amount: 0n, price: 0n, slice, column: columnOf(-1), ...pricesBus("prices", prices, config) };
        const [w, ...others] = await expectStatement(template, input, true, "in range");
        expect(others).toHaveLength(0);
        expect(signedValue(template.circuit, w ?? [], "main.pay")).toBe(floor(-sum));
        expectRigid(template.circuit, w ?? []);
      }
    }
  });

  it("needs a price of 56 bits", async () => {
    const { prices, config } = randomMarket(rng);
    for (const price of near(1n << 56n)) {
      const input = { amount: 1n, price, slice: sizes(), column: columnOf(0), ...pricesBus("prices", prices, config) };
      await expectStatement(template, input, price < 1n << 56n, `price ${price}`);
    }
  });
});

describe.each([0, 1] as const)("OrderSide of side %i", (side) => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit({ main: `OrderSide(${side})`, include: ["transitions/trade.circom"] });
  });

  const held: Lane = { orderId: 5n, filled: 40n };
  const lanes = withLane(EMPTY_LANES, 5, held);
  const order = { orderId: 5n, orderSize: 100n, limitPrice: 1_000n, maxFee: 60n, expiry: START, reduceOnly: 1n, fee: 7n };
  type Order = typeof order;
  const inputOf = (over: Partial<Order> = {}, rest: Input = {}): Input => {
    const o = { ...order, ...over };
    const at = laneOf(o.orderId);
    return {
      ...Object.fromEntries(Object.entries(o).map(([name, value]) => [`order.${name}`, value])),
      trade: 1n,
      amount: 12n,
      price: 1_000n,
      instrument: 9n,
      minOrderId: 5n,
      ordersRoot: ordersRoot(lanes),
      laneOrderId: lanes[at]?.orderId ?? 0n,
      laneFilled: lanes[at]?.filled ?? 0n,
      groupLanes: groupWords(lanes, groupOf(at)),
      groups: groupHashes(lanes),
      ...rest,
    };
  };
  const bodyOf = (o: Order, instrument: bigint) =>
    instrument +
    (BigInt(side) << 4n) +
    (o.reduceOnly << 5n) +
    (o.expiry << 6n) +
    (o.orderSize << 54n) +
    (o.limitPrice << 102n) +
    (o.maxFee << 160n);

  it("fills the lane, packs the message and is rigid", async () => {
    for (const orderId of [5n, 69n, 6n, (1n << 48n) - 1n]) {
      const o = { ...order, orderId };
      const filled = orderId === held.orderId ? 52n : 12n;
      const after = ordersRoot(withLane(lanes, laneOf(orderId), { orderId, filled }));
      const w = await expectSatisfied(circuit, inputOf(o), { "main.newOrdersRoot": after, "main.body": bodyOf(o, 9n) });
      expectRigid(circuit, w, /lanes\.inverse/);
    }
  });

  it("keeps every bound exactly", async () => {
    const better = side === 0 ? 1n : -1n;
    const pairs: readonly (readonly [Input, Input])[] = [
      [inputOf({ orderSize: 52n, fee: 0n }), inputOf({ orderSize: 51n, fee: 0n })],
      [inputOf({}, { minOrderId: 5n }), inputOf({}, { minOrderId: 6n })],
      [inputOf({ fee: 7n }), inputOf({ fee: 8n })], // 60 * 12 = 720
      [inputOf({ limitPrice: 1_000n }), inputOf({ limitPrice: 1_000n - better })],
      [inputOf({ reduceOnly: 0n }), inputOf({ reduceOnly: 2n })],
      [inputOf({ maxFee: (1n << 60n) - 1n }), inputOf({ maxFee: 1n << 60n })],
      [inputOf({ orderSize: (1n << 47n) - 1n, fee: 0n }), inputOf({ orderSize: 1n << 47n, fee: 0n })],
      [inputOf({ fee: -(1n << 60n) }), inputOf({ orderSize: 51n })],
      [
        inputOf({ limitPrice: side === 0 ? (1n << 56n) - 1n : 0n }, { price: side === 0 ? 0n : (1n << 56n) - 1n }),
        inputOf({ limitPrice: side === 0 ? 1n << 56n : -1n }, { price: 1_000n }),
      ],
    ];
    for (const [good, bad] of pairs) {
      await expectSatisfied(circuit, good);
      await expectRefused(circuit, bad, /OrderSide/);
    }
  });

  it("leaves the root alone when it is no trade, and needs no lane", async () => {
    const none = Object.fromEntries(Object.keys(order).map((name) => [`order.${name}`, 0n]));
    const zeros = Array.from({ length: 8 }, () => 0n);
    const idle = { trade: 0n, amount: 1n << 59n, price: 0n, laneOrderId: 0n, laneFilled: 0n, groupLanes: zeros, groups: zeros };
    const w = await expectSatisfied(circuit, { ...inputOf(), ...none, ...idle }, { "main.newOrdersRoot": ordersRoot(lanes) });
    expectRigid(circuit, w, /lanes\.inverse/);
  });
});
