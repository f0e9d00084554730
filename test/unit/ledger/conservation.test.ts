import { describe, expect, it } from "vitest";
import { applyTransition } from "../../../ledger/apply.js";
import { executeBatch } from "../../../ledger/batch.js";
import { auditConservation } from "../../../ledger/conservation.js";
import { U } from "../../../ledger/constants.js";
import { belowMaintenance, equity, requirement } from "../../../ledger/margin.js";
import { nextState } from "../../../ledger/memory-state.js";
import type { Account, Liquidate } from "../../../ledger/types.js";
import { accountIn, type World } from "../../../ledger/world.js";
import { batchOf, makeWorld, openVenue, quote, START, signedReport, type Venue } from "../../helpers/ledger-fixtures.js";
import { nextPrices, randomTransition, rngOf } from "../../helpers/random-run.js";

const ACCOUNTS = 10;
const config = { optionExpiry: Array.from({ length: 8 }, () => START + (1n << 30n)) };

const everyone = (world: World): Account[] =>
  Array.from({ length: ACCOUNTS }, (_, i) => accountIn(world, i)).filter((account) => account !== undefined);

/** What accounts could claim of the pool if all were touched now with exact fractions, scale 2^48; the pool must cover it. */
function slack(world: World): bigint {
  let claims = 0n;
  for (const { sizes, perpCheckpoints } of everyone(world)) {
    for (let u = 0; u < U; u++) claims += (sizes[U + u] ?? 0n) * ((world.prices.perpIndex[u] ?? 0n) - (perpCheckpoints[u] ?? 0n));
  }
  return (world.header.markets.perpetualPool << 48n) - claims;
}

function solvency(world: World, index: number): { e: bigint; m: bigint } {
  const account = accountIn(world, index);
  if (account === undefined) throw new Error("no account");
  return { e: equity(world.prices, account), m: requirement(world.prices, world.header.markets.config, account.sizes).maintenance };
}

/** After a liquidation: no deficit from nothing, a deficit only shrinks, and the insurance never owes. */
function checkLiquidation(before: World, after: World, t: Liquidate): void {
  const [was, is] = [solvency(before, t.victim), solvency(after, t.victim)];
  expect(belowMaintenance(was.e, was.m)).toBe(true);
  if (was.e >= 0n) expect(is.e >= 0n).toBe(true);
  else expect(is.e >= was.e).toBe(true);
  if (t.fraction === 4) expect(is.e >= 0n).toBe(true);
  expect(after.header.markets.insurance >= 0n).toBe(true);
}

interface Tally {
  readonly accepted: Map<string, number>;
  readonly refused: Map<string, number>;
}

const count = (tally: Map<string, number>, name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);

/** The victim touched, as the liquidation saw it. */
function touchedBefore(world: World, after: World, index: number): World {
  const account = accountIn(world, index);
  const touched = after.changed.get(index);
  if (account === undefined || touched === undefined || world.changed.has(index)) return world;
  const { perpIndex } = world.prices;
  const x = perpIndex.reduce((sum, now, u) => sum + (account.sizes[U + u] ?? 0n) * (now - (account.perpCheckpoints[u] ?? 0n)), 0n) >> 48n;
  return { ...world, changed: new Map(world.changed).set(index, { ...account, cash: account.cash + x, perpCheckpoints: perpIndex }) };
}

function step(world: World, venue: Venue, rng: ReturnType<typeof rngOf>, tally: Tally): World {
  const t = randomTransition({ ...venue, world }, rng, ACCOUNTS);
  const applied = applyTransition(world, t);
  if (!applied.ok) {
    count(tally.refused, applied.refusal.code);
    return world;
  }
  count(tally.accepted, t.kind);
  const audit = auditConservation(applied.world.header, everyone(applied.world));
  if (!audit.ok) throw new Error(`${t.kind}: ${audit.imbalances.map((x) => x.what)}`);
  if (t.kind === "liquidate") checkLiquidation(touchedBefore(world, applied.world, t.victim), applied.world, t);
  return applied.world;
}

