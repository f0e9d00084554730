import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { R } from "../../../../core/field.js";
import { LANES, M, U } from "../../../../ledger/constants.js";
import { EMPTY_LANES } from "../../../../ledger/orders.js";
import { decodeAccount, encodeAccount } from "../../../../ledger/store/account-codec.js";
import { decodeBatch, encodeBatch } from "../../../../ledger/store/batch-record.js";
import { ByteReader, ByteWriter } from "../../../../ledger/store/bytes.js";
import { decodeHeader, encodeHeader } from "../../../../ledger/store/header-codec.js";
import { seal, unseal } from "../../../../ledger/store/seal.js";
import { genesisHeader, randomAccount, randomFrom, someAccount } from "./store-fixtures.js";

const fill = <T>(length: number, value: T): T[] => Array.from({ length }, () => value);

describe("integers as bytes", () => {
  it("come back, whatever their size and sign", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n })), (list) => {
        const reader = new ByteReader(new ByteWriter().ints(list).done(), "test");
        expect(reader.ints()).toEqual(list);
        reader.end();
      }),
      { seed: 42 },
    );
  });

  it.each([
    ["a leading zero", "020001"],
    ["a negative zero", "80"],
    ["too few bytes", "0301"],
    ["nothing", ""],
  ])("are refused with %s", (_, hex) => {
    expect(() => new ByteReader(Buffer.from(hex, "hex"), "test").int()).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
  });
});

describe("accounts as bytes", () => {
  const lane = { orderId: 2n ** 48n - 1n, filled: 2n ** 47n - 1n };
  it.each([
    ["the smallest", someAccount({ cash: -(2n ** 95n), sizes: fill(M, -(2n ** 47n)), perpCheckpoints: fill(U, -(2n ** 87n)), nonce: 0n })],
    ["the largest", someAccount({ cash: 2n ** 95n - 1n, sizes: fill(M, 2n ** 47n - 1n), lanes: fill(LANES, lane), exitAddress: R - 1n })],
    ["one lane", someAccount({ lanes: EMPTY_LANES.with(63, lane) })],
    ["a lane of order 0 that is filled", someAccount({ lanes: EMPTY_LANES.with(0, { orderId: 0n, filled: 1n }) })],
  ])("come back: %s", (_, account) => {
    expect(decodeAccount(encodeAccount(account), "test")).toEqual(account);
  });

  it("share the empty lanes", () => {
    expect(decodeAccount(encodeAccount(someAccount()), "test").lanes).toBe(EMPTY_LANES);
  });

  it("are refused with a byte more or less, or lanes out of order", () => {
    const random = randomFrom(43);
    for (let i = 0; i < 20; i++) {
      const bytes = encodeAccount(randomAccount(random));
      expect(() => decodeAccount(Buffer.concat([bytes, Buffer.of(0)]), "test")).toThrow(/too long/);
      expect(() => decodeAccount(bytes.subarray(0, -1), "test")).toThrow(/STORE_CORRUPT|too short/);
    }
    const two = encodeAccount(
      someAccount({ lanes: EMPTY_LANES.with(4, { orderId: 1n, filled: 0n }).with(5, { orderId: 1n, filled: 0n }) }),
    );
    two.writeUInt16BE(5, two.length - 10);
    expect(() => decodeAccount(two, "test")).toThrow(/out of place/);
  });
});

describe("headers and records as bytes", () => {
  it("come back", () => {
    const header = genesisHeader();
    const negative = { ...header, markets: { ...header.markets, perpetualPool: -(2n ** 95n), fundingIntegral: fill(U, -(2n ** 87n)) } };
    for (const h of [header, negative]) expect(decodeHeader(encodeHeader(h), "test")).toEqual(h);
    const record = { batchNumber: 7, oldRoot: 1n, newRoot: R - 1n, contentId: "ab", profile: { nTx: 1, nAccounts: 2, nLevels: 3 } };
    for (const rest of [
      { state: "executed", proofRef: undefined },
      { state: "settled", proofRef: "file:proof/7" },
    ] as const) {
      expect(decodeBatch(encodeBatch({ ...record, ...rest }), "test")).toEqual({ ...record, ...rest });
    }
  });
});

describe("seal", () => {
  it("shows any flipped bit, and a value under another key", () => {
    const key = Buffer.from("key");
    const sealed = seal(key, Buffer.from("value"));
    expect(unseal(key, sealed, "test").toString()).toBe("value");
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal(key, flipped, "test")).toThrow(/checksum/);
    }
    expect(() => unseal(Buffer.from("kez"), sealed, "test")).toThrow(/checksum/);
    expect(() => unseal(key, Buffer.alloc(3), "test")).toThrow(/checksum/);
  });
});
