// A funded venue and everything users sign, for the tests of the ledger, the circuits and the prover. Fixtures are functions; all seeds are pinned.
//
// const venue = makeWorld({ accounts: 3 });
// const t = signedTrade(venue, { buyer: 0, seller: 1, instrument: BTC_PERP, amount: 100n });
// applyTransition(venue.world, t);                      // one transition
// batchWitness(venue.state, batchOf(venue, [t]), venue.profile); // a whole batch
import { keyFromSeed, type Signature, type SigningKey } from "../../core/eddsa.js";
import { executeBatch } from "../../ledger/batch.js";
import { K, M, MOVES, QUOTE, SCENARIOS, U } from "../../ledger/constants.js";
import { contractWord, genesis } from "../../ledger/genesis.js";
import { emptyState, type MemoryState, nextState } from "../../ledger/memory-state.js";
import {
  cancelMessage,
  liquidateMessage,
  orderMessage,
  orderTerms,
  setKeyMessage,
  transferMessage,
  withdrawMessage,
} from "../../ledger/messages.js";
import { priceHash } from "../../ledger/prices.js";
import type {
  Account,
  Batch,
  Cancel,
  Config,
  Deposit,
  Liquidate,
  Order,
  PriceReport,
  Profile,
  SetKey,
  Trade,
  Transfer,
  Transition,
  Withdraw,
} from "../../ledger/types.js";
import { openWorld, type World } from "../../ledger/world.js";
import { accelerate } from "../../native/accelerate.js";

accelerate();

export const BTC_SPOT = 0;
export const ETH_SPOT = 1;
export const BTC_PERP = 2;
export const ETH_PERP = 3;
/** A call on BTC; the put is the next column. */
export const BTC_CALL = 4;
export const LEDGER_ID = 7n;
export const START = 1_700_000_000n;
export const LAST_TIME = (1n << 40n) - 1n;

/** A price at scale 2^24 of whole 1e-6 quote per lot. */
export const price = (microQuote: number | bigint): bigint => BigInt(microQuote) << 24n;
/** Quote in 1e-6. */
export const quote = (whole: number): bigint => BigInt(whole) * 1_000_000n;

const keys = new Map<string, SigningKey>();

/** The n-th key of a role; the same at every call. */
export function keyOf(n: number, role = 0): SigningKey {
  const name = `${role}:${n}`;
  const seed = Uint8Array.from({ length: 32 }, (_, i) => [role, n & 255, n >> 8][i] ?? 0);
  const key = keys.get(name) ?? keyFromSeed(seed);
  keys.set(name, key);
  return key;
}

export const userKey = (n: number): SigningKey => keyOf(n, 1);
export const committeeKey = (n: number): SigningKey => keyOf(n, 2);
export const governanceKey = (n: number): SigningKey => keyOf(n, 3);

const fill = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

/** 10 % haircut, 16 % shock, 1.25 initial factor, half of the shortfall as discount, half of it to the liquidator. */
export const testConfig = (over: Partial<Config> = {}): Config => ({
  haircut: fill(U, 6_554n),
  shock: fill(U, 16n),
  fundingCap: fill(U, 1n << 22n),
  initialFactor: 320n,
  discountRate: 32_768n,
  discountShare: 32_768n,
  bounty: quote(5),
  dustEquity: quote(20),
  phi: fill(M, 50n),
  openInterestCap: fill(M - U, 1n << 40n),
  optionExpiry: fill(K, START + 30n * 86_400n),
  shockMultiplier: fill(U, 0n),
  varianceHorizon: fill(U, 0n),
  varianceTau: fill(U, 0n),
  breakerBand: fill(U, 0n),
  breakerSeconds: fill(U, 0n),
  interestRate: 0n,
  optionCall: Array.from({ length: K }, (_, k) => k % 2 === 0),
  optionStrike: Array.from({ length: K }, (_, k) => price(k < K / 2 ? 50_000 : 30_000)),
  ...over,
});

