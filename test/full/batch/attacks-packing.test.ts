// One message, two readings (packed fields that overflow into their neighbours) and numbers below zero: what a prover might claim of what was signed.
import { beforeAll, describe, it } from "vitest";
import { EMPTY_LANES, withLane } from "../../../ledger/orders.js";
import type { Order, Trade, Transition } from "../../../ledger/types.js";
import { cancel, deposit, liquidate, trade, transfer, withdraw } from "../../helpers/acts.js";
import { type Bench, expectNoProof, forgeBatch, type Place, tinyBench } from "../../helpers/agreement.js";
import { BTC_PERP, batchOf, price, quote, type Venue } from "../../helpers/ledger-fixtures.js";
import { R } from "../../helpers/r1cs.js";
import { A, B, scene, sizes } from "../../helpers/scene.js";

const venue = scene();
const victim = scene({ accounts: { [A]: { cash: -quote(10), sizes: sizes({ [BTC_PERP]: 1_000n }) } } });

const kinds: Place = { template: /Kinds/, wire: /^main\.(kinds|chain)\[0\]/, also: /^main\.(slot|read)\[0\]/ };
const select: Place = { template: /SelectByAddress/, wire: /^main\.read\[0\]/, also: /^main\./ };
const order = (side: 0 | 1, also = /^$/): Place => ({
  template: /OrderSide|OrderLanes|Slot/,
  wire: new RegExp(`slot\\[0\\]\\.(orders|expiryRange|unexpired)\\[${side}\\]`),
  also,
});
const terms: Place = { template: /Liquidate/, wire: /slot\[0\]\.terms/ };

interface Attack {
  readonly at: Venue;
  /** What the user signed, and what the prover says that it means: the messages are equal. */
  readonly claim: Transition;
  readonly place: Place;
}

const reread = (t: Trade, side: "buyOrder" | "sellOrder", change: (o: Order) => Partial<Order>): Trade => ({
  ...t,
  [side]: { ...t[side], ...change(t[side]) },
});

/** The lane of order 5 is nearly as full as a lane can be, so a claimed size of 2^48 + 1 would leave less than 2^47. */
const brim = scene({ accounts: { [A]: { lanes: withLane(EMPTY_LANES, 5, { orderId: 5n, filled: (1n << 47n) - 1n }) } } });
const small = { orderId: 5n, orderSize: 1n, limitPrice: price(50_000) + 1n };
const base = trade(venue, { buy: { maxFee: 9n }, sell: { maxFee: 9n } });
const cheque = withdraw(venue);
const payment = transfer(venue);
const seizure = liquidate(victim, { leastReward: 5n });
const sale = trade(venue, { buyer: B, seller: A });

