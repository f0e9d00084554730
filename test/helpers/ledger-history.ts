// A small ledger from its genesis on, in memory: deposits, then trades and transfers at moving prices. Equal seeds give equal states.
import { type Executed, executeBatch } from "../../ledger/batch.js";
import { type MemoryState, nextState } from "../../ledger/memory-state.js";
import type { Batch, Profile, Transition } from "../../ledger/types.js";
import {
  BTC_CALL,
  BTC_PERP,
  depositOf,
  ETH_PERP,
  emptyVenue,
  openVenue,
  price,
  quote,
  START,
  signedReport,
  signedTrade,
  signedTransfer,
} from "./ledger-fixtures.js";

export interface HistoryOptions {
  /** @defaultValue 3 */
  readonly batches?: number;
  /** Changes amounts and prices. @defaultValue 1 */
  readonly seed?: number;
  /** After this batch another seed takes over: two branches of one ledger. */
  readonly fork?: { readonly after: number; readonly seed: number };
  /** Levels of the accounts tree. @defaultValue 4 */
  readonly nLevels?: number;
  /** Indices of the accounts, at least two. @defaultValue 0, 1, 5 and 200 */
  readonly accounts?: readonly number[];
  /** Seconds between two reports. @defaultValue 60 */
  readonly interval?: number;
}

/** One batch: the state before it, what it did, the state after it. */
export interface Step {
  readonly before: MemoryState;
  readonly executed: Executed;
  readonly after: MemoryState;
}

export interface History {
  readonly genesis: MemoryState;
  /** Batch n is steps[n - 1]. */
  readonly steps: readonly Step[];
  readonly profile: Profile;
}

const INSTRUMENTS = [BTC_PERP, ETH_PERP, BTC_CALL] as const;

const reportOf = (n: number, seed: number, interval: number) =>
  signedReport({
    time: START + BigInt(n * interval),
    index: [price(50_000 + ((n * 37 + seed * 11) % 200)), price(30_000 + ((n * 23 + seed * 7) % 100))],
    fundingIntegral: [BigInt(n) << 40n, -(BigInt(n) << 39n)],
    squaredReturnIntegral: [BigInt(n), BigInt(2 * n)],
  });

function transitionsOf(
  state: MemoryState,
  n: number,
  seed: number,
  accounts: readonly number[],
  batch: Omit<Batch, "transitions">,
): Transition[] {
  if (n === 1)
    return accounts.flatMap((account, i) => [
      depositOf({ account, amount: quote(100_000 + 1_000 * i) }),
      depositOf({ account, chain: 1, instrument: 0, amount: 1_000_000n }),
    ]);
  const venue = openVenue(state, batch.report, { nTx: 2, nAccounts: 2, nLevels: state.tree.nLevels });
  const buyer = accounts[n % accounts.length] ?? 0;
  const seller = accounts[(n + 1) % accounts.length] ?? 0;
  const order = { orderId: BigInt(n) };
  const instrument = INSTRUMENTS[n % INSTRUMENTS.length] ?? BTC_PERP;
  return [
    signedTrade(venue, {
      buyer,
      seller,
      instrument,
      amount: BigInt(10 + ((seed * 7 + n) % 50)),
      buyerFee: 3n,
      sellerFee: 2n,
      buy: order,
      sell: order,
    }),
    signedTransfer(venue, { from: buyer, to: seller, amount: BigInt(1_000 + seed) }),
  ];
}

/** Executes the batches one after another. */
export function history({
  batches = 3,
  seed = 1,
  fork,
  nLevels = 4,
  accounts = [0, 1, 5, 200],
  interval = 60,
}: HistoryOptions = {}): History {
  const profile: Profile = { nTx: 2 * accounts.length, nAccounts: accounts.length, nLevels };
  const genesis = emptyVenue({ nLevels });
  const steps: Step[] = [];
  let before = genesis;
  for (let n = 1; n <= batches; n++) {
    const seedHere = fork !== undefined && n > fork.after ? fork.seed : seed;
    const report = reportOf(n, seedHere, interval);
    const executed = executeBatch(before, { report, transitions: transitionsOf(before, n, seedHere, accounts, { report }) }, profile);
    if (!executed.ok) throw new Error(`batch ${n} refused at ${executed.index}: ${executed.refusal.code}, ${executed.refusal.expected}`);
    const after = nextState(before, executed);
    steps.push({ before, executed, after });
    before = after;
  }
  return { genesis, steps, profile };
}
