// The commitment to a state: docs/rules.md section 2, one function per named hash.
import type { PublicKey } from "../core/eddsa.js";
import { poseidon, poseidonMany } from "../core/poseidon.js";
import { MAX_CHAINS } from "./constants.js";
import { ordersRoots } from "./orders.js";
import type { Account, Chain, Config, Header, Markets, Meta } from "./types.js";

const SIZE_BIAS = 1n << 47n;

/** pack: four signed sizes, 48 bits each. */
export const packSizes = (sizes: readonly bigint[]): bigint => sizes.reduceRight((word, size) => (word << 48n) + size + SIZE_BIAS, 0n);

const positionWords = (sizes: readonly bigint[], perpCheckpoints: readonly bigint[]): bigint[] => [
  packSizes(sizes.slice(0, 4)),
  packSizes(sizes.slice(4, 8)),
  packSizes(sizes.slice(8, 12)),
  ...perpCheckpoints,
];

export const positionsHash = (sizes: readonly bigint[], perpCheckpoints: readonly bigint[]): bigint =>
  poseidon(positionWords(sizes, perpCheckpoints));

/** The leaves of accounts, whose hashes are made together. */
export function accountLeaves(accounts: readonly Account[]): readonly bigint[] {
  const orders = ordersRoots(accounts.map((account) => account.lanes));
  const positions = poseidonMany(
    5,
    accounts.flatMap((account) => positionWords(account.sizes, account.perpCheckpoints)),
  );
  const words = accounts.flatMap(({ owner, exitAddress, nonce, cash, interestCheckpoint, minOrderId }, i) => {
    return [owner.ax, owner.ay, exitAddress, nonce, cash, interestCheckpoint, minOrderId, orders[i] ?? 0n, positions[i] ?? 0n];
  });
  return poseidonMany(9, words);
}

/** The leaf of an account; 0 for one that does not exist. */
export const accountLeaf = (account: Account | undefined): bigint => (account === undefined ? 0n : (accountLeaves([account])[0] ?? 0n));

export const settlementHash = (values: readonly bigint[]): bigint => poseidon(values);

export const indicesHash = (m: Markets): bigint =>
  poseidon([
    ...m.fundingIntegral,
    ...m.squaredReturnIntegral,
    ...m.variance,
    ...m.breakerUntil,
    m.interestIndex,
    m.totalBorrow,
    cached(settlements, m.settlementValue, settlementHash),
  ]);

export const openInterestHash = (openInterest: readonly bigint[]): bigint => poseidon(openInterest);

export const fundsHash = (m: Markets): bigint => poseidon([m.insurance, m.fees, m.perpetualPool]);

/** Bit k is set for a call. */
export const optionTypes = (calls: readonly boolean[]): bigint => calls.reduceRight((word, call) => word * 2n + (call ? 1n : 0n), 0n);

/** The part of the config that this version carries but does not use. */
export const laterConfigHash = (c: Config): bigint =>
  poseidon([
    ...c.shockMultiplier,
    ...c.varianceHorizon,
    ...c.varianceTau,
    ...c.breakerBand,
    ...c.breakerSeconds,
    c.interestRate,
    optionTypes(c.optionCall),
    poseidon(c.optionStrike.slice(0, 4)),
    poseidon(c.optionStrike.slice(4, 8)),
  ]);

/** Hash of the whole config. */
export function configHash(c: Config): bigint {
  const liquidation = poseidon([c.discountRate, c.discountShare, c.bounty, c.dustEquity, 0n]);
  return poseidon([
    poseidon([...c.haircut, ...c.shock, ...c.fundingCap, c.initialFactor, liquidation]),
    poseidon(c.phi),
    poseidon(c.openInterestCap),
    poseidon([...c.optionExpiry, laterConfigHash(c)]),
  ]);
}

/** Hash of three keys: the committee's or the governance's. */
export const keySetHash = (keys: readonly PublicKey[]): bigint => poseidon(keys.flatMap((key) => [key.ax, key.ay]));

// PERF: the parts that never change within a ledger are hashed once per object.
const configs = new WeakMap<Config, bigint>();
const keySets = new WeakMap<readonly PublicKey[], bigint>();
const settlements = new WeakMap<readonly bigint[], bigint>();

function cached<K extends WeakKey>(known: WeakMap<K, bigint>, key: K, hash: (key: K) => bigint): bigint {
  const found = known.get(key) ?? hash(key);
  known.set(key, found);
  return found;
}

export const keysHash = (m: Markets): bigint =>
  poseidon([cached(keySets, m.committee, keySetHash), cached(keySets, m.governance, keySetHash)]);

export const marketsHash = (m: Markets): bigint =>
  poseidon([
    m.priceHash,
    indicesHash(m),
    openInterestHash(m.openInterest),
    fundsHash(m),
    cached(configs, m.config, configHash),
    keysHash(m),
  ]);

export const custodyHash = (custody: readonly bigint[]): bigint => poseidon(custody);

export const chainHash = (c: Chain): bigint =>
  poseidon([c.contract, custodyHash(c.custody), c.depositHead, c.withdrawalHead, c.depositCount + (c.withdrawalCount << 64n)]);

export const chainsHash = (chains: readonly Chain[]): bigint =>
  poseidon(Array.from({ length: MAX_CHAINS }, (_, i) => (chains[i] === undefined ? 0n : chainHash(chains[i]))));

export const metaHash = (m: Meta): bigint => poseidon([m.ledgerId, m.batchNumber, m.timestamp, m.historyHash]);

/** What contracts and clients hold: the commitment to everything. */
export const stateRoot = (h: Header): bigint => poseidon([h.accountsRoot, marketsHash(h.markets), chainsHash(h.chains), metaHash(h.meta)]);
