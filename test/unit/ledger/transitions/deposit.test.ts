import { describe, expect, it } from "vitest";
import { poseidon } from "../../../../core/poseidon.js";
import { QUOTE } from "../../../../ledger/constants.js";
import { accountIn } from "../../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../../helpers/expect-refusal.js";
import {
  BTC_PERP,
  BTC_SPOT,
  depositOf,
  exitOf,
  makeWorld,
  patchAccount,
  price,
  quote,
  signedLiquidate,
  signedTransfer,
  signedWithdraw,
  userKey,
} from "../../../helpers/ledger-fixtures.js";

const venue = makeWorld();
const { world } = venue;
const chainsOf = (w: typeof world) => w.header.chains;

describe("deposit", () => {
  it("credits cash, moves custody and consumes the queue", () => {
    const t = depositOf({ account: 0, amount: 5n });
    const after = expectAccepted(world, t);
    expect(accountIn(after, 0)?.cash).toBe(quote(100_000) + 5n);
    const [before, chain] = [chainsOf(world)[0], chainsOf(after)[0]];
    expect(chain?.custody[0]).toBe((before?.custody[0] ?? 0n) + 5n);
    expect(chain?.depositCount).toBe((before?.depositCount ?? 0n) + 1n);
    const { ax, ay } = t.owner;
    expect(chain?.depositHead).toBe(poseidon([before?.depositHead ?? 0n, ax, ay, t.exitAddress, 12n + 5n * 16n]));
    expect(chain?.withdrawalCount).toBe(0n);
  });

  it("credits lots of a spot column on the other chain", () => {
    const after = expectAccepted(world, depositOf({ instrument: BTC_SPOT, chain: 1, amount: 9n }));
    expect(accountIn(after, 0)?.sizes[BTC_SPOT]).toBe(1_000_009n);
    expect(chainsOf(after)[1]?.custody[1]).toBe((chainsOf(world)[1]?.custody[1] ?? 0n) + 9n);
  });

  it("creates an account", () => {
    const created = accountIn(expectAccepted(world, depositOf({ account: 77, amount: 3n })), 77);
    expect(created).toMatchObject({
      nonce: 0n,
      cash: 3n,
      minOrderId: 1n,
      exitAddress: exitOf(77),
      perpCheckpoints: world.prices.perpIndex,
    });
    expect(created?.sizes.every((size) => size === 0n)).toBe(true);
  });

  it("refunds what does not fit, for cash and for lots", () => {
    const top = (1n << 95n) - 1n;
    for (const room of [0n, 1n, 7n]) {
      const full = patchAccount(world, 0, { cash: top - room });
      const t = depositOf({ amount: 7n });
      const after = expectAccepted(full, t);
      expect(accountIn(after, 0)?.cash).toBe(top);
      const rest = 7n - room;
      const [before, chain] = [chainsOf(full)[0], chainsOf(after)[0]];
      expect(chain?.custody[0]).toBe((before?.custody[0] ?? 0n) + room);
      expect(chain?.withdrawalCount).toBe(rest > 0n ? 1n : 0n);
      expect(chain?.withdrawalHead).toBe(rest > 0n ? poseidon([0n, t.exitAddress, 12n + rest * 16n]) : 0n);
    }
    const lots = (1n << 47n) - 1n;
    const poor = makeWorld({ prices: { index: [1n, 1n] }, spot: 0n }).world; // lots so cheap that they keep the margin bounds
    const sizes = Array.from({ length: 12 }, (_, i) => (i === BTC_SPOT ? lots - 2n : 0n));
    const after = expectAccepted(patchAccount(poor, 0, { sizes }), depositOf({ instrument: BTC_SPOT, chain: 1, amount: 5n }));
    expect(accountIn(after, 0)?.sizes[BTC_SPOT]).toBe(lots);
    expect(chainsOf(after)[1]?.custody[1]).toBe(2n);
  });

  it("refuses another owner, amounts outside their width, columns without custody and unknown chains", () => {
    expectRefused(world, depositOf({ owner: userKey(1).publicKey }), "OWNER_MISMATCH");
    expectRefused(world, depositOf({ amount: 0n }), "AMOUNT_OUT_OF_RANGE");
    expectRefused(world, depositOf({ amount: 1n << 60n }), "AMOUNT_OUT_OF_RANGE");
    expectAccepted(world, depositOf({ amount: (1n << 60n) - 1n }));
    expectRefused(world, depositOf({ instrument: BTC_SPOT, amount: 1n << 46n }), "AMOUNT_OUT_OF_RANGE");
    expectRefused(world, depositOf({ instrument: BTC_PERP }), "INSTRUMENT_INVALID");
    expectRefused(world, depositOf({ instrument: QUOTE + 1 }), "INSTRUMENT_INVALID");
    expectRefused(world, depositOf({ chain: 2 }), "CHAIN_INVALID");
    expectRefused(world, depositOf({ chain: -1 }), "CHAIN_INVALID");
    expectRefused(world, depositOf({ exitAddress: 1n << 160n }), "FIELD_OUT_OF_RANGE");
    expectRefused(world, depositOf({ account: 99, owner: { ax: -1n, ay: 0n } }), "FIELD_OUT_OF_RANGE");
    expectRefused(world, depositOf({ account: 256 }), "ACCOUNT_UNKNOWN");
    expectAccepted(world, depositOf({ account: 255 }));
    expectRefused(world, { ...depositOf(), account: 1.5 }, "ACCOUNT_UNKNOWN");
  });

  it("refuses custody beyond its width", () => {
    const [first, second] = world.header.chains;
    if (first === undefined || second === undefined) throw new Error("two chains");
    const full = { ...first, custody: [(1n << 95n) - 3n, ...first.custody.slice(1)] };
    const brim = { ...world, header: { ...world.header, chains: [full, second] } };
    expectAccepted(brim, depositOf({ amount: 2n }));
    expectRefused(brim, depositOf({ amount: 3n }), "OVERFLOW");
  });

  it("reaches an account beyond the margin bounds, which can neither withdraw nor be liquidated", () => {
    const rich = makeWorld({ accounts: 2, prices: { index: [1n << 55n, price(1)] } });
    const huge = Array.from({ length: 12 }, (_, i) => (i === BTC_PERP ? 1n << 46n : 0n));
    const beyond = patchAccount(rich.world, 0, { sizes: huge, perpCheckpoints: rich.world.prices.perpIndex });
    expectAccepted(beyond, depositOf());
    expectRefused(beyond, signedWithdraw(rich), "MARGIN_OUT_OF_RANGE");
    expectRefused(beyond, signedLiquidate(rich), "MARGIN_OUT_OF_RANGE");
    expectAccepted(beyond, signedTransfer(rich, { from: 1, to: 0 }));
  });
});