/** BTC 50,000 and ETH 30,000 micro quote a lot; options at 5 % of their underlying, values moving four times as much. */
export function basePrices(over: Partial<Omit<PriceReport, "signatures">> = {}): Omit<PriceReport, "signatures"> {
  const index = over.index ?? [price(50_000), price(30_000)];
  const optionMark = over.optionMark ?? Array.from({ length: K }, (_, k) => (index[Math.floor((k * U) / K)] ?? 0n) / 20n);
  return {
    time: START,
    index,
    perpMark: index,
    optionMark,
    fundingIntegral: fill(U, 0n),
    squaredReturnIntegral: fill(U, 0n),
    scenario: optionMark.map((mark, k) => scenarioRow(mark, k % 2 === 0)),
    ...over,
  };
}

function scenarioRow(mark: bigint, call: boolean): bigint[] {
  return Array.from({ length: SCENARIOS }, (_, j) => {
    const percent = (MOVES[j >> 1] ?? 0) * (call ? 4 : -4) + (j % 2 === 0 ? 10 : -10);
    return ((mark >> 16n) * BigInt(Math.max(0, 100 + percent))) / 100n;
  });
}

/** A report over `prices` signed by two members of the fixture committee. */
export function signedReport(
  prices: Partial<Omit<PriceReport, "signatures">> = {},
  { ledgerId = LEDGER_ID, signers = [0, 1] }: { readonly ledgerId?: bigint; readonly signers?: readonly number[] } = {},
): PriceReport {
  const unsigned = basePrices(prices);
  const hash = priceHash(ledgerId, unsigned);
  return { ...unsigned, signatures: signers.map((signer) => ({ signer, signature: committeeKey(signer).sign(hash) })) };
}

export interface Venue {
  readonly ledgerId: bigint;
  /** Large enough for one transition per account; the tree has `nLevels`. */
  readonly profile: Profile;
  /** Committed: genesis and one batch of deposits. Account i belongs to `userKey(i)` unless rekeyed. */
  readonly state: MemoryState;
  /** The report of the open batch, later than the deposits'. */
  readonly report: PriceReport;
  /** The open batch: no transition applied yet. */
  readonly world: World;
}

export interface VenueOptions {
  /** @defaultValue 3 */
  readonly accounts?: number;
  readonly nLevels?: number;
  /** Cash of every account, 1e-6 quote. @defaultValue 100,000 quote */
  readonly cash?: bigint;
  /** Lots of both spot columns of every account. @defaultValue 1,000,000 */
  readonly spot?: bigint;
  readonly insurance?: bigint;
  readonly config?: Partial<Config>;
  /** Prices of the open batch; those of the deposits are the base prices. */
  readonly prices?: Partial<Omit<PriceReport, "signatures">>;
  /** Distinguishes venues: enters the exit addresses, so that states differ. @defaultValue 1 */
  readonly seed?: number;
  readonly checkSignatures?: boolean;
}

export const exitOf = (account: number, seed = 1): bigint => 0xe0000n + BigInt(seed) * 0x10000n + BigInt(account);

/** A genesis without accounts. */
export const emptyVenue = ({ nLevels = 4, insurance = quote(10_000), config = {} }: VenueOptions = {}): MemoryState =>
  emptyState(
    genesis({
      ledgerId: LEDGER_ID,
      config: testConfig(config),
      committee: [0, 1, 2].map((n) => committeeKey(n).publicKey),
      governance: [0, 1, 2].map((n) => governanceKey(n).publicKey),
      contracts: [contractWord(1n, 0xc0n), contractWord(10n, 0xc1n)],
      nLevels,
      insurance,
    }),
    nLevels,
  );

