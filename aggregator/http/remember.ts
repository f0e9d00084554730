// Values that are costly to make and never change, kept while they are in use.

/**
 * `make` with the `most` values that were asked for last at hand; what failed is made again the next time.
 * Callers that ask for one value at the same time share one making.
 */
export function remember<T>(most: number, make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.delete(key); // a Map keeps the order of insertion: the newest last
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    found.catch(() => {
      if (known.get(key) === found) known.delete(key);
    });
    return found;
  };
}
