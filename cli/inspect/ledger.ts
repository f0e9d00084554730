// Reading a ledger for a look at it: never as its writer.
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";

export async function withLedger(context: Context, look: (context: Context, store: LedgerStore) => Promise<number>): Promise<number> {
  const store = LedgerStore.open(context.settings.data.value, { readOnly: true });
  try {
    return await look(context, store);
  } finally {
    await store.close();
  }
}

/** 1e-6 quote as a decimal with six places, exactly. */
export function money(amount: bigint): string {
  const [sign, size] = amount < 0n ? ["-", -amount] : ["", amount];
  const whole = (size / 1_000_000n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${(size % 1_000_000n).toString().padStart(6, "0")}`;
}