/** The next batch without trees: the accounts as they are, under the next report. */
function reopen(world: World, venue: Venue, rng: ReturnType<typeof rngOf>): { venue: Venue; world: World } {
  const report = { ...nextPrices(venue.report, rng), signatures: [] };
  const accounts = new Map(Array.from({ length: ACCOUNTS }, (_, i) => [i, accountIn(world, i)] as const));
  const { tree } = venue.state;
  const state = { ...venue.state, header: world.header, tree, account: (index: number) => accounts.get(index) };
  const next = openVenue(state, report, venue.profile, false);
  return { venue: next, world: next.world };
}

describe("conservation", () => {
  it("holds after each of 12,000 random transitions, and roundings never favour an account", () => {
    const rng = rngOf(20_260_101);
    const tally: Tally = { accepted: new Map(), refused: new Map() };
    let venue = makeWorld({ accounts: ACCOUNTS, cash: quote(800), spot: 5_000n, config, checkSignatures: false });
    let { world } = venue;
    let dust = slack(world);
    for (let done = 0; done < 12_000; done = [...tally.accepted.values()].reduce((a, b) => a + b, 0)) {
      for (let i = 0; i < 40; i++) {
        world = step(world, venue, rng, tally);
        const next = slack(world);
        expect(next >= dust).toBe(true);
        dust = next;
      }
      ({ venue, world } = reopen(world, venue, rng));
      const moved = slack(world);
      expect(moved).toBe(dust); // a report moves claims between accounts only
    }
    for (const kind of ["deposit", "withdraw", "transfer", "trade", "liquidate", "cancel"]) {
      expect(tally.accepted.get(kind), kind).toBeGreaterThan(50);
    }
    for (const code of [
      "MARGIN_TOO_LOW",
      "NOT_LIQUIDATABLE",
      "ORDER_REPLAYED",
      "BALANCE_TOO_SMALL",
      "REDUCE_ONLY_VIOLATED",
      "FRACTION_NOT_ALLOWED",
    ]) {
      expect(tally.refused.get(code), code).toBeGreaterThan(0);
    }
  });

  it("holds over batches with real signatures, reports and trees", () => {
    const rng = rngOf(7);
    let venue = makeWorld({ accounts: ACCOUNTS, cash: quote(3_000), spot: 20_000n, config });
    let accepted = 0;
    for (let n = 0; n < 8; n++) {
      const transitions = Array.from({ length: 24 }, () => randomTransition(venue, rng, ACCOUNTS));
      const done = executeBatch(venue.state, batchOf(venue, transitions), { ...venue.profile, nTx: 24 }, { onRefusal: "skip" });
      if (!done.ok) throw new Error(done.refusal.code);
      accepted += done.batch.transitions.length;
      const state = nextState(venue.state, done);
      expect(auditConservation(state.header, state.accounts.values()).imbalances).toEqual([]);
      expect(state.tree.root()).toBe(state.header.accountsRoot);
      venue = openVenue(state, signedReport(nextPrices(venue.report, rng)), venue.profile);
    }
    expect(accepted).toBeGreaterThan(60);
  });

  it("is reported broken for each sum alone", () => {
    const { world } = makeWorld({ accounts: 2 });
    const accounts = [0, 1].map((i) => accountIn(world, i) as Account);
    const [first, ...rest] = accounts;
    if (first === undefined) throw new Error("no account");
    const broken = (change: Partial<Account>) =>
      auditConservation(world.header, [{ ...first, ...change }, ...rest]).imbalances.map((x) => x.what);
    expect(broken({})).toEqual([]);
    expect(broken({ cash: first.cash + 1n })).toEqual(["quote"]);
    expect(broken({ sizes: first.sizes.with(0, 1n) })).toEqual(["size of column 0"]);
    expect(broken({ sizes: first.sizes.with(2, -1n) })).toEqual(["size of column 2"]);
    expect(broken({ sizes: first.sizes.with(11, 1n) })).toEqual(["size of column 11", "open interest of column 11"]);
    const { markets } = world.header;
    for (const fund of ["insurance", "fees", "perpetualPool"] as const) {
      const header = { ...world.header, markets: { ...markets, [fund]: markets[fund] + 1n } };
      expect(auditConservation(header, accounts).imbalances).toEqual([
        { what: "quote", expected: world.header.chains[0]?.custody[0], got: (world.header.chains[0]?.custody[0] ?? 0n) + 1n },
      ]);
    }
  });
});
