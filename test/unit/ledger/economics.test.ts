// Schemes that would take money from the insurance or from a small account, each refused or worthless.
import { describe, expect, it } from "vitest";
import { accountIn } from "../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../helpers/expect-refusal.js";
import { BTC_SPOT, depositOf, makeWorld, patchAccount, price, quote, signedLiquidate, signedTrade } from "../../helpers/ledger-fixtures.js";

const fallen = (percent: number) => ({ index: [price(500 * percent), price(300 * percent)] });

describe("insurance", () => {
  it("owes nothing to an account that is under water only by its haircut", () => {
    const venue = makeWorld({ prices: fallen(70), spot: 1_000_000n });
    // spot is worth 35,000 + 21,000 quote at fair value, less with the haircut
    const w = patchAccount(venue.world, 0, { cash: -quote(53_000) });
    const after = expectAccepted(w, signedLiquidate(venue, { fraction: 4 }));
    expect(after.header.markets.insurance).toBeGreaterThanOrEqual(venue.world.header.markets.insurance);
  });

  it("pays no bounty above what the margin of the account is worth", () => {
    const venue = makeWorld();
    const w = patchAccount(venue.world, 0, { cash: -1_000n, sizes: [0n, 0n, 4n, ...Array<bigint>(9).fill(0n)] });
    const after = expectAccepted(w, signedLiquidate(venue, { fraction: 1 }));
    const paid = venue.world.header.markets.insurance - after.header.markets.insurance;
    const earned = (accountIn(after, 1)?.cash ?? 0n) - (accountIn(venue.world, 1)?.cash ?? 0n);
    expect(paid).toBe(250n + earned); // a quarter of the deficit, and the bounty
    expect(earned).toBeLessThan(4n * 50_000n); // never more than the slice's notional, whatever the configured bounty
  });
});

describe("repeats", () => {
  it("of a quarter pay bounties of at most the deficit in all", () => {
    const venue = makeWorld({ config: { bounty: quote(1_000) } });
    const deficit = 40n;
    let world = patchAccount(venue.world, 0, { cash: -deficit, sizes: [0n, 0n, 400_000n, ...Array<bigint>(9).fill(0n)] });
    const before = world.header.markets.insurance;
    for (let i = 0; i < 8; i++) {
      const nonce = accountIn(world, 1)?.nonce ?? 0n;
      world = expectAccepted(world, signedLiquidate(venue, { fraction: 1, nonce }));
    }
    expect(before - world.header.markets.insurance).toBeLessThanOrEqual(2n * (deficit + 8n));
  });
});

describe("slices", () => {
  it("are never empty while there is a position: a quarter of three lots is one, of nothing is refused", () => {
    const venue = makeWorld();
    const holding = (lots: bigint) => patchAccount(venue.world, 0, { cash: 1n, sizes: [0n, 0n, lots, ...Array<bigint>(9).fill(0n)] });
    for (const [held, left] of [
      [1n, 0n],
      [3n, 2n],
      [4n, 3n],
      [5n, 3n],
    ] as const) {
      const after = expectAccepted(holding(held), signedLiquidate(venue, { fraction: 1 }));
      expect(accountIn(after, 0)?.sizes[2]).toBe(left);
    }
    const debt = patchAccount(venue.world, 0, { cash: -1n, sizes: Array<bigint>(12).fill(0n) });
    expectRefused(debt, signedLiquidate(venue, { fraction: 1 }), "SLICE_EMPTY");
    expectAccepted(debt, signedLiquidate(venue, { fraction: 4 })); // a bare debt is written off whole
  });
});

describe("not riskier", () => {
  it("does not let an unhealthy account sell its haircut to a friend", () => {
    const venue = makeWorld({ prices: fallen(70) });
    const w = patchAccount(venue.world, 0, { cash: -quote(53_000) });
    const atCollateral = venue.world.prices.collateralPrice[0] ?? 0n;
    const sale = (at: bigint) => signedTrade(venue, { buyer: 1, seller: 0, instrument: BTC_SPOT, amount: 1_000_000n, price: at });
    expectRefused(w, sale(atCollateral + 17n), "MARGIN_TOO_LOW");
    expectAccepted(w, sale(venue.world.prices.index[0] ?? 0n));
  });
});

describe("deposit", () => {
  it("does not join an account that leaves to another address", () => {
    const venue = makeWorld();
    expectRefused(venue.world, depositOf({ account: 0, exitAddress: 0xbadn }), "OWNER_MISMATCH");
  });
});
