import { describe, expect, it } from "vitest";
import { poseidon } from "../../../core/poseidon.js";
import { accountsOf } from "../../../ledger/apply.js";
import { cutIntoBatches, executeBatch } from "../../../ledger/batch.js";
import { auditConservation } from "../../../ledger/conservation.js";
import { accountLeaf, stateRoot } from "../../../ledger/hashing.js";
import { nextState } from "../../../ledger/memory-state.js";
import { transferMessage } from "../../../ledger/messages.js";
import { MemoryTree } from "../../../ledger/smt.js";
import type { Transition } from "../../../ledger/types.js";
import {
  advance,
  batchOf,
  depositOf,
  makeWorld,
  openVenue,
  price,
  quote,
  START,
  signedReport,
  signedTrade,
  signedTransfer,
  signedWithdraw,
} from "../../helpers/ledger-fixtures.js";

const venue = makeWorld();
const profile = { nTx: 4, nAccounts: 4, nLevels: 4 };
const run = (transitions: readonly Transition[], options = {}, p = profile) =>
  executeBatch(venue.state, batchOf(venue, transitions), p, options);

function executed(transitions: readonly Transition[], options = {}, p = profile) {
  const result = run(transitions, options, p);
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  return result;
}

describe("executeBatch", () => {
  it("commits to the new accounts, the report, the number and the history", () => {
    const trade = signedTrade(venue, { buyerFee: 3n });
    const done = executed([trade, depositOf({ account: 9 })]);
    const leaves = new Map([...venue.state.accounts, ...done.changedAccounts].map(([i, account]) => [BigInt(i), accountLeaf(account)]));
    expect(done.newHeader.accountsRoot).toBe(MemoryTree.empty(4).update(leaves).tree.root());
    expect([...done.changedAccounts.keys()].sort()).toEqual([0, 1, 9]);
    expect(done.oldRoot).toBe(stateRoot(venue.state.header));
    expect(done.newRoot).toBe(stateRoot(done.newHeader));
    const { meta } = done.newHeader;
    expect(meta).toMatchObject({ batchNumber: 2n, timestamp: START });
    expect(meta.historyHash).toBe(poseidon([venue.state.header.meta.historyHash, done.commitment]));
    expect(nextState(venue.state, done).tree.root()).toBe(done.newHeader.accountsRoot);
  });

  it("chains the commitment of section 9 over slots and padding", () => {
    const t = signedTransfer(venue, { from: 0, to: 2, amount: 6n });
    const d = depositOf({ account: 1, amount: 8n });
    const done = executed([t, d]);
    const noFees = (1n << 60n) + (1n << 121n);
    let c = poseidon([done.newHeader.markets.priceHash, 2n, 4n]);
    const message = transferMessage(venue.ledgerId, t);
    c = poseidon([c, 3n + (2n << 40n) + (12n << 72n), message, 0n, 6n, noFees]);
    c = poseidon([c, 1n + (1n << 8n) + (12n << 72n), done.newHeader.chains[0]?.depositHead ?? 0n, 0n, 8n, noFees]);
    for (let i = 0; i < 2; i++) c = poseidon([c, 0n, 0n, 0n, 0n, noFees]);
    expect(done.commitment).toBe(c);
  });

  it("commits a trade's price, fees and both messages", () => {
    const plain = executed([signedTrade(venue)]).commitment;
    for (const over of [{ price: price(50_001) }, { amount: 99n }, { buyerFee: 1n, sellerFee: -1n }, { instrument: 3 }, { buyer: 2 }]) {
      expect(executed([signedTrade(venue, over)]).commitment).not.toBe(plain);
    }
    expect(executed([signedTrade(venue)], {}, { ...profile, nTx: 5 }).commitment).not.toBe(plain);
  });

  it("stops at the first refusal and leaves nothing", () => {
    const result = run([signedTransfer(venue), signedWithdraw(venue, { nonce: 5n })]);
    expect(result).toMatchObject({ ok: false, index: 1, refusal: { code: "NONCE_MISMATCH" } });
    expect(venue.state.header.meta.batchNumber).toBe(1n);
  });

  it("names the report when that is what is refused", () => {
    const stale = { report: signedReport({ time: START - 200n }), transitions: [] };
    expect(executeBatch(venue.state, stale, profile)).toMatchObject({ ok: false, index: undefined, refusal: { code: "REPORT_STALE" } });
  });

  it("skips what is refused when asked, with index and code, as if it had never been there", () => {
    const good = [signedTransfer(venue), signedTrade(venue)];
    const bad = signedWithdraw(venue, { account: 2, nonce: 5n });
    const done = executed([good[0] as Transition, bad, good[1] as Transition], { onRefusal: "skip" });
    expect(done.refusals).toMatchObject([{ index: 1, refusal: { code: "NONCE_MISMATCH" } }]);
    expect(done.newRoot).toBe(executed(good).newRoot);
    expect(done.batch.transitions).toEqual(good);
    expect(done.changedAccounts.has(2)).toBe(false);
  });

  it("keeps to the profile's slots and accounts", () => {
    const transfers = [0, 1, 2].map((from) => signedTransfer(venue, { from, to: (from + 1) % 3 }));
    expect(run(transfers, {}, { ...profile, nTx: 3, nAccounts: 3 }).ok).toBe(true);
    expect(run(transfers, {}, { ...profile, nTx: 2 })).toMatchObject({ index: 2, refusal: { code: "BATCH_FULL" } });
    expect(run(transfers, {}, { ...profile, nAccounts: 2 })).toMatchObject({ index: 1, refusal: { code: "BATCH_FULL" } });
    const skipped = executed(transfers, { onRefusal: "skip" }, { ...profile, nAccounts: 2 });
    expect(skipped.refusals.map((r) => r.index)).toEqual([1, 2]);
    expect(() => run([], {}, { ...profile, nLevels: 5 })).toThrow(/another accounts tree/);
  });

  it("touches named accounts once, others never", () => {
    const long = advance(venue.state, batchOf(venue, [signedTrade(venue, { amount: 1_000n })]), profile);
    const later = openVenue(long, signedReport({ time: START + 5n, perpMark: [price(50_010), price(30_000)] }), profile);
    const done = executeBatch(
      long,
      batchOf(later, [signedTransfer(later, { from: 0, to: 2 }), signedTransfer(later, { from: 2, to: 0 })]),
      profile,
    );
    if (!done.ok) throw new Error(done.refusal.code);
    expect(done.changedAccounts.get(0)?.cash).toBe(quote(100_000) + 10_000n);
    expect(done.newHeader.markets.perpetualPool).toBe(-10_000n);
    const state = nextState(long, done);
    expect(state.account(1)).toBe(long.account(1));
    expect(auditConservation(state.header, state.accounts.values()).ok).toBe(true);
  });

  it("accepts an empty batch and an explicit noop alike", () => {
    expect(executed([]).newRoot).toBe(executed([{ kind: "noop" }]).newRoot);
    expect(executed([]).changedAccounts.size).toBe(0);
  });
});

