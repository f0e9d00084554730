// One look at a ledger at a time in this process: the engine opens no file anew while it is closing it.
import { LedgerStore } from "../../ledger/store/ledger-store.js";

let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

/** Opens a store in its turn, and closes it before the next one's. */
export function withStore<T>(open: () => LedgerStore | Promise<LedgerStore>, look: (store: LedgerStore) => T | Promise<T>): Promise<T> {
  return inTurn(async () => {
    const store = await open();
    try {
      return await look(store);
    } finally {
      await store.close();
    }
  });
}

/** A look beside whoever writes. @throws what opening the store throws */
export const readStore = <T>(dir: string, look: (store: LedgerStore) => T | Promise<T>): Promise<T> =>
  withStore(() => LedgerStore.open(dir, { readOnly: true }), look);
