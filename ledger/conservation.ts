// Conservation: what accounts and funds hold equals what custody holds. Recomputed from the accounts, docs/rules.md section 7.
import { isSpot, M, U } from "./constants.js";
import type { Account, Header } from "./types.js";

/** One sum that should have been equal. */
export interface Imbalance {
  readonly what: string;
  readonly expected: bigint;
  readonly got: bigint;
}

export interface Audit {
  readonly ok: boolean;
  readonly imbalances: readonly Imbalance[];
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

/**
 * Recomputes every conserved sum over all accounts: cash + insurance + fees + pool = quote custody; spot = its custody;
 * perpetuals and options sum to zero; open interest = sum of longs.
 */
export function auditConservation(header: Header, accounts: Iterable<Account>): Audit {
  const { insurance, fees, perpetualPool, openInterest } = header.markets;
  const sizes = Array.from({ length: M }, () => 0n);
  const longs = Array.from({ length: M }, () => 0n);
  let cash = insurance + fees + perpetualPool;
  for (const account of accounts) {
    cash += account.cash;
    for (const [i, size] of account.sizes.entries()) {
      sizes[i] = (sizes[i] ?? 0n) + size;
      if (size > 0n) longs[i] = (longs[i] ?? 0n) + size;
    }
  }
  const custody = (asset: number) => sum(header.chains.map((chain) => chain.custody[asset] ?? 0n));
  const all: Imbalance[] = [{ what: "quote", expected: custody(0), got: cash }];
  for (let i = 0; i < M; i++) {
    all.push({ what: `size of column ${i}`, expected: isSpot(i) ? custody(1 + i) : 0n, got: sizes[i] ?? 0n });
    if (!isSpot(i)) all.push({ what: `open interest of column ${i}`, expected: longs[i] ?? 0n, got: openInterest[i - U] ?? 0n });
  }
  const imbalances = all.filter((sums) => sums.expected !== sums.got);
  return { ok: imbalances.length === 0, imbalances };
}
