import { describe, expect, it } from "vitest";
import { poseidon } from "../../../../core/poseidon.js";
import { accountIn } from "../../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../../helpers/expect-refusal.js";
import {
  accountOf,
  BTC_PERP,
  BTC_SPOT,
  makeWorld,
  patchAccount,
  quote,
  signedTrade,
  signedWithdraw,
  userKey,
} from "../../../helpers/ledger-fixtures.js";

const venue = makeWorld();
const { world } = venue;

describe("withdraw", () => {
  it("pays from the account and from custody, raises the nonce and appends to the queue", () => {
    const t = signedWithdraw(venue, { amount: 7n });
    const after = expectAccepted(world, t);
    expect(accountIn(after, 0)).toMatchObject({ cash: quote(100_000) - 7n, nonce: 1n });
    const chain = after.header.chains[0];
    expect(chain?.custody[0]).toBe((world.header.chains[0]?.custody[0] ?? 0n) - 7n);
    expect(chain?.withdrawalHead).toBe(poseidon([0n, t.recipient, 12n + 7n * 16n]));
    expect(chain?.withdrawalCount).toBe(1n);
  });

  it("refuses wrong keys, nonces, fields and replays", () => {
    expectRefused(world, signedWithdraw(venue, {}, userKey(1)), "SIGNATURE_INVALID");
    expectRefused(world, { ...signedWithdraw(venue), recipient: 0xabdn }, "SIGNATURE_INVALID");
    expectRefused(world, { ...signedWithdraw(venue), chain: 1 }, "SIGNATURE_INVALID");
    expectRefused(world, signedWithdraw(venue, { nonce: 1n }), "NONCE_MISMATCH");
    const t = signedWithdraw(venue);
    expectRefused(expectAccepted(world, t), t, "NONCE_MISMATCH");
    expectRefused(world, signedWithdraw(venue, { account: 100 }), "ACCOUNT_UNKNOWN");
    expectRefused(world, { ...signedWithdraw(venue), chain: 2 }, "CHAIN_INVALID");
    expectRefused(world, { ...signedWithdraw(venue), amount: 0n }, "AMOUNT_OUT_OF_RANGE");
    expectRefused(world, { ...signedWithdraw(venue), instrument: BTC_PERP }, "INSTRUMENT_INVALID");
    expectRefused(world, { ...signedWithdraw(venue), recipient: 1n << 160n }, "FIELD_OUT_OF_RANGE");
  });

  it("refuses a nonce at the end of its width", () => {
    const last = patchAccount(world, 0, { nonce: (1n << 40n) - 1n });
    expectRefused(last, signedWithdraw(venue, { nonce: (1n << 40n) - 1n }), "OVERFLOW");
  });

  it("pays what custody and the spot balance hold and not one more", () => {
    const rich = patchAccount(world, 0, { cash: quote(10_000_000) });
    const held = world.header.chains[0]?.custody[0] ?? 0n;
    expectAccepted(rich, signedWithdraw(venue, { amount: held }));
    expectRefused(rich, signedWithdraw(venue, { amount: held + 1n }), "CUSTODY_TOO_SMALL");
    expectRefused(world, signedWithdraw(venue, { chain: 1 }), "CUSTODY_TOO_SMALL");
    expectAccepted(world, signedWithdraw(venue, { instrument: BTC_SPOT, chain: 1, amount: 1_000_000n }));
    expectRefused(world, signedWithdraw(venue, { instrument: BTC_SPOT, chain: 1, amount: 1_000_001n }), "BALANCE_TOO_SMALL");
  });

  it("stops exactly where the account would not be healthy", () => {
    const bare = makeWorld({ spot: 0n });
    const open = { ...bare, world: expectAccepted(bare.world, signedTrade(bare, { amount: 100_000n })) };
    // 100,000 lots at 50,000: 5,000 quote. Requirement: (16 % + 0.5 %) * 1.25 of the risk notional, all exact here
    const required = (quote(5_000) * 165n * 125n) / 100_000n;
    const { cash } = accountOf(open, 0);
    const free = cash - required;
    expectAccepted(open.world, signedWithdraw(open, { amount: free }));
    expectRefused(open.world, signedWithdraw(open, { amount: free + 1n }), "MARGIN_TOO_LOW");
    expect(accountOf(open, 0).sizes[BTC_PERP]).toBe(100_000n);
  });

  it("does not let an unhealthy account take out spot that counts for nothing as collateral: its fair equity would fall", () => {
    const free = makeWorld({ config: { haircut: [1n << 16n, 1n << 16n] } }); // collateral counts for nothing
    const w = patchAccount(free.world, 0, { cash: -1n });
    expectRefused(w, signedWithdraw(free, { instrument: BTC_SPOT, chain: 1, amount: 5n }), "MARGIN_TOO_LOW");
    expectRefused(w, signedWithdraw(free, { amount: 1n }), "MARGIN_TOO_LOW");
  });
});
