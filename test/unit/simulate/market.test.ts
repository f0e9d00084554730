import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ZkStateError } from "../../../core/errors.js";
import { encodeLine } from "../../../ledger/codec.js";
import { auditConservation } from "../../../ledger/conservation.js";
import { type MarketOptions, simulateMarket } from "../../../simulate/market.js";
import { reportOf } from "../../../simulate/run.js";
import { parseCandles, parseTrades } from "../../../simulate/tape.js";

const PROFILE = { nTx: 7, nAccounts: 7, nLevels: 8 };
const options = (over: Partial<MarketOptions> = {}): MarketOptions => ({
  seed: "market",
  accounts: 10,
  batches: 8,
  profile: PROFILE,
  source: { kind: "walk" },
  ...over,
});
const linesOf = (o: MarketOptions) => simulateMarket(o).venue.items.map(encodeLine);

describe("the market", () => {
  it("is the same for the same seed and another for another", () => {
    const once = linesOf(options({ batches: 3 }));
    expect(linesOf(options({ batches: 3 }))).toEqual(once);
    expect(linesOf(options({ batches: 3, seed: "other" }))).not.toEqual(once);
  });

  it("crashes: liquidations with and without top-up, refusals of many codes, conservation to the last unit", () => {
    const run = simulateMarket(options());
    const report = reportOf(run);
    expect(report.batches).toBe(8);
    expect(report.liquidations.withTopUp).toBeGreaterThan(0);
    expect(report.liquidations.withoutTopUp).toBeGreaterThan(0);
    expect(Object.keys(report.refusals).length).toBeGreaterThan(8);
    expect(report.funds.insurance).toBeGreaterThan(0);
    expect(auditConservation(run.venue.state.header, run.venue.state.accounts.values()).ok).toBe(true);
  });

  it("keeps every batch within its slots and accounts", () => {
    const run = simulateMarket(options({ profile: { nTx: 4, nAccounts: 3, nLevels: 8 }, batches: 6 }));
    const counts: number[] = [];
    for (const item of run.venue.items) {
      if (item.kind === "report") counts.push(0);
      else if (item.kind !== "genesis") counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    }
    expect(counts).toHaveLength(6);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
  });

  it("works with the smallest profile", () => {
    const report = reportOf(simulateMarket(options({ profile: { nTx: 1, nAccounts: 2, nLevels: 4 }, accounts: 4, batches: 12 })));
    expect(report.conservation.audits).toBe(12);
  });

  it("follows a tape of candles and of trades", () => {
    const candles = Array.from({ length: 60 }, (_, i) => ({ time: 1_600_000_000 + 60 * i, price: 20_000 - 60 * i }));
    const byCandles = reportOf(simulateMarket(options({ source: { kind: "candles", underlying: 0, ticks: candles } })));
    expect(byCandles.prices[0]?.BTC).toBe(20_000);
    expect(byCandles.prices.at(-1)?.BTC).toBe(20_000 - 60 * 59);
    const trades = Array.from({ length: 30 }, (_, i) => ({
      time: 1_600_000_000 + (i >> 2),
      price: 1_600 + i,
      side: i % 2 === 0 ? ("buy" as const) : ("sell" as const),
      amount: 1.25,
    }));
    const run = simulateMarket(options({ source: { kind: "trades", underlying: 1, trades } }));
    const taken = run.venue.items.filter((item) => item.kind === "trade" && item.instrument === 3 && item.amount === 125_000n);
    expect(taken.length).toBeGreaterThan(10);
  });
});

describe("tapes", () => {
  it("reads candles: closing prices at UTC seconds", () => {
    const text =
      "timestamp,open,high,low,close,volume\n2022-01-20 00:00:00.000000,1,2,1,41677.0,5\n2022-01-20 00:01:00.000000,1,2,1,41737.5,5\n";
    expect(parseCandles(text, "t.csv")).toEqual([
      { time: 1_642_636_800, price: 41_677 },
      { time: 1_642_636_860, price: 41_737.5 },
    ]);
  });

  it("reads trades: epoch milliseconds, taker side, amount", () => {
    const text =
      ",timestamp,id,type,side,price,amount,cost,date\n0,1675329600138,1,,buy,1666.8,26.062,1,x\n1,1675329601214,2,,sell,1666.79,0.152,1,x\n";
    expect(parseTrades(text, "t.csv")[1]).toEqual({
      timestamp: 1_675_329_601_214,
      time: 1_675_329_601,
      side: "sell",
      price: 1666.79,
      amount: 0.152,
    });
  });

  it.each<[string, string, number]>([
    ["a price that is no number", "timestamp,close\n2022-01-20,1\n2022-01-21,abc\n", 3],
    ["a negative price", "timestamp,close\n2022-01-20,-1\n2022-01-21,1\n", 2],
    ["no closing price", "timestamp,open\n2022-01-20,1\n2022-01-21,1\n", 2],
    ["a time that runs backwards", "timestamp,close\n2022-01-21,1\n2022-01-20,1\n", 3],
    ["a time that is none", "timestamp,close\nsoon,1\nlater,1\n", 2],
    ["one row only", "timestamp,close\n2022-01-21,1\n", 1],
  ])("refuses %s, naming the line", (_, text, line) => {
    let error: ZkStateError | undefined;
    try {
      parseCandles(text, "t.csv");
    } catch (e) {
      error = e as ZkStateError;
    }
    expect(error).toMatchObject({ code: "INPUT_MALFORMED", details: { file: "t.csv", line } });
  });
});

// Real tapes stay outside the project: these run where ZKSTATE_TAPES names a folder that has them.
const tapes = process.env["ZKSTATE_TAPES"] ?? "";
const tape = (name: string): string | undefined =>
  tapes !== "" && existsSync(join(tapes, name)) ? readFileSync(join(tapes, name), "utf8") : undefined;

describe("real tapes", () => {
  const candles = tape("btc-perp-1m-2022-01-20_22.csv");
  it.skipIf(candles === undefined)("survive a real fall of 21 percent with liquidations", () => {
    const ticks = parseCandles(candles ?? "", "candles");
    expect(ticks).toHaveLength(4320);
    const report = reportOf(simulateMarket(options({ accounts: 12, batches: 24, source: { kind: "candles", underlying: 0, ticks } })));
    expect(report.liquidations.withTopUp + report.liquidations.withoutTopUp).toBeGreaterThan(2);
  });

  const trades = tape("eth-perp-trades-2023-02-02.csv");
  it.skipIf(trades === undefined)("replay real trades at their prices and sizes", () => {
    const list = parseTrades(trades ?? "", "trades");
    expect(list).toHaveLength(600);
    const run = simulateMarket(options({ accounts: 12, batches: 20, source: { kind: "trades", underlying: 1, trades: list } }));
    expect(reportOf(run).transitions["trade"]).toBeGreaterThan(100);
  });
});