const packing: Record<string, Attack> = {
  "order size + 2^48 for limit price - 1, to fill an order again": {
    at: brim,
    claim: reread(trade(brim, { amount: 3n, buy: small }), "buyOrder", (o) => ({
      orderSize: o.orderSize + (1n << 48n),
      limitPrice: o.limitPrice - 1n,
    })),
    place: order(0),
  },
  "limit price + 2^58 for largest fee - 1": {
    at: venue,
    claim: reread(base, "buyOrder", (o) => ({ limitPrice: o.limitPrice + (1n << 58n), maxFee: o.maxFee - 1n })),
    place: order(0),
  },
  "limit price - 2^58 for largest fee + 1": {
    at: venue,
    claim: reread(base, "sellOrder", (o) => ({ limitPrice: o.limitPrice - (1n << 58n), maxFee: o.maxFee + 1n })),
    place: order(1),
  },
  "expiry + 2^48 for order size - 1": {
    at: venue,
    claim: reread(base, "sellOrder", (o) => ({ expiry: o.expiry + (1n << 48n), orderSize: o.orderSize - 1n })),
    place: order(1),
  },
  "expiry - 2^48 for order size + 1": {
    at: venue,
    claim: reread(base, "sellOrder", (o) => ({ expiry: o.expiry - (1n << 48n), orderSize: o.orderSize + 1n })),
    place: order(1),
  },
  "a sell order of a perpetual as a buy order of instrument 18": {
    at: venue,
    claim: { ...base, instrument: 18, buyOrder: { ...base.buyOrder, maxFee: 0n, signature: sale.sellOrder.signature } },
    place: kinds,
  },
  "amount - 1 for chain 16": { at: venue, claim: { ...cheque, amount: cheque.amount - 1n, chain: 16 }, place: kinds },
  "chain -1 for instrument 28": { at: venue, claim: { ...cheque, chain: -1, instrument: 28 }, place: kinds },
  "amount - 1 for payee + 2^36": { at: venue, claim: { ...payment, amount: payment.amount - 1n, to: B + 2 ** 36 }, place: select },
  "payee - 1 for instrument + 16": { at: venue, claim: { ...payment, to: B - 1, instrument: 28 }, place: kinds },
  "least reward - 1 for fraction + 8": {
    at: victim,
    claim: { ...seizure, fraction: seizure.fraction + 8, leastReward: seizure.leastReward - 1n },
    place: kinds,
  },
  "least reward + 2^61 for expiry - 1": {
    at: victim,
    claim: { ...seizure, leastReward: seizure.leastReward + (1n << 61n), expiry: seizure.expiry - 1n },
    place: terms,
  },
  "fraction - 1 for victim + 2^32": {
    at: victim,
    claim: { ...seizure, fraction: 0, victim: A + 2 ** 32 },
    place: { ...select, template: /Kinds/ },
  },
  "a deposit's amount - 1 for instrument + 16": { at: venue, claim: deposit({ instrument: 28, amount: 4n }), place: kinds },
};

const negative: Record<string, Attack> = {
  "transfer of -10 quote": { at: venue, claim: transfer(venue, { amount: -quote(10) }), place: kinds },
  "withdraw of -1": { at: venue, claim: withdraw(venue, { amount: -1n }), place: kinds },
  "deposit of -1 lot": { at: venue, claim: deposit({ instrument: 0, amount: -1n }), place: kinds },
  "trade of -5 lots": { at: venue, claim: trade(venue, { amount: -5n, buy: { orderSize: 5n }, sell: { orderSize: 5n } }), place: kinds },
  "trade at a price of -1": {
    at: venue,
    claim: trade(venue, { price: -1n, buy: { limitPrice: 5n }, sell: { limitPrice: 0n } }),
    place: { template: /Payment/, wire: /slot\[0\]\.payment\.range/, also: /slot\[0\]\.orders/ },
  },
  "an order size of -1": { at: venue, claim: trade(venue, { buy: { orderSize: -1n } }), place: order(0) },
  "a sell limit of -1": { at: venue, claim: trade(venue, { sell: { limitPrice: -1n } }), place: order(1) },
  "a largest fee of -1": { at: venue, claim: trade(venue, { buy: { maxFee: -1n } }), place: order(0) },
  "an expiry of -1": { at: venue, claim: trade(venue, { sell: { expiry: -1n } }), place: order(1) },
  "an order id of -1": { at: venue, claim: trade(venue, { sell: { orderId: R - 1n } }), place: order(1) },
  "cancel up to -1": {
    at: venue,
    claim: cancel(venue, { newMinOrderId: -1n }),
    place: { template: /Slot/, wire: /slot\[0\]\.(floorRange|rises)/ },
  },
  "a least reward of -1": { at: victim, claim: liquidate(victim, { leastReward: -1n }), place: terms },
  "a fraction of -1": { at: victim, claim: liquidate(victim, { fraction: -1 }), place: kinds },
};

describe.each([
  { title: "one message read as another", attacks: packing },
  { title: "numbers below zero", attacks: negative },
])("$title", ({ attacks }) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await tinyBench();
  });
  for (const [name, { at, claim, place }] of Object.entries(attacks)) {
    it(`refuses ${name}`, async () => {
      await expectNoProof(bench, await forgeBatch(bench, at.state, batchOf(at, [claim])), place);
    });
  }
});
