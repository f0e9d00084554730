import { describe, expect, it } from "vitest";
import { accrued } from "../../../ledger/accrued.js";
import { openOne, openPair, touch } from "../../../ledger/touch.js";
import { accountIn } from "../../../ledger/world.js";
import { BTC_PERP, ETH_PERP, makeWorld, patchAccount } from "../../helpers/ledger-fixtures.js";

const { world } = makeWorld({ accounts: 2 });
const sizes = (btc: bigint, eth: bigint) => Array.from({ length: 12 }, (_, i) => (i === BTC_PERP ? btc : i === ETH_PERP ? eth : 0n));
const index = world.prices.perpIndex;
const one = 1n << 48n;

/** Account 0 with these perpetuals, whose indices have risen by these amounts since. */
const stage = (btc: bigint, eth: bigint, rise: readonly [bigint, bigint], cash = 0n) =>
  patchAccount(world, 0, { sizes: sizes(btc, eth), cash, perpCheckpoints: index.map((x, u) => x - (rise[u] ?? 0n)) });

describe("touch", () => {
  it("pays the index difference on both perpetuals, floored once", () => {
    const cases: [bigint, bigint, readonly [bigint, bigint], bigint][] = [
      [3n, 0n, [one, 0n], 3n],
      [-3n, 0n, [one, 0n], -3n],
      [1n, 0n, [one - 1n, 0n], 0n],
      [-1n, 0n, [1n, 0n], -1n],
      [1n, 1n, [one / 2n, one / 2n], 1n],
      [2n, -1n, [one, 2n * one], 0n],
    ];
    for (const [btc, eth, rise, x] of cases) {
      const w = stage(btc, eth, rise);
      const touched = touch(w, 0);
      if (!touched.ok) throw new Error(touched.refusal.code);
      expect(accountIn(touched.value, 0)).toMatchObject({ cash: x, perpCheckpoints: index });
      expect(touched.value.header.markets.perpetualPool).toBe(w.header.markets.perpetualPool - x);
    }
  });

  it("happens once in a batch and not to an account that does not exist", () => {
    const once = touch(stage(5n, 0n, [one, 0n]), 0);
    if (!once.ok) throw new Error(once.refusal.code);
    expect(touch(once.value, 0)).toEqual(once);
    const none = touch(world, 200);
    expect(none.ok && none.value).toBe(world);
    const account = accountIn(once.value, 0);
    expect(account && accrued(account, index)).toBe(0n);
  });

  it("refuses when cash or the pool would leave its width", () => {
    const top = (1n << 95n) - 1n;
    expect(touch(stage(1n, 0n, [one, 0n], top - 1n), 0).ok).toBe(true);
    expect(touch(stage(1n, 0n, [one, 0n], top), 0)).toMatchObject({ refusal: { code: "OVERFLOW" } });
    expect(touch(stage(-1n, 0n, [one, 0n], -(1n << 95n)), 0)).toMatchObject({ refusal: { code: "OVERFLOW" } });
    const w = stage(1n, 0n, [one, 0n]);
    const drained = { ...w, header: { ...w.header, markets: { ...w.header.markets, perpetualPool: -(1n << 95n) } } };
    expect(touch(drained, 0)).toMatchObject({ refusal: { code: "OVERFLOW" } });
  });

  it("opens only existing, different accounts inside the tree", () => {
    expect(openOne(world, 50)).toMatchObject({ refusal: { code: "ACCOUNT_UNKNOWN" } });
    expect(openOne(world, -1)).toMatchObject({ refusal: { code: "ACCOUNT_UNKNOWN" } });
    expect(openOne(world, Number.NaN)).toMatchObject({ refusal: { code: "ACCOUNT_UNKNOWN" } });
    expect(openPair(world, 0, 0)).toMatchObject({ refusal: { code: "ACCOUNT_SAME" } });
    expect(openPair(world, 0, 50)).toMatchObject({ refusal: { code: "ACCOUNT_UNKNOWN" } });
  });
});
