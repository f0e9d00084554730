import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchText } from "../../../cli/write-text.js";
import { auditConservation } from "../../../ledger/conservation.js";
import { crashStory } from "../../../simulate/crash-story.js";
import { reportOf } from "../../../simulate/run.js";

const PROFILE = { nTx: 7, nAccounts: 7, nLevels: 12 };
const EXAMPLE = new URL("../../../examples/crash.json", import.meta.url);

describe("the crash story", () => {
  const run = crashStory("zkstate", PROFILE);
  const report = reportOf(run);

  it("is examples/crash.json, byte for byte (zkstate simulate --story crash --seed zkstate --out examples/crash.json)", () => {
    expect(batchText(run.venue.items, "crash.json")).toBe(readFileSync(EXAMPLE, "utf8"));
  });

  it("has deposits, transfer and trades, then a crash with both kinds of liquidation, trades, and a withdrawal", () => {
    const kinds = run.venue.items.map((item) => item.kind);
    expect(kinds).toEqual([
      ...["genesis", "report", "deposit", "deposit", "deposit", "deposit", "transfer", "trade", "trade"],
      ...["report", "liquidate", "liquidate", "trade", "deposit", "trade", "cancel", "withdraw"],
    ]);
    expect(report.liquidations).toMatchObject({ withTopUp: 1, withoutTopUp: 1 });
    expect(report.prices[1]?.BTC).toBeLessThan((report.prices[0]?.BTC ?? 0) * 0.88);
    expect(report.funds.insurance).toBeGreaterThan(0);
  });

  it("fits seven slots and seven accounts", () => {
    expect(report.batches).toBe(2);
    expect(report.accounts).toBeLessThanOrEqual(7);
  });

  it("had real attempts refused under many codes", () => {
    expect(Object.keys(report.refusals)).toEqual(
      expect.arrayContaining([
        "MARGIN_TOO_LOW",
        "NONCE_MISMATCH",
        "NOT_LIQUIDATABLE",
        "ORDER_OVERFILLED",
        "REPORT_STALE",
        "REPORT_UNSIGNED",
        "SIGNATURE_INVALID",
      ]),
    );
    expect(report.refusedAttempts).toHaveLength(Object.values(report.refusals).reduce((a, b) => a + b, 0));
  });

  it("conserves every unit", () => {
    const { header, accounts } = run.venue.state;
    expect(auditConservation(header, accounts.values())).toEqual({ ok: true, imbalances: [] });
  });

  it("tells the same story for other seeds, with other keys", () => {
    for (const seed of ["a", "b", "2024"]) {
      const other = crashStory(seed, PROFILE);
      expect(other.venue.items.map((item) => item.kind)).toEqual(run.venue.items.map((item) => item.kind));
      expect(other.venue.ledgerId).not.toBe(run.venue.ledgerId);
      expect(reportOf(other).liquidations).toMatchObject({ withTopUp: 1, withoutTopUp: 1 });
    }
  });
});
