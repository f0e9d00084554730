// What the tables of cases leave: every refusal code has a case, a batch has its size, and what the circuit allows beyond the ledger.
import { beforeAll, describe, expect, it } from "vitest";
import { applyTransition } from "../../../ledger/apply.js";
import { REFUSALS, type RefusalCode } from "../../../ledger/refusal.js";
import { cancel, transfer } from "../../helpers/acts.js";
import { type Bench, expectNoProof, forge, forgeBatch, tinyBench, violations } from "../../helpers/agreement.js";
import { TINY } from "../../helpers/batch-circuit.js";
import { batchOf } from "../../helpers/ledger-fixtures.js";
import { A, B, C, forcedInput, scene } from "../../helpers/scene.js";
import { balances } from "./cases/balances.js";
import { fields } from "./cases/fields.js";
import { liquidations } from "./cases/liquidations.js";
import { orders } from "./cases/orders.js";
import { risk } from "./cases/risk.js";

/** Those of a report are in refusals-report.test.ts, that of a batch below. */
const ELSEWHERE: readonly RefusalCode[] = [
  "REPORT_OUT_OF_RANGE",
  "REPORT_UNSIGNED",
  "REPORT_STALE",
  "REPORT_CONFLICT",
  "FUNDING_TOO_FAST",
  "SQUARED_RETURN_FALLS",
  "BATCH_FULL",
];

describe("cases", () => {
  it("name every refusal code", () => {
    const named = [fields, balances, orders, risk, liquidations].flatMap((cases) => Object.values(cases).map(({ code }) => code));
    expect([...new Set([...named, ...ELSEWHERE])].sort()).toEqual(Object.keys(REFUSALS).sort());
  });
});

describe("a batch", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await tinyBench();
  });

  it("BATCH_FULL: has no room for a slot whose account is not among its openings", async () => {
    const venue = scene();
    const input = forcedInput(venue.state, batchOf(venue, [transfer(venue)]), TINY, [A, C]);
    const place = { template: /SelectByAddress/, wire: /^main\.read\[0\]\[1\]\./ };
    await expectNoProof(bench, await forge(bench, input), place);
  });

  it("opens accounts in rising order, each once", async () => {
    const venue = scene();
    const batch = batchOf(venue, []);
    const rising = { template: /RangeCheck/, wire: /^main\.rising/ };
    for (const open of [
      [A, A],
      [B, A],
    ]) {
      const input = { ...forcedInput(venue.state, batch, TINY, [A, B]), accountIndex: open.map(BigInt) };
      const { witness } = await forge(bench, input);
      expect(violations(bench.circuit, witness).some((names) => names.some((name) => rising.wire.test(name)))).toBe(true);
    }
  });

  it("is looser than the ledger only where no state leads: a nonce of 2^40 takes as many signed transitions", async () => {
    const venue = scene({ accounts: { [A]: { nonce: (1n << 40n) - 1n } } });
    const t = cancel(venue);
    expect(applyTransition(venue.world, t)).toMatchObject({ refusal: { code: "OVERFLOW" } });
    const { witness } = await forgeBatch(bench, venue.state, batchOf(venue, [t]));
    expect(violations(bench.circuit, witness)).toEqual([]);
  });
});
