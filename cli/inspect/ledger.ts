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
