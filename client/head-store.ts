// Where a client keeps what it has verified, so that a restart neither starts over nor forgets how far the ledger was.
import { ZkStateError } from "../core/errors.js";

/** Two texts: evidence has a place of its own, so that no other client of the store writes its position over it. */
export type Kept = "position" | "evidence";

/** Keeps texts. What it gives back is checked like anything else that is not the trust root. */
export interface HeadStore {
  load(what: Kept): Promise<string | undefined>;
  save(what: Kept, text: string): Promise<void>;
}

/** A store whose faults have a code. */
export function codedStore(store: HeadStore): HeadStore {
  const coded = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof ZkStateError) throw cause;
      const got = cause instanceof Error ? cause.message : String(cause);
      throw new ZkStateError({ code: "IO_FAILED", message: `What was verified could not be ${doing}.`, got, cause });
    }
  };
  return {
    load: (what) => coded("read", () => store.load(what)),
    save: (what, text) => coded("kept", () => store.save(what, text)),
  };
}

/** Forgets with the process. */
export function memoryStore(position?: string): HeadStore {
  const texts = new Map<Kept, string>(position === undefined ? [] : [["position", position]]);
  return {
    load: async (what) => texts.get(what),
    save: async (what, text) => void texts.set(what, text),
  };
}

/** localStorage, sessionStorage and their like. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** The name of an entry or a file that keeps one of the texts. */
export const keptUnder = (name: string, what: Kept): string => (what === "position" ? name : `${name}.${what}`);

/** Two entries of a browser's storage. */
export const webStorageStore = (storage: WebStorage, key: string): HeadStore => ({
  load: async (what) => storage.getItem(keptUnder(key, what)) ?? undefined,
  save: async (what, text) => storage.setItem(keptUnder(key, what), text),
});
