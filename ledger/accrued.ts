// Variation margin: what an account has gained or lost on its perpetuals since its last use (docs/rules.md section 5).
import { INDEX_SHIFT, U } from "./constants.js";
import type { Account } from "./types.js";

/** x of docs/rules.md section 5: variation margin since the checkpoints, 1e-6 quote. */
export function accrued(account: Pick<Account, "sizes" | "perpCheckpoints">, perpIndex: readonly bigint[]): bigint {
  let total = 0n; // scale 2^48
  for (let u = 0; u < U; u++) total += (account.sizes[U + u] ?? 0n) * ((perpIndex[u] ?? 0n) - (account.perpCheckpoints[u] ?? 0n));
  return total >> INDEX_SHIFT; // floor: the trader receives less
}
