// Every kind of transition: what the ledger executes, the circuit accepts, with the same roots.
import { beforeAll, describe, it } from "vitest";
import { batchCircuit, proveHonest, SMALL, TINY } from "../../helpers/batch-circuit.js";
import type { Circuit } from "../../helpers/circuit.js";
import {
  BTC_CALL,
  BTC_PERP,
  BTC_SPOT,
  depositOf,
  makeWorld,
  signedCancel,
  signedSetKey,
  signedTrade,
  signedTransfer,
  signedWithdraw,
} from "../../helpers/ledger-fixtures.js";

describe("one slot of each kind", () => {
  let tiny: Circuit;
  beforeAll(async () => {
    tiny = await batchCircuit(TINY);
  });
  const venue = makeWorld({ accounts: 2 });
  const cases = {
    noop: [],
    "deposit into an account": [depositOf()],
    "deposit that opens an account": [depositOf({ account: 9 })],
    "withdraw quote": [signedWithdraw(venue)],
    "withdraw spot": [signedWithdraw(venue, { instrument: BTC_SPOT, chain: 1, amount: 17n })],
    "transfer quote": [signedTransfer(venue)],
    "transfer spot": [signedTransfer(venue, { instrument: BTC_SPOT, amount: 5n })],
    "trade a perpetual": [signedTrade(venue)],
    "trade spot": [signedTrade(venue, { instrument: BTC_SPOT })],
    "trade an option": [signedTrade(venue, { instrument: BTC_CALL })],
    cancel: [signedCancel(venue)],
    setKey: [signedSetKey(venue)],
  };
  for (const [name, transitions] of Object.entries(cases)) {
    it(`${name}`, async () => {
      await proveHonest(tiny, TINY, venue, transitions);
    });
  }
});

describe("several slots", () => {
  it("share accounts", async () => {
    const small = await batchCircuit(SMALL);
    const venue = makeWorld({ accounts: 3 });
    const first = signedTrade(venue, { instrument: BTC_PERP, amount: 9_000_000n });
    await proveHonest(small, SMALL, venue, [
      first,
      signedTransfer(venue, { from: 2, to: 1 }),
      signedWithdraw(venue, { account: 2, nonce: 1n }),
    ]);
  });
});
