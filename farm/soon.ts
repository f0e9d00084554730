import { setTimeout as sleep } from "node:timers/promises";

/** Waits for the end of this, well or not, but not for longer. */
export async function soon(work: Promise<unknown>, ms: number): Promise<void> {
  const enough = new AbortController();
  await Promise.race([work, sleep(ms, undefined, { signal: enough.signal })].map((wait) => wait.catch(() => undefined)));
  enough.abort();
}