/** A venue whose accounts 0..n-1 hold cash (custody of chain 0) and spot (custody of chain 1), with an open batch. */
export function makeWorld(options: VenueOptions = {}): Venue {
  const { accounts = 3, nLevels = 4, cash = quote(100_000), spot = 1_000_000n, seed = 1 } = options;
  const profile: Profile = { nTx: Math.max(3 * accounts, 1), nAccounts: Math.max(accounts, 1), nLevels };
  const deposits = Array.from({ length: accounts }, (_, account) => [
    ...(cash > 0n ? [depositOf({ account, seed, amount: cash })] : []),
    ...(spot > 0n ? [BTC_SPOT, ETH_SPOT].map((instrument) => depositOf({ account, seed, chain: 1, instrument, amount: spot })) : []),
  ]).flat();
  const funded = advance(emptyVenue(options), { report: signedReport({ time: START - 100n }), transitions: deposits }, profile);
  return openVenue(funded, signedReport(options.prices), profile, options.checkSignatures);
}

/** Opens a batch over a state. */
export function openVenue(state: MemoryState, report: PriceReport, profile: Profile, checkSignatures = true): Venue {
  const opened = openWorld(state, report, checkSignatures);
  if (!opened.ok) throw new Error(`report refused: ${opened.refusal.code}`);
  return { ledgerId: state.header.meta.ledgerId, profile, state, report, world: opened.value };
}

/** The state after a batch that must be accepted. */
export function advance(state: MemoryState, batch: Batch, profile: Profile): MemoryState {
  const executed = executeBatch(state, batch, profile);
  if (!executed.ok) throw new Error(`refused at ${executed.index}: ${JSON.stringify(executed.refusal)}`);
  return nextState(state, executed);
}

export const batchOf = (venue: Venue, transitions: readonly Transition[]): Batch => ({ report: venue.report, transitions });

/** A world with one account replaced; for states that are hard to reach. */
export const patchAccount = (world: World, index: number, change: Partial<Account>): World => {
  const account = world.changed.get(index) ?? world.base(index);
  if (account === undefined) throw new Error(`no account ${index}`);
  const patched = { ...account, ...change };
  return {
    ...world,
    changed: new Map([...world.changed].filter(([i]) => i !== index)),
    base: (i) => (i === index ? patched : world.base(i)),
  };
};

/** The account, which must exist. */
export function accountOf(venue: Venue, index: number): Account {
  const account = venue.world.changed.get(index) ?? venue.world.base(index);
  if (account === undefined) throw new Error(`no account ${index}`);
  return account;
}

const nonceOf = (venue: Venue, index: number): bigint => (venue.world.changed.get(index) ?? venue.world.base(index))?.nonce ?? 0n;
const NO_SIGNATURE: Signature = { r8x: 0n, r8y: 0n, s: 0n };

/** Signs, or gives an empty signature where the open batch does not check any. */
const sign = (venue: Venue, key: SigningKey, message: () => bigint): Signature =>
  venue.world.checkSignatures ? key.sign(message()) : NO_SIGNATURE;

type Over<T> = Partial<Omit<T, "kind" | "signature" | "newSignature">>;

/** A deposit of 1,000 quote on chain 0 into account 0 unless told otherwise. */
export const depositOf = ({ seed = 1, ...over }: Over<Deposit> & { seed?: number } = {}): Deposit => ({
  kind: "deposit",
  account: 0,
  chain: 0,
  instrument: QUOTE,
  amount: quote(1_000),
  owner: userKey(over.account ?? 0).publicKey,
  exitAddress: exitOf(over.account ?? 0, seed),
  ...over,
});

/** Account 0 withdraws 10 quote from chain 0 unless told otherwise; signed by the fixture key of the account. */
export function signedWithdraw(venue: Venue, over: Over<Withdraw> = {}, key = userKey(over.account ?? 0)): Withdraw {
  const account = over.account ?? 0;
  const t = { account, chain: 0, instrument: QUOTE, amount: quote(10), recipient: 0xabcn, nonce: nonceOf(venue, account), ...over };
  return { kind: "withdraw", ...t, signature: sign(venue, key, () => withdrawMessage(venue.ledgerId, t)) };
}

