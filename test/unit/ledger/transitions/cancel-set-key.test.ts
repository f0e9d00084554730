import { describe, expect, it } from "vitest";
import { accountIn } from "../../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../../helpers/expect-refusal.js";
import { makeWorld, signedCancel, signedSetKey, signedTrade, signedTransfer, userKey } from "../../../helpers/ledger-fixtures.js";

const venue = makeWorld();
const { world } = venue;

describe("cancel", () => {
  it("kills every order below the new smallest id", () => {
    const after = expectAccepted(world, signedCancel(venue, { newMinOrderId: 10n }));
    expect(accountIn(after, 0)).toMatchObject({ minOrderId: 10n, nonce: 1n });
    expectRefused(after, signedTrade(venue, { buy: { orderId: 9n } }), "ORDER_CANCELLED");
    expectAccepted(after, signedTrade(venue, { buy: { orderId: 10n } }));
  });

  it("refuses ids that do not rise or do not fit, forgeries and replays", () => {
    expectRefused(world, signedCancel(venue, { newMinOrderId: 1n }), "MIN_ORDER_ID_NOT_RAISED");
    expectAccepted(world, signedCancel(venue, { newMinOrderId: 2n }));
    expectAccepted(world, signedCancel(venue, { newMinOrderId: (1n << 48n) - 1n }));
    expectRefused(world, { ...signedCancel(venue), newMinOrderId: 1n << 48n }, "FIELD_OUT_OF_RANGE");
    expectRefused(world, { ...signedCancel(venue), newMinOrderId: 11n }, "SIGNATURE_INVALID");
    expectRefused(world, signedCancel(venue, { nonce: 5n }), "NONCE_MISMATCH");
    expectRefused(world, signedCancel(venue, { account: 99 }), "ACCOUNT_UNKNOWN");
  });
});

describe("setKey", () => {
  it("hands the account to a key that proves itself", () => {
    const after = expectAccepted(world, signedSetKey(venue));
    expect(accountIn(after, 0)).toMatchObject({ owner: userKey(900).publicKey, nonce: 1n });
    const next = { ...venue, world: after };
    expectRefused(after, signedTransfer(next, {}, userKey(0)), "SIGNATURE_INVALID");
    expectAccepted(after, signedTransfer(next, {}, userKey(900)));
  });

  it("refuses without both signatures over the same message", () => {
    const t = signedSetKey(venue);
    expectRefused(world, { ...t, signature: t.newSignature }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, newSignature: t.signature }, "SIGNATURE_INVALID");
    expectRefused(world, signedSetKey(venue, {}, userKey(1)), "SIGNATURE_INVALID");
    expectRefused(world, { ...t, newOwner: userKey(901).publicKey }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, newOwner: { ax: 0n, ay: 1n } }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, newOwner: { ax: -1n, ay: 1n } }, "FIELD_OUT_OF_RANGE");
    expectRefused(world, signedSetKey(venue, { nonce: 1n }), "NONCE_MISMATCH");
    expectRefused(world, { ...t, account: 50 }, "ACCOUNT_UNKNOWN");
  });
});
