import { describe, expect, it } from "vitest";
import { accountIn } from "../../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../../helpers/expect-refusal.js";
import { BTC_PERP, BTC_SPOT, ETH_SPOT, makeWorld, patchAccount, quote, signedTransfer, userKey } from "../../../helpers/ledger-fixtures.js";

const venue = makeWorld();
const { world } = venue;

describe("transfer", () => {
  it("moves cash and spot, raising only the payer's nonce", () => {
    const after = expectAccepted(world, signedTransfer(venue, { amount: 4n }));
    expect(accountIn(after, 0)).toMatchObject({ cash: quote(100_000) - 4n, nonce: 1n });
    expect(accountIn(after, 1)).toMatchObject({ cash: quote(100_000) + 4n, nonce: 0n });
    const lots = expectAccepted(world, signedTransfer(venue, { instrument: ETH_SPOT, amount: 1_000_000n }));
    expect(accountIn(lots, 0)?.sizes[ETH_SPOT]).toBe(0n);
    expect(accountIn(lots, 1)?.sizes[ETH_SPOT]).toBe(2_000_000n);
  });

  it("refuses forged, replayed and misdirected payments", () => {
    const t = signedTransfer(venue);
    expectRefused(world, { ...t, to: 2 }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, amount: t.amount + 1n }, "SIGNATURE_INVALID");
    expectRefused(world, signedTransfer(venue, {}, userKey(1)), "SIGNATURE_INVALID");
    expectRefused(world, { ...t, from: 1, to: 2 }, "SIGNATURE_INVALID");
    expectRefused(expectAccepted(world, t), t, "NONCE_MISMATCH");
    expectRefused(world, signedTransfer(venue, { to: 0 }), "ACCOUNT_SAME");
    expectRefused(world, signedTransfer(venue, { to: 200 }), "ACCOUNT_UNKNOWN");
    expectRefused(world, signedTransfer(venue, { to: 300 }), "ACCOUNT_UNKNOWN");
    expectRefused(world, signedTransfer(venue, { from: 200 }), "ACCOUNT_UNKNOWN");
    expectRefused(world, { ...t, instrument: BTC_PERP }, "INSTRUMENT_INVALID");
    expectRefused(world, { ...t, amount: -1n }, "AMOUNT_OUT_OF_RANGE");
  });

  it("pays at most the spot balance, and only what the receiver can hold", () => {
    expectRefused(world, signedTransfer(venue, { instrument: BTC_SPOT, amount: 1_000_001n }), "BALANCE_TOO_SMALL");
    const top = (1n << 95n) - 1n;
    expectAccepted(patchAccount(world, 1, { cash: top - 5n }), signedTransfer(venue, { amount: 5n }));
    expectRefused(patchAccount(world, 1, { cash: top - 5n }), signedTransfer(venue, { amount: 6n }), "OVERFLOW");
  });

  it("borrows against spot exactly as far as the haircut allows", () => {
    const v = makeWorld({ cash: 1n, spot: 1_000_000n, config: { phi: Array.from({ length: 12 }, () => 0n), shock: [0n, 0n] } });
    const collateral = v.world.prices.collateralPrice.reduce((sum, p) => sum + p * 1_000_000n, 0n) >> 24n;
    expectAccepted(v.world, signedTransfer(v, { amount: collateral + 1n }));
    expectRefused(v.world, signedTransfer(v, { amount: collateral + 2n }), "MARGIN_TOO_LOW");
  });
});
