// What this browser remembers for the page. Where storage is closed (private windows, strict settings) it lasts as long as the page is open.

const closed = new Map<string, string>();

/** A kept text. */
export function kept(key: string): string | undefined {
  try {
    return closed.get(key) ?? localStorage.getItem(key) ?? undefined; // what found no room last is the newest
  } catch {
    return closed.get(key);
  }
}

/** Keeps a text. */
export function keep(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
    closed.delete(key);
  } catch {
    closed.set(key, text);
  }
}

/** Forgets a text. */
export function forget(key: string): void {
  closed.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept there
  }
}
