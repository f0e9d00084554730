// The records of circuits/buses.circom as input signals, by name, for the tests of single templates.
import { MOVES } from "../../ledger/constants.js";
import { ordersRoot } from "../../ledger/orders.js";
import type { Prices } from "../../ledger/prices.js";
import type { Account, Chain, Config } from "../../ledger/types.js";
import type { Input } from "./circuit.js";

type Words = Record<string, Input[string]>;

const named = (prefix: string, words: Words): Words =>
  Object.fromEntries(Object.entries(words).map(([name, value]) => [`${prefix}.${name}`, value]));

/** Bits 0..9 say which of the columns 2..11 is negative. */
export const signsOf = (sizes: readonly bigint[]): bigint =>
  sizes.slice(2).reduceRight((word, size) => word * 2n + (size < 0n ? 1n : 0n), 0n);

/** min(size, 0) of columns 2..11. */
export const negativeOf = (sizes: readonly bigint[]): bigint[] => sizes.slice(2).map((size) => (size < 0n ? size : 0n));

export const accountBus = (prefix: string, account: Account, over: Words = {}): Words =>
  named(prefix, {
    exists: 1n,
    owner: [account.owner.ax, account.owner.ay],
    exitAddress: account.exitAddress,
    nonce: account.nonce,
    cash: account.cash,
    minOrderId: account.minOrderId,
    ordersRoot: ordersRoot(account.lanes),
    sizes: account.sizes,
    signs: signsOf(account.sizes),
    ...over,
  });

export function pricesBus(prefix: string, prices: Prices, config: Config): Words {
  const under = (k: number) => Math.floor(k / 4);
  const counts = config.shock.map((shock) => [8n, 16n, 32n].map((step) => (step <= shock ? 1n : 0n)));
  const magnitude = (j: number) => BigInt(Math.abs(MOVES[j >> 1] ?? 0));
  const phi = (i: number) => config.phi[i] ?? 0n;
  return named(prefix, {
    time: prices.time,
    index: prices.index,
    collateralPrice: prices.collateralPrice,
    perpMark: prices.perpMark,
    optionMark: prices.optionMark,
    perpIndex: prices.perpIndex,
    under: prices.under,
    ref: prices.ref,
    tailLong: prices.ref.map((ref, i) => phi(i) * ref),
    tailShort: prices.optionMark.map((_, k) => phi(4 + k) * (prices.under[under(k)] ?? 0n)),
    counts,
    drop: prices.scenario.map((row, k) =>
      row.map((value, j) => (magnitude(j) <= (config.shock[under(k)] ?? 0n) ? (prices.ref[4 + k] ?? 0n) - value : 0n)),
    ),
  });
}

export const limitsBus = (prefix: string, config: Config): Words =>
  named(prefix, {
    initialFactor: config.initialFactor,
    discountRate: config.discountRate,
    discountShare: config.discountShare,
    bounty: config.bounty,
    dustEquity: config.dustEquity,
    openInterestCap: config.openInterestCap,
    optionExpiry: config.optionExpiry,
  });

export const chainBus = (prefix: string, chain: Chain): Words =>
  named(prefix, {
    custody: chain.custody,
    depositHead: chain.depositHead,
    withdrawalHead: chain.withdrawalHead,
    depositCount: chain.depositCount,
    withdrawalCount: chain.withdrawalCount,
  });

const KINDS = ["noop", "deposit", "withdraw", "transfer", "trade", "liquidate", "cancel", "setKey"] as const;
export type KindName = (typeof KINDS)[number];

export const kindBus = (prefix: string, kind: KindName): Words =>
  named(prefix, Object.fromEntries(KINDS.map((name) => [name, name === kind ? 1n : 0n])));

/** One-hot over the 13 columns; none for a negative one. */
export const columnOf = (instrument: number): bigint[] => Array.from({ length: 13 }, (_, i) => (i === instrument ? 1n : 0n));
