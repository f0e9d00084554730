// Where a client keeps what it has verified, so that a restart neither starts over nor forgets how far the ledger was.

/** Keeps one text. What it gives back is checked like anything else that is not the trust root. */
export interface HeadStore {
  load(): Promise<string | undefined>;
  save(text: string): Promise<void>;
}

/** Forgets with the process. */
export function memoryStore(text?: string): HeadStore {
  let kept = text;
  return {
    load: async () => kept,
    save: async (next) => {
      kept = next;
    },
  };
}

/** localStorage, sessionStorage and their like. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** One entry of a browser's storage. */
export const webStorageStore = (storage: WebStorage, key: string): HeadStore => ({
  load: async () => storage.getItem(key) ?? undefined,
  save: async (text) => storage.setItem(key, text),
});
