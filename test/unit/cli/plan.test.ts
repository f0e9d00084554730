import { describe, expect, it } from "vitest";
import { readBatchFile } from "../../../cli/batch-file.js";
import { planFile } from "../../../cli/execute/plan.js";
import type { ZkStateError } from "../../../core/errors.js";
import { type BatchItem, encodeLine } from "../../../ledger/codec.js";
import { genesis } from "../../../ledger/genesis.js";
import { stateRoot } from "../../../ledger/hashing.js";
import { emptyState } from "../../../ledger/memory-state.js";
import type { Trade, Transfer, Withdraw } from "../../../ledger/types.js";
import { crashStory } from "../../../simulate/crash-story.js";

const PROFILE = { nTx: 7, nAccounts: 7, nLevels: 12 };
const run = crashStory("plan", PROFILE);
const { items } = run.venue;
const first = items[0];
if (first?.kind !== "genesis") throw new Error("no genesis");
const start = emptyState(genesis(first), PROFILE.nLevels);

const fileOf = (list: readonly BatchItem[]) => readBatchFile(list.map(encodeLine).join("\n"));
const with_ = (index: number, item: BatchItem): BatchItem[] => items.map((old, i) => (i === index ? item : old));
const inserted = (index: number, item: BatchItem): BatchItem[] => [...items.slice(0, index), item, ...items.slice(index)];
const at = <T extends BatchItem>(kind: T["kind"]): { index: number; item: T } => {
  const index = items.findIndex((item) => item.kind === kind);
  return { index, item: items[index] as T };
};

function refusal(list: readonly BatchItem[]): ZkStateError {
  const before = stateRoot(start.header);
  try {
    planFile(start, fileOf(list), PROFILE, false);
  } catch (e) {
    expect(stateRoot(start.header)).toBe(before);
    return e as ZkStateError;
  }
  throw new Error("accepted");
}

describe("a batch file on the ledger", () => {
  it("gives the simulator's own state", () => {
    const plan = planFile(start, fileOf(items), PROFILE, false);
    expect(plan.executed).toHaveLength(2);
    expect(plan.executed.at(-1)?.newRoot).toBe(stateRoot(run.venue.state.header));
    expect(plan.executed[1]?.oldRoot).toBe(plan.executed[0]?.newRoot);
  });

  it("is cut into smaller batches that chain, with the same accounts at the end", () => {
    const small = { nTx: 2, nAccounts: 3, nLevels: 12 };
    const { executed } = planFile(start, fileOf(items), small, false);
    expect(executed.length).toBeGreaterThanOrEqual(8);
    for (const [i, batch] of executed.entries()) if (i > 0) expect(batch.oldRoot).toBe(executed[i - 1]?.newRoot);
    expect(executed.at(-1)?.newHeader.accountsRoot).toBe(run.venue.state.header.accountsRoot);
  });

  it("refuses a wrong signature with the item's index, in the second batch too", () => {
    const { index, item } = at<Withdraw>("withdraw");
    const error = refusal(with_(index, { ...item, amount: item.amount + 1n }));
    expect(error).toMatchObject({ code: "TRANSITION_REFUSED", exitCode: 3 });
    expect(error.details).toMatchObject({ index, kind: "withdraw", refusal: "SIGNATURE_INVALID" });
    expect(error.expected).toBeTruthy();
    expect(error.got).toBeTruthy();
  });

  it("refuses a replayed nonce and a replayed order", () => {
    const transfer = at<Transfer>("transfer");
    expect(refusal(inserted(transfer.index + 1, transfer.item)).details).toMatchObject({
      index: transfer.index + 1,
      refusal: "NONCE_MISMATCH",
    });
    const trade = at<Trade>("trade");
    expect(refusal(inserted(trade.index + 1, trade.item)).details).toMatchObject({ index: trade.index + 1, refusal: "ORDER_OVERFILLED" });
  });

  it("refuses messages signed for another ledger", () => {
    const other = { ...first, ledgerId: first.ledgerId + 1n };
    const state = emptyState(genesis(other), PROFILE.nLevels);
    expect(() => planFile(state, fileOf(items.slice(1)), PROFILE, false)).toThrowError(expect.objectContaining({ code: "REPORT_REFUSED" }));
  });

  it("refuses an unknown account and an unhealthy result", () => {
    const { index, item } = at<Trade>("trade");
    expect(refusal(with_(index, { ...item, buyer: 99 })).details).toMatchObject({ index, refusal: "ACCOUNT_UNKNOWN" });
    // Without the loan and half of the deposit the purchase is too large.
    const deposit = items.findIndex((i) => i.kind === "deposit" && i.account === item.buyer);
    const poor = with_(deposit, { ...(items[deposit] as Extract<BatchItem, { kind: "deposit" }>), amount: 5_000_000_000n });
    expect(refusal(poor).details).toMatchObject({ index, refusal: "MARGIN_TOO_LOW" });
  });

  it("refuses stale and unsigned reports with their index", () => {
    const reports = items.flatMap((item, index) => (item.kind === "report" ? [{ item, index }] : []));
    const [one, two] = reports;
    if (one === undefined || two === undefined) throw new Error("no reports");
    expect(refusal([...items, one.item])).toMatchObject({
      code: "REPORT_REFUSED",
      exitCode: 3,
      details: { index: items.length, refusal: "REPORT_STALE" },
    });
    expect(refusal(with_(two.index, { ...two.item, signatures: two.item.signatures.slice(1) })).details).toMatchObject({
      index: two.index,
      refusal: "REPORT_UNSIGNED",
    });
  });

  it("leaves out what is refused, and nothing else, when told to", () => {
    const transfer = at<Transfer>("transfer");
    const withdraw = at<Withdraw>("withdraw");
    const bad = { ...withdraw.item, amount: withdraw.item.amount + 1n };
    const list = [...items.slice(0, transfer.index + 1), transfer.item, ...items.slice(transfer.index + 1), bad];
    const plan = planFile(start, fileOf(list), PROFILE, true);
    expect(plan.skipped).toMatchObject([
      { index: transfer.index + 1, kind: "transfer", code: "NONCE_MISMATCH" },
      { index: items.length + 1, kind: "withdraw", code: expect.any(String) },
    ]);
    expect(plan.executed.at(-1)?.newRoot).toBe(stateRoot(run.venue.state.header));
  });

  it("leaves out a refused report together with its transitions", () => {
    const second = items.findLastIndex((item) => item.kind === "report");
    const report = items[second] as Extract<BatchItem, { kind: "report" }>;
    const plan = planFile(start, fileOf(with_(second, { ...report, signatures: [] })), PROFILE, true);
    expect(plan.executed).toHaveLength(1);
    expect(plan.skipped.map((s) => s.index)).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
    expect(new Set(plan.skipped.map((s) => s.code))).toEqual(new Set(["REPORT_UNSIGNED"]));
  });
});
