import { describe, expect, it } from "vitest";
import { accountIn, type World } from "../../../../ledger/world.js";
import { expectAccepted, expectRefused } from "../../../helpers/expect-refusal.js";
import {
  BTC_CALL,
  BTC_PERP,
  BTC_SPOT,
  ETH_PERP,
  makeWorld,
  patchAccount,
  price,
  quote,
  START,
  signedTrade,
  type TradeOver,
  userKey,
  type Venue,
} from "../../../helpers/ledger-fixtures.js";

const venue = makeWorld();
const { world } = venue;
const refuse = (over: TradeOver, code: Parameters<typeof expectRefused>[2], w: World = world) =>
  expectRefused(w, signedTrade(venue, over), code);
const accept = (over: TradeOver, w: World = world) => expectAccepted(w, signedTrade(venue, over));
const sizes = (column: number, lots: bigint) => Array.from({ length: 12 }, (_, i) => (i === column ? lots : i < 2 ? 1_000_000n : 0n));

/** A venue over a world that came later. */
const at = (v: Venue, w: World): Venue => ({ ...v, world: w });

describe("trade", () => {
  it("moves lots and only the difference to the mark for a perpetual", () => {
    const after = accept({ amount: 100n, price: price(50_003), buyerFee: 4n, sellerFee: -1n, buy: { maxFee: 4n } });
    expect(accountIn(after, 0)).toMatchObject({ cash: quote(100_000) - 300n - 4n });
    expect(accountIn(after, 1)).toMatchObject({ cash: quote(100_000) + 300n + 1n });
    expect(accountIn(after, 0)?.sizes[BTC_PERP]).toBe(100n);
    expect(accountIn(after, 1)?.sizes[BTC_PERP]).toBe(-100n);
    expect(after.header.markets).toMatchObject({ fees: 3n });
    expect(after.header.markets.openInterest[0]).toBe(100n);
    expect(accountIn(after, 0)?.nonce).toBe(0n);
  });

  it("pays the whole price for spot and options, floored for the buyer", () => {
    const after = accept({ instrument: BTC_SPOT, amount: 3n, price: price(50_000) + 1n });
    expect(accountIn(after, 0)?.cash).toBe(quote(100_000) - 150_000n);
    expect(after.header.markets.openInterest.every((x) => x === 0n)).toBe(true);
    const option = accept({ instrument: BTC_CALL, amount: 2n, price: price(2_500) - 1n });
    expect(accountIn(option, 0)?.cash).toBe(quote(100_000) - 4_999n);
    const below = accept({ amount: 1n, price: price(50_000) - 1n });
    expect(accountIn(below, 0)?.cash).toBe(quote(100_000) + 1n);
    expect(accountIn(below, 1)?.cash).toBe(quote(100_000) - 1n);
  });

  it("refuses anything the orders did not sign", () => {
    const t = signedTrade(venue);
    const { buyOrder, sellOrder } = t;
    expectRefused(world, { ...t, instrument: ETH_PERP }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, buyer: 1, seller: 0 }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, buyer: 2 }, "SIGNATURE_INVALID");
    const changes = [
      { orderId: 2n },
      { orderSize: 101n },
      { limitPrice: price(60_000) },
      { maxFee: 9n },
      { expiry: START + 9n },
      { reduceOnly: false },
    ];
    for (const change of changes) {
      const reduces = signedTrade(venue, { buy: { reduceOnly: "reduceOnly" in change } });
      expectRefused(world, { ...reduces, buyOrder: { ...reduces.buyOrder, ...change } }, "SIGNATURE_INVALID");
    }
    expectRefused(world, { ...t, sellOrder: { ...sellOrder, orderSize: 101n } }, "SIGNATURE_INVALID");
    expectRefused(world, { ...t, sellOrder: { ...sellOrder, signature: buyOrder.signature } }, "SIGNATURE_INVALID");
    refuse({ buyKey: userKey(2) }, "SIGNATURE_INVALID");
    refuse({ sellKey: userKey(2) }, "SIGNATURE_INVALID");
  });

  it("refuses fields outside their width", () => {
    refuse({ amount: 0n, buy: { orderSize: 1n } }, "AMOUNT_OUT_OF_RANGE");
    const t = signedTrade(venue);
    expectRefused(world, { ...t, amount: 1n << 46n }, "AMOUNT_OUT_OF_RANGE");
    expectRefused(world, { ...t, instrument: 12 }, "INSTRUMENT_INVALID");
    expectRefused(world, { ...t, instrument: -1 }, "INSTRUMENT_INVALID");
    expectRefused(world, { ...t, price: 1n << 56n }, "FIELD_OUT_OF_RANGE");
    expectRefused(world, { ...t, price: -1n }, "FIELD_OUT_OF_RANGE");
    expectRefused(world, { ...t, buyerFee: 1n << 60n }, "FIELD_OUT_OF_RANGE");
    expectRefused(world, { ...t, sellerFee: -(1n << 60n) - 1n }, "FIELD_OUT_OF_RANGE");
    const orders = { orderId: 0n, orderSize: 1n << 47n, limitPrice: 1n << 56n, maxFee: 1n << 60n, expiry: 1n << 40n };
    for (const [name, value] of Object.entries(orders)) {
      expectRefused(world, { ...t, buyOrder: { ...t.buyOrder, [name]: value } }, "FIELD_OUT_OF_RANGE");
    }
    refuse({ seller: 0 }, "ACCOUNT_SAME");
    refuse({ seller: 99 }, "ACCOUNT_UNKNOWN");
  });

  it("keeps expiries and limits exactly", () => {
    accept({ buy: { expiry: START } });
    refuse({ buy: { expiry: START - 1n } }, "ORDER_EXPIRED");
    refuse({ sell: { expiry: START - 1n } }, "ORDER_EXPIRED");
    const p = price(50_000);
    accept({ price: p, buy: { limitPrice: p }, sell: { limitPrice: p } });
    refuse({ price: p, buy: { limitPrice: p - 1n } }, "LIMIT_VIOLATED");
    refuse({ price: p, sell: { limitPrice: p + 1n } }, "LIMIT_VIOLATED");
  });

  it("charges fees pro rata of the whole order's largest fee", () => {
    const half = { amount: 50n, buyerFee: 5n };
    accept({ ...half, buy: { orderSize: 100n, maxFee: 10n } });
    refuse({ ...half, buy: { orderSize: 100n, maxFee: 9n } }, "FEE_TOO_HIGH");
    refuse({ sellerFee: 1n, sell: { maxFee: 0n } }, "FEE_TOO_HIGH");
    accept({ buyerFee: 3n, sellerFee: -3n });
    refuse({ buyerFee: 3n, sellerFee: -4n }, "FEES_NEGATIVE");
  });

  it("fills partially, never beyond the order, never a dead lane", () => {
    const order = { orderId: 5n, orderSize: 150n };
    const once = accept({ buy: order, sell: order });
    expect(accountIn(once, 0)?.lanes[5]).toEqual({ orderId: 5n, filled: 100n });
    expectAccepted(once, signedTrade(venue, { amount: 50n, buy: order, sell: order }));
    expectRefused(once, signedTrade(venue, { amount: 51n, buy: order, sell: { orderId: 6n } }), "ORDER_OVERFILLED");
    expectRefused(once, signedTrade(venue, { amount: 51n, buy: { orderId: 6n }, sell: order }), "ORDER_OVERFILLED");
    const later = expectAccepted(once, signedTrade(venue, { buy: { orderId: 69n }, sell: { orderId: 7n } })); // 69 = 5 mod 64
    expect(accountIn(later, 0)?.lanes[5]).toEqual({ orderId: 69n, filled: 100n });
    expectRefused(later, signedTrade(venue, { amount: 1n, buy: order, sell: { orderId: 8n } }), "ORDER_REPLAYED");
  });

  it("refuses a replay of a whole trade", () => {
    const t = signedTrade(venue);
    expectRefused(expectAccepted(world, t), t, "ORDER_OVERFILLED");
  });

  it("lets reduce-only orders shrink to zero and not one lot further", () => {
    const long = at(venue, accept({ amount: 100n }));
    const close = { buyer: 1, seller: 0, buy: { orderId: 2n }, sell: { orderId: 2n, reduceOnly: true } };
    expectAccepted(long.world, signedTrade(long, { ...close, amount: 100n }));
    expectRefused(long.world, signedTrade(long, { ...close, amount: 101n }), "REDUCE_ONLY_VIOLATED");
    expectRefused(long.world, signedTrade(long, { buy: { orderId: 2n, reduceOnly: true }, sell: { orderId: 2n } }), "REDUCE_ONLY_VIOLATED");
    refuse({ buy: { reduceOnly: true } }, "REDUCE_ONLY_VIOLATED");
  });

  it("keeps spot non-negative and sizes in their width", () => {
    accept({ instrument: BTC_SPOT, amount: 1_000_000n });
    refuse({ instrument: BTC_SPOT, amount: 1_000_001n }, "BALANCE_TOO_SMALL");
    const cheap = makeWorld({
      prices: { index: [1n, 1n] },
      config: { openInterestCap: Array.from({ length: 10 }, () => (1n << 63n) - 1n) },
    });
    const top = (1n << 47n) - 1n;
    const brim = patchAccount(cheap.world, 0, { sizes: sizes(BTC_PERP, top - 5n), perpCheckpoints: cheap.world.prices.perpIndex });
    expectAccepted(brim, signedTrade(cheap, { amount: 5n }));
    expectRefused(brim, signedTrade(cheap, { amount: 6n }), "OVERFLOW");
    const low = patchAccount(cheap.world, 1, { sizes: sizes(BTC_PERP, 5n - (1n << 47n)), perpCheckpoints: cheap.world.prices.perpIndex });
    expectAccepted(low, signedTrade(cheap, { amount: 5n }));
    expectRefused(low, signedTrade(cheap, { amount: 6n }), "OVERFLOW");
  });

  it("refuses cash and fees beyond their width", () => {
    const bottom = patchAccount(world, 1, { cash: (1n << 95n) - 1n });
    refuse({ price: price(50_001) }, "OVERFLOW", bottom);
    const funds = { ...world, header: { ...world.header, markets: { ...world.header.markets, fees: (1n << 95n) - 1n } } };
    accept({}, funds);
    refuse({ buyerFee: 1n }, "OVERFLOW", funds);
  });

  it("stops options at their expiry", () => {
    const expiring = (optionExpiry: bigint) => makeWorld({ config: { optionExpiry: Array.from({ length: 8 }, () => optionExpiry) } });
    const [open, closed] = [expiring(START + 1n), expiring(START)];
    expectAccepted(open.world, signedTrade(open, { instrument: BTC_CALL }));
    expectRefused(closed.world, signedTrade(closed, { instrument: BTC_CALL }), "INSTRUMENT_EXPIRED");
    expectAccepted(closed.world, signedTrade(closed));
  });

  it("caps open interest, but lets what is above the cap shrink or change hands", () => {
    const capped = makeWorld({ config: { openInterestCap: Array.from({ length: 10 }, () => 100n) } });
    expectAccepted(capped.world, signedTrade(capped, { amount: 100n }));
    expectRefused(capped.world, signedTrade(capped, { amount: 101n }), "OPEN_INTEREST_CAP");
    const { markets } = capped.world.header;
    const above = { ...capped.world.header, markets: { ...markets, openInterest: markets.openInterest.with(0, 500n) } };
    const w = patchAccount({ ...capped.world, header: above }, 1, { sizes: sizes(BTC_PERP, 500n) });
    expectAccepted(w, signedTrade(capped, { amount: 101n }));
    expectAccepted(patchAccount(w, 0, { sizes: sizes(BTC_PERP, -50n) }), signedTrade(capped, { amount: 50n }));
  });

  it("needs both sides healthy at the requirement exactly", () => {
    const bare = makeWorld({ spot: 0n });
    const lots = 100_000n;
    const required = (quote(5_000) * 165n * 125n) / 100_000n; // (16 % + 0.5 %) * 1.25 of 5,000 quote
    for (const index of [0, 1]) {
      const enough = patchAccount(bare.world, index, { cash: required });
      expectAccepted(enough, signedTrade(bare, { amount: lots }));
      const short = patchAccount(bare.world, index, { cash: required - 1n });
      expectRefused(short, signedTrade(bare, { amount: lots }), "MARGIN_TOO_LOW");
    }
  });

  it("lets an unhealthy account reduce, not grow and not turn", () => {
    const long = at(venue, accept({ amount: 1_000n }));
    const poor = patchAccount(long.world, 0, { cash: -quote(100_000) - 1n });
    const sell = (amount: bigint, over: TradeOver = {}) =>
      signedTrade(long, { buyer: 1, seller: 0, amount, buy: { orderId: 9n }, sell: { orderId: 9n }, ...over });
    expectAccepted(poor, sell(1n));
    expectAccepted(poor, sell(1_000n));
    expectRefused(poor, sell(1_001n), "MARGIN_TOO_LOW");
    expectRefused(poor, signedTrade(long, { amount: 1n, buy: { orderId: 9n }, sell: { orderId: 9n } }), "MARGIN_TOO_LOW");
    // equity below zero may not fall: a fee, or a price below the mark, is too much
    expectRefused(poor, sell(1n, { sellerFee: 1n }), "MARGIN_TOO_LOW");
    expectRefused(poor, sell(1n, { price: price(50_000) - 1n }), "MARGIN_TOO_LOW");
  });

  it("caps the exposure of a healthy account", () => {
    const rich = makeWorld({ prices: { index: [price(1 << 30), price(1)] }, spot: 0n, cash: (1n << 60n) - 1n });
    const under = price(1 << 30) >> 16n;
    const w = patchAccount(patchAccount(rich.world, 0, { cash: 1n << 90n }), 1, { cash: 1n << 90n });
    const most = (1n << 60n) / under;
    expect(most * under).toBe(1n << 60n);
    expectAccepted(w, signedTrade(rich, { amount: most - 1n }));
    expectRefused(w, signedTrade(rich, { amount: most }), "EXPOSURE_TOO_LARGE");
  });
});
