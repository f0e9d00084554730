import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { poseidon } from "../../../core/poseidon.js";
import {
  cancelMessage,
  liquidateMessage,
  messagesOf,
  type OrderTerms,
  orderMessage,
  setKeyMessage,
  transferMessage,
  withdrawMessage,
} from "../../../ledger/messages.js";
import { pack } from "../../../ledger/range.js";
import { depositOf, makeWorld, signedSetKey, signedTrade } from "../../helpers/ledger-fixtures.js";

const ID = 5n;
const withdrawal = { account: 3, chain: 1, instrument: 12, amount: 77n, recipient: 9n, nonce: 4n };
const order: OrderTerms = {
  account: 3,
  instrument: 11,
  side: 1,
  orderId: 6n,
  orderSize: 100n,
  limitPrice: 50n,
  maxFee: 7n,
  expiry: 8n,
  reduceOnly: true,
};

describe("messages", () => {
  it("pack the fields of docs/rules.md section 3", () => {
    expect(withdrawMessage(ID, withdrawal)).toBe(poseidon([34n + 3n * 256n + (4n << 40n), ID, 12n + 16n + 77n * 256n, 9n]));
    const transfer = { from: 1, to: 2, instrument: 1, amount: 5n, nonce: 0n };
    expect(transferMessage(ID, transfer)).toBe(poseidon([35n + 256n, ID, 1n + 32n + (5n << 40n), 0n]));
    const body = 11n + 16n + 32n + (8n << 6n) + (100n << 54n) + (50n << 102n) + (7n << 160n);
    expect(orderMessage(ID, order)).toBe(poseidon([36n + 3n * 256n + (6n << 40n), ID, body, 0n]));
    const liquidation = { victim: 9, liquidator: 2, fraction: 4, leastReward: 3n, expiry: 11n, nonce: 1n };
    const slice = 9n + (4n << 32n) + (3n << 35n) + (11n << 96n);
    expect(liquidateMessage(ID, liquidation)).toBe(poseidon([37n + 512n + (1n << 40n), ID, slice, 0n]));
    expect(cancelMessage(ID, { account: 0, newMinOrderId: 12n, nonce: 2n })).toBe(poseidon([40n + (2n << 40n), ID, 12n, 0n]));
    const rekey = { account: 0, newOwner: { ax: 5n, ay: 6n }, nonce: 2n };
    expect(setKeyMessage(ID, rekey)).toBe(poseidon([41n + (2n << 40n), ID, 5n, 6n]));
  });

  it("throw where a field would leak into its neighbour", () => {
    for (const change of [
      { amount: 1n << 60n },
      { amount: -1n },
      { chain: 16 },
      { instrument: 16 },
      { recipient: 1n << 160n },
      { nonce: 1n << 48n },
    ]) {
      expect(() => withdrawMessage(ID, { ...withdrawal, ...change })).toThrow(/does not fit/);
    }
    const limits = { orderId: 48, orderSize: 47, limitPrice: 56, maxFee: 60, expiry: 40 };
    for (const [name, bits] of Object.entries(limits)) {
      orderMessage(ID, { ...order, [name]: (1n << BigInt(bits)) - 1n });
      expect(() => orderMessage(ID, { ...order, [name]: 1n << BigInt(bits) })).toThrow(/does not fit/);
    }
    expect(() => orderMessage(ID, { ...order, account: 2 ** 32 })).toThrow(/does not fit/);
  });

  it("differ for orders that differ in any field", () => {
    const arbitrary = fc.record({
      account: fc.nat(7),
      instrument: fc.nat(11),
      side: fc.constantFrom<0 | 1>(0, 1),
      orderId: fc.bigInt(1n, (1n << 48n) - 1n),
      orderSize: fc.bigInt(1n, (1n << 47n) - 1n),
      limitPrice: fc.bigInt(0n, (1n << 56n) - 1n),
      maxFee: fc.bigInt(0n, (1n << 60n) - 1n),
      expiry: fc.bigInt(0n, (1n << 40n) - 1n),
      reduceOnly: fc.boolean(),
    });
    const text = (terms: OrderTerms) => Object.values(terms).join();
    fc.assert(
      fc.property(arbitrary, arbitrary, (x, y) => text(x) === text(y) || orderMessage(ID, x) !== orderMessage(ID, y)),
      { seed: 11, numRuns: 150 },
    );
  });

  it("belong to one ledger, and are hashed again for another", () => {
    const venue = makeWorld({ accounts: 2 });
    const trade = signedTrade(venue);
    const first = messagesOf(1n, trade);
    expect(messagesOf(1n, trade)).toBe(first);
    expect(messagesOf(2n, trade).a).not.toBe(first.a);
    expect(messagesOf(1n, depositOf())).toEqual({ a: 0n, b: 0n });
    const rekey = messagesOf(1n, signedSetKey(venue));
    expect(rekey.a).toBe(rekey.b);
  });
});

describe("pack", () => {
  it("is injective over random parts of random widths", () => {
    const widths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
    const values = widths.chain((bits) =>
      fc.tuple(fc.constant(bits), ...[0, 1].map(() => fc.tuple(...bits.map((b) => fc.bigInt(0n, (1n << BigInt(b)) - 1n))))),
    );
    const below = (bits: readonly number[], i: number) => bits.slice(0, i).reduce((sum, b) => sum + b, 0);
    const word = (bits: readonly number[], parts: readonly bigint[]) =>
      pack(parts.map((value, i) => ["part", value, bits[i] ?? 0, below(bits, i)]));
    fc.assert(
      fc.property(values, ([bits, x = [], y = []]) => (word(bits, x) === word(bits, y)) === (`${x}` === `${y}`)),
      { seed: 12, numRuns: 500 },
    );
  });
});
