// docs/rules.md section 2, formula by formula.
import { describe, expect, it } from "vitest";
import { poseidon } from "../../../core/poseidon.js";
import {
  accountLeaf,
  chainHash,
  chainsHash,
  configHash,
  custodyHash,
  fundsHash,
  indicesHash,
  keySetHash,
  keysHash,
  laterConfigHash,
  marketsHash,
  metaHash,
  openInterestHash,
  optionTypes,
  packSizes,
  positionsHash,
  settlementHash,
  stateRoot,
} from "../../../ledger/hashing.js";
import { EMPTY_LANES, ordersRoot } from "../../../ledger/orders.js";
import type { Account, Config, Header, Markets } from "../../../ledger/types.js";
import { committeeKey, emptyVenue, exitOf, governanceKey, testConfig, userKey } from "../../helpers/ledger-fixtures.js";

/** n different values. */
const some = (from: number, n: number): bigint[] => Array.from({ length: n }, (_, i) => BigInt(from + i));

const config: Config = testConfig({
  fundingCap: [3n, 4n],
  phi: some(100, 12),
  optionStrike: some(200, 8),
  interestRate: 9n,
  breakerBand: [5n, 6n],
});
const markets: Markets = {
  ...emptyVenue().header.markets,
  priceHash: 77n,
  fundingIntegral: [-1n, 2n],
  squaredReturnIntegral: [3n, 4n],
  variance: [5n, 6n],
  breakerUntil: [7n, 8n],
  interestIndex: 9n,
  totalBorrow: 10n,
  settlementValue: some(20, 8),
  openInterest: some(30, 10),
  insurance: 11n,
  fees: 12n,
  perpetualPool: -13n,
  config,
};
const chains = [
  { contract: 1n, custody: [2n, 3n, 4n], depositHead: 5n, withdrawalHead: 6n, depositCount: 7n, withdrawalCount: 8n },
  { contract: 11n, custody: [12n, 13n, 14n], depositHead: 15n, withdrawalHead: 16n, depositCount: 17n, withdrawalCount: 18n },
];
const header: Header = { accountsRoot: 99n, markets, chains, meta: { ledgerId: 1n, batchNumber: 2n, timestamp: 3n, historyHash: 4n } };
const account: Account = {
  owner: userKey(0).publicKey,
  exitAddress: exitOf(0),
  nonce: 3n,
  cash: -5n,
  interestCheckpoint: 6n,
  minOrderId: 7n,
  lanes: EMPTY_LANES,
  sizes: [1n, 2n, -3n, 4n, -5n, 6n, 7n, -(1n << 47n), 9n, 10n, 11n, (1n << 47n) - 1n],
  perpCheckpoints: [-8n, 9n],
};

describe("account leaf", () => {
  it("packs four biased sizes a word", () => {
    const half = 1n << 47n;
    expect(packSizes([1n, -2n, 3n, -half])).toBe(half + 1n + ((half - 2n) << 48n) + ((half + 3n) << 96n));
    const words = [0, 4, 8].map((i) => packSizes(account.sizes.slice(i, i + 4)));
    expect(positionsHash(account.sizes, account.perpCheckpoints)).toBe(poseidon([...words, -8n, 9n]));
  });

  it("never collides for sizes in their width", () => {
    const edges = [-(1n << 47n), -1n, 0n, 1n, (1n << 47n) - 1n];
    const words = edges.flatMap((a) => edges.flatMap((b) => edges.map((c) => packSizes([a, b, c, 0n]))));
    expect(new Set(words).size).toBe(125);
  });

  it("is P9 of the account, and 0 for none", () => {
    const { ax, ay } = account.owner;
    const positions = positionsHash(account.sizes, account.perpCheckpoints);
    expect(accountLeaf(account)).toBe(poseidon([ax, ay, exitOf(0), 3n, -5n, 6n, 7n, ordersRoot(EMPTY_LANES), positions]));
    expect(accountLeaf(undefined)).toBe(0n);
  });
});

describe("markets", () => {
  it("hash their parts", () => {
    expect(settlementHash(some(20, 8))).toBe(poseidon(some(20, 8)));
    const indices = [-1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, poseidon(some(20, 8))];
    expect(indicesHash(markets)).toBe(poseidon(indices));
    expect(openInterestHash(markets.openInterest)).toBe(poseidon(some(30, 10)));
    expect(fundsHash(markets)).toBe(poseidon([11n, 12n, -13n]));
    const keys = [committeeKey, governanceKey].map((of) => poseidon([0, 1, 2].flatMap((n) => [of(n).publicKey.ax, of(n).publicKey.ay])));
    expect(keySetHash(markets.committee)).toBe(keys[0]);
    expect(keysHash(markets)).toBe(poseidon(keys));
    const parts = [
      77n,
      indicesHash(markets),
      openInterestHash(markets.openInterest),
      fundsHash(markets),
      configHash(config),
      keysHash(markets),
    ];
    expect(marketsHash(markets)).toBe(poseidon(parts));
  });

  it("hash the whole config", () => {
    expect(optionTypes([true, false, true, true, false, false, false, true])).toBe(0b10001101n);
    const zeros = [0n, 0n];
    const later = [...zeros, ...zeros, ...zeros, 5n, 6n, ...zeros, 9n, 0b01010101n, poseidon(some(200, 4)), poseidon(some(204, 4))];
    expect(laterConfigHash(config)).toBe(poseidon(later));
    const liquidation = poseidon([config.discountRate, config.discountShare, config.bounty, config.dustEquity, 0n]);
    const collateral = poseidon([...config.haircut, ...config.shock, 3n, 4n, config.initialFactor, liquidation]);
    const options = poseidon([...config.optionExpiry, laterConfigHash(config)]);
    expect(configHash(config)).toBe(poseidon([collateral, poseidon(some(100, 12)), poseidon(config.openInterestCap), options]));
  });

  it("hash differently when any config value differs", () => {
    const hashes = new Set([configHash(config)]);
    const bump = (value: unknown): unknown => {
      if (typeof value === "bigint") return value + 1n;
      if (typeof value === "boolean") return !value;
      return (value as unknown[]).with(-1, bump((value as unknown[]).at(-1)));
    };
    for (const [name, value] of Object.entries(config)) hashes.add(configHash({ ...config, [name]: bump(value) }));
    expect(hashes.size).toBe(Object.keys(config).length + 1);
  });
});

describe("state root", () => {
  it("is P4 of accounts, markets, chains and meta", () => {
    const [first, second] = chains;
    if (first === undefined || second === undefined) throw new Error("two chains");
    expect(custodyHash(first.custody)).toBe(poseidon([2n, 3n, 4n]));
    expect(chainHash(first)).toBe(poseidon([1n, poseidon([2n, 3n, 4n]), 5n, 6n, 7n + (8n << 64n)]));
    expect(chainsHash(chains)).toBe(poseidon([chainHash(first), chainHash(second), 0n, 0n]));
    expect(metaHash(header.meta)).toBe(poseidon([1n, 2n, 3n, 4n]));
    expect(stateRoot(header)).toBe(poseidon([99n, marketsHash(markets), chainsHash(chains), metaHash(header.meta)]));
  });
});