/** Account 0 pays account 1 ten quote unless told otherwise. */
export function signedTransfer(venue: Venue, over: Over<Transfer> = {}, key = userKey(over.from ?? 0)): Transfer {
  const t = { from: 0, to: 1, instrument: QUOTE, amount: quote(10), nonce: nonceOf(venue, over.from ?? 0), ...over };
  return { kind: "transfer", ...t, signature: sign(venue, key, () => transferMessage(venue.ledgerId, t)) };
}

/** Account 0 cancels its orders below 10 unless told otherwise. */
export function signedCancel(venue: Venue, over: Over<Cancel> = {}, key = userKey(over.account ?? 0)): Cancel {
  const t = { account: 0, newMinOrderId: 10n, nonce: nonceOf(venue, over.account ?? 0), ...over };
  return { kind: "cancel", ...t, signature: sign(venue, key, () => cancelMessage(venue.ledgerId, t)) };
}

/** Account 0 goes to the fixture key 900 unless told otherwise. */
export function signedSetKey(venue: Venue, over: Over<SetKey> = {}, key = userKey(over.account ?? 0), newKey = userKey(900)): SetKey {
  const t = { account: 0, newOwner: newKey.publicKey, nonce: nonceOf(venue, over.account ?? 0), ...over };
  const message = () => setKeyMessage(venue.ledgerId, t);
  return { kind: "setKey", ...t, signature: sign(venue, key, message), newSignature: sign(venue, newKey, message) };
}

/** Account 1 takes a quarter of account 0 unless told otherwise. */
export function signedLiquidate(venue: Venue, over: Over<Liquidate> = {}, key = userKey(over.liquidator ?? 1)): Liquidate {
  const nonce = nonceOf(venue, over.liquidator ?? 1);
  const t = { victim: 0, liquidator: 1, fraction: 1, leastReward: 0n, expiry: LAST_TIME, nonce, ...over };
  return { kind: "liquidate", ...t, signature: sign(venue, key, () => liquidateMessage(venue.ledgerId, t)) };
}

type OrderOver = Partial<Omit<Order, "signature">>;

export interface TradeOver extends Partial<Omit<Trade, "kind" | "buyOrder" | "sellOrder">> {
  readonly buy?: OrderOver;
  readonly sell?: OrderOver;
  readonly buyKey?: SigningKey;
  readonly sellKey?: SigningKey;
}

/** The price at which a column trades by default: its mark, or the index. */
export function markOf(venue: Venue, column: number): bigint {
  const { index, perpMark, optionMark } = venue.report;
  return (column < U ? index[column] : column < 2 * U ? perpMark[column - U] : optionMark[column - 2 * U]) ?? 0n;
}

/** Account 0 buys 100 lots of the BTC perpetual from account 1 at the mark, no fees, order ids 1, unless told otherwise. */
export function signedTrade(venue: Venue, over: TradeOver = {}): Trade {
  const { buy = {}, sell = {}, buyKey, sellKey, ...fields } = over;
  const instrument = fields.instrument ?? BTC_PERP;
  const base = { buyer: 0, seller: 1, amount: 100n, price: markOf(venue, instrument), buyerFee: 0n, sellerFee: 0n, ...fields, instrument };
  const order = (fee: bigint, change: OrderOver): Order => ({
    orderId: 1n,
    orderSize: base.amount,
    limitPrice: base.price,
    maxFee: fee > 0n ? fee : 0n,
    expiry: LAST_TIME,
    reduceOnly: false,
    ...change,
    signature: NO_SIGNATURE,
  });
  const t: Trade = { kind: "trade", ...base, buyOrder: order(base.buyerFee, buy), sellOrder: order(base.sellerFee, sell) };
  const signed = (side: 0 | 1, key: SigningKey) => sign(venue, key, () => orderMessage(venue.ledgerId, orderTerms(t, side)));
  return {
    ...t,
    buyOrder: { ...t.buyOrder, signature: signed(0, buyKey ?? userKey(t.buyer)) },
    sellOrder: { ...t.sellOrder, signature: signed(1, sellKey ?? userKey(t.seller)) },
  };
}
