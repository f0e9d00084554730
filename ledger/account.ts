// An account's balances: creation, and moves that keep every width of docs/rules.md section 1.
import type { PublicKey } from "../core/eddsa.js";
import { BITS, isSpot, M, QUOTE } from "./constants.js";
import { EMPTY_LANES } from "./orders.js";
import { fits, fitsSigned } from "./range.js";
import { accepted, type Refused, type Result, refused } from "./refusal.js";
import type { Account } from "./types.js";
import type { World } from "./world.js";

/** A new account of docs/rules.md section 2. */
export const newAccount = (world: World, owner: PublicKey, exitAddress: bigint): Account => ({
  owner: { ax: owner.ax, ay: owner.ay },
  exitAddress,
  nonce: 0n,
  cash: 0n,
  interestCheckpoint: world.header.markets.interestIndex,
  minOrderId: 1n,
  lanes: EMPTY_LANES,
  sizes: Array.from({ length: M }, () => 0n),
  perpCheckpoints: world.prices.perpIndex,
});

/** Adds to cash, 1e-6 quote. */
export function addCash(account: Account, delta: bigint): Result<Account> {
  const cash = account.cash + delta;
  return fitsSigned(cash, BITS.cash) ? accepted({ ...account, cash }) : refused("OVERFLOW", `cash in signed ${BITS.cash} bits`, cash);
}

/** Adds lots to a column; spot never falls below zero. */
export function addSize(account: Account, column: number, delta: bigint): Result<Account> {
  const size = (account.sizes[column] ?? 0n) + delta;
  if (isSpot(column) && size < 0n) return refused("BALANCE_TOO_SMALL", `at least ${-delta} lots of column ${column}`, size - delta);
  if (!fitsSigned(size, BITS.size)) return refused("OVERFLOW", `a size in signed ${BITS.size} bits`, size);
  return accepted({ ...account, sizes: account.sizes.with(column, size) });
}

/** Adds an amount of an instrument: cash for QUOTE, lots of a column otherwise. */
export const addAmount = (account: Account, instrument: number, delta: bigint): Result<Account> =>
  instrument === QUOTE ? addCash(account, delta) : addSize(account, instrument, delta);

/** How much more of an instrument the account can hold: docs/rules.md section 7, deposit. */
export const roomFor = (account: Account, instrument: number): bigint =>
  instrument === QUOTE
    ? (1n << BigInt(BITS.cash - 1)) - 1n - account.cash
    : (1n << BigInt(BITS.size - 1)) - 1n - (account.sizes[instrument] ?? 0n);

/** Raises the nonce after a signed transition. */
export function raiseNonce(account: Account): Result<Account> {
  const nonce = account.nonce + 1n;
  return fits(nonce, BITS.nonce) ? accepted({ ...account, nonce }) : refused("OVERFLOW", `a nonce below 2^${BITS.nonce}`, nonce);
}

/** Refuses what deposits, withdrawals and transfers cannot move, and amounts outside their width. */
export function amountRefusal(instrument: number, amount: bigint): Refused | undefined {
  if (instrument !== QUOTE && !(Number.isInteger(instrument) && instrument >= 0 && isSpot(instrument))) {
    return refused("INSTRUMENT_INVALID", `a spot column or ${QUOTE}`, instrument);
  }
  const bits = instrument === QUOTE ? BITS.quoteAmount : BITS.lots;
  return amount >= 1n && fits(amount, bits) ? undefined : refused("AMOUNT_OUT_OF_RANGE", `[1, 2^${bits})`, amount);
}
