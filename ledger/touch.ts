// What an account receives before its first use in a batch: docs/rules.md section 5.
import { accrued } from "./accrued.js";
import { BITS } from "./constants.js";
import { fitsSigned } from "./range.js";
import { accepted, type Result, refused } from "./refusal.js";
import type { Account } from "./types.js";
import { accountIn, indexRefusal, type World, withAccount, withMarkets } from "./world.js";

/** Touches an account unless this batch has already done so, or there is none. The pool pays. */
export function touch(world: World, index: number): Result<World> {
  const outside = indexRefusal(world, index);
  if (outside !== undefined) return outside;
  const account = world.base(index);
  if (account === undefined || world.changed.has(index)) return accepted(world);
  const x = accrued(account, world.prices.perpIndex);
  const cash = account.cash + x;
  const perpetualPool = world.header.markets.perpetualPool - x;
  if (!fitsSigned(cash, BITS.cash)) return refused("OVERFLOW", `cash in signed ${BITS.cash} bits after the touch`, cash);
  if (!fitsSigned(perpetualPool, BITS.cash)) return refused("OVERFLOW", `a pool in signed ${BITS.cash} bits`, perpetualPool);
  const touched = {
    ...account,
    cash,
    perpCheckpoints: world.prices.perpIndex,
    interestCheckpoint: world.header.markets.interestIndex,
  };
  const next = withAccount(world, index, touched);
  return accepted(x === 0n ? next : withMarkets(next, { perpetualPool }));
}

/** A world in which one existing account is touched, and that account. */
export interface One {
  readonly world: World;
  readonly a: Account;
}

/** A world in which two existing, different accounts are touched, and those accounts. */
export interface Pair extends One {
  readonly b: Account;
}

/** Touches an account that must exist. */
export function openOne(world: World, index: number): Result<One> {
  const touched = touch(world, index);
  if (!touched.ok) return touched;
  const a = accountIn(touched.value, index);
  return a === undefined ? refused("ACCOUNT_UNKNOWN", "an existing account", index) : accepted({ world: touched.value, a });
}

/** Touches two accounts that must exist and differ. */
export function openPair(world: World, indexA: number, indexB: number): Result<Pair> {
  if (indexA === indexB) return refused("ACCOUNT_SAME", "two different accounts", indexA);
  const first = openOne(world, indexA);
  if (!first.ok) return first;
  const second = openOne(first.value.world, indexB);
  return second.ok ? accepted({ world: second.value.world, a: first.value.a, b: second.value.a }) : second;
}
