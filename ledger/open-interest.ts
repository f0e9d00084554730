// Open interest of columns 2..11 is the sum of max(size, 0): docs/rules.md section 7.
import { BITS, isSpot, U } from "./constants.js";
import { fits, maxOf } from "./range.js";
import { accepted, type Result, refused } from "./refusal.js";
import type { Account } from "./types.js";

const long = (account: Account, column: number): bigint => {
  const size = account.sizes[column] ?? 0n;
  return maxOf(size, 0n);
};

/** Open interest after two accounts went from `before` to `after`. */
export function openInterestAfter(
  openInterest: readonly bigint[],
  before: readonly [Account, Account],
  after: readonly [Account, Account],
): Result<readonly bigint[]> {
  const next = openInterest.map((old, i) => {
    const column = U + i;
    return old + long(after[0], column) - long(before[0], column) + long(after[1], column) - long(before[1], column);
  });
  const wrong = next.find((x) => !fits(x, BITS.openInterest));
  return wrong === undefined ? accepted(next) : refused("OVERFLOW", `open interest in ${BITS.openInterest} bits`, wrong);
}

/** Refuses open interest of the traded column above max(cap, old). */
export function capRefusal(caps: readonly bigint[], old: readonly bigint[], next: readonly bigint[], column: number) {
  if (isSpot(column)) return undefined;
  const i = column - U;
  const [cap, was, is] = [caps[i] ?? 0n, old[i] ?? 0n, next[i] ?? 0n];
  const most = maxOf(cap, was);
  return is <= most ? undefined : refused("OPEN_INTEREST_CAP", `at most ${most}`, is);
}
