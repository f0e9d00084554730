// Random but plausible activity on a venue, from a pinned seed: for the ledger's long runs and for comparing the circuits with it.
import { K, M, QUOTE, U } from "../../ledger/constants.js";
import type { PriceReport, Transition } from "../../ledger/types.js";
import {
  accountOf,
  basePrices,
  depositOf,
  markOf,
  signedCancel,
  signedLiquidate,
  signedTrade,
  signedTransfer,
  signedWithdraw,
  type Venue,
} from "./ledger-fixtures.js";

/** Uniform numbers of a pinned seed (mulberry32). */
export interface Rng {
  /** An integer in [0, n). */
  readonly below: (n: number) => number;
}

export function rngOf(seed: number): Rng {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { below: (n) => Math.floor(next() * n) };
}

const pick = <T>(rng: Rng, items: readonly T[]): T => {
  const item = items[rng.below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

/** An order id that mostly lives: continues a lane's order, takes the lane over, or now and then is any small id. */
function randomLane(venue: Venue, rng: Rng, account: number, amount: bigint): { orderId: bigint; orderSize: bigint } {
  const lane = rng.below(64);
  const { lanes, minOrderId } = accountOf(venue, account);
  const held = lanes[lane] ?? { orderId: 0n, filled: 0n };
  if (rng.below(10) === 0) return { orderId: 1n + BigInt(rng.below(400)), orderSize: amount };
  if (held.orderId > 0n && rng.below(3) === 0) return { orderId: held.orderId, orderSize: held.filled + amount };
  const next = held.orderId === 0n ? BigInt(lane + 64) : held.orderId + 64n;
  return { orderId: next < minOrderId ? next + 64n * ((minOrderId - next) / 64n + 1n) : next, orderSize: amount };
}

function randomTrade(venue: Venue, rng: Rng, accounts: number): Transition {
  const instrument = rng.below(M);
  const buyer = rng.below(accounts);
  const seller = (buyer + 1 + rng.below(accounts - 1)) % accounts;
  const mark = markOf(venue, instrument);
  const price = mark + (mark * BigInt(rng.below(2_001) - 1_000)) / 200_000n + BigInt(rng.below(3)); // within half a percent
  const fee = BigInt(rng.below(5_000));
  const amount = BigInt(1 + rng.below(10 ** (1 + rng.below(6))));
  const order = (account: number) => ({
    ...randomLane(venue, rng, account, amount),
    maxFee: 4n * fee,
    reduceOnly: rng.below(12) === 0,
  });
  return signedTrade(venue, {
    buyer,
    seller,
    instrument,
    amount,
    price,
    buyerFee: fee,
    sellerFee: -BigInt(rng.below(Number(fee) + 1)),
    buy: order(buyer),
    sell: order(seller),
  });
}

const randomAmount = (rng: Rng, instrument: number): bigint =>
  instrument === QUOTE ? BigInt(1 + rng.below(2_000_000_000)) : BigInt(1 + rng.below(100_000));

function randomWithdraw(venue: Venue, rng: Rng, accounts: number): Transition {
  const instrument = pick(rng, [0, 1, QUOTE]);
  return signedWithdraw(venue, { account: rng.below(accounts), instrument, amount: randomAmount(rng, instrument), chain: rng.below(2) });
}

function randomTransfer(venue: Venue, rng: Rng, accounts: number): Transition {
  const instrument = pick(rng, [0, 1, QUOTE]);
  const from = rng.below(accounts);
  return signedTransfer(venue, { from, to: (from + 1) % accounts, instrument, amount: randomAmount(rng, instrument) });
}

function randomDeposit(rng: Rng, accounts: number): Transition {
  const instrument = pick(rng, [0, 1, QUOTE]);
  return depositOf({ account: rng.below(accounts), instrument, amount: randomAmount(rng, instrument), chain: rng.below(2) });
}

function randomLiquidate(venue: Venue, rng: Rng, accounts: number): Transition {
  const victim = rng.below(accounts);
  return signedLiquidate(venue, { victim, liquidator: (victim + 1 + rng.below(accounts - 1)) % accounts, fraction: pick(rng, [1, 2, 4]) });
}

/** A transition over the venue's open world; most are accepted. */
export function randomTransition(venue: Venue, rng: Rng, accounts: number): Transition {
  const dice = rng.below(100);
  if (dice < 55) return randomTrade(venue, rng, accounts);
  if (dice < 65) return randomTransfer(venue, rng, accounts);
  if (dice < 75) return randomWithdraw(venue, rng, accounts);
  if (dice < 82) return randomDeposit(rng, accounts);
  if (dice < 97) return randomLiquidate(venue, rng, accounts);
  const account = rng.below(accounts);
  return signedCancel(venue, { account, newMinOrderId: accountOf(venue, account).minOrderId + BigInt(rng.below(3)) });
}

/** The next report's prices: a random walk with an occasional jump, marks near their index, funding either way. */
export function nextPrices(before: Omit<PriceReport, "signatures">, rng: Rng): Omit<PriceReport, "signatures"> {
  const width = rng.below(5) === 0 ? 150 : 15; // per mille
  const walk = (x: bigint) => (x * BigInt(1_000 + rng.below(2 * width + 1) - width)) / 1_000n + BigInt(rng.below(1_000));
  const index = before.index.map(walk);
  const near = (x: bigint) => x + (x * BigInt(rng.below(21) - 10)) / 2_000n;
  const option = (k: number) => ((index[Math.floor((k * U) / K)] ?? 0n) * BigInt(10 + rng.below(90))) / 1_000n;
  return basePrices({
    time: before.time + 1n + BigInt(rng.below(60)),
    index,
    perpMark: index.map(near),
    optionMark: Array.from({ length: K }, (_, k) => option(k)),
    fundingIntegral: before.fundingIntegral.map((x) => x + BigInt(rng.below(2_000_001) - 1_000_000)),
    squaredReturnIntegral: before.squaredReturnIntegral.map((x) => x + BigInt(rng.below(1_000))),
  });
}