describe("cutIntoBatches", () => {
  it("cuts where slots or accounts run out and keeps the order", () => {
    const ts = Array.from({ length: 7 }, (_, i) => depositOf({ account: i % 4 }));
    const cut = cutIntoBatches(venue.report, ts, { nTx: 3, nAccounts: 2, nLevels: 4 });
    expect(cut.flatMap((batch) => batch.transitions)).toEqual(ts);
    for (const { transitions } of cut) {
      expect(transitions.length).toBeLessThanOrEqual(3);
      expect(new Set(transitions.flatMap(accountsOf)).size).toBeLessThanOrEqual(2);
    }
    expect(cut).toHaveLength(4);
    expect(cutIntoBatches(venue.report, ts, { nTx: 3, nAccounts: 8, nLevels: 4 }).map((b) => b.transitions.length)).toEqual([3, 3, 1]);
    expect(cutIntoBatches(venue.report, [], profile)).toEqual([{ report: venue.report, transitions: [] }]);
  });

  it("gives the same accounts however it is cut", () => {
    const ts = [
      signedTrade(venue),
      signedTransfer(venue, { from: 1, to: 2 }),
      depositOf({ account: 30 }),
      signedWithdraw(venue, { account: 2 }),
    ];
    const roots = [1, 2, 4].map((nTx) => {
      const p = { ...profile, nTx };
      return cutIntoBatches(venue.report, ts, p).reduce((state, batch) => advance(state, batch, p), venue.state).header.accountsRoot;
    });
    expect(new Set(roots).size).toBe(1);
  });
});
