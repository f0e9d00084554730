// Takes out of service a machine that only fails. A poison batch alone does not: it takes two batches in a row.

const BAD_IN_A_ROW = 3;
const DIFFERENT_BATCHES = 2;
/** Of a worker, and of workers: names are theirs to choose. */
const KEPT = 16;
const MOST_WORKERS = 10_000;
const FIRST_COOLDOWN_S = 300;
const LONGEST_COOLDOWN_S = 3600;

interface Record {
  bad: number[];
  trips: number;
  /** Until when it is out of service, in ms since the epoch: what it ended meanwhile had begun before. */
  until: number;
}

export class Breaker {
  private readonly workers = new Map<string, Record>();

  good(worker: string): void {
    this.workers.delete(worker);
  }

  /** @returns seconds for which the worker is out of service from now, undefined when it stays */
  bad(worker: string, batchNumber: number, now = Date.now()): number | undefined {
    const record = this.workers.get(worker) ?? { bad: [], trips: 0, until: 0 };
    if (this.workers.size >= MOST_WORKERS) this.workers.clear();
    this.workers.set(worker, record);
    if (now < record.until) return undefined;
    record.bad = [...record.bad, batchNumber].slice(-KEPT);
    if (record.bad.length < BAD_IN_A_ROW || new Set(record.bad).size < DIFFERENT_BATCHES) return undefined;
    // After the pause one failure is enough to trip again, for longer.
    record.bad = record.bad.slice(-(BAD_IN_A_ROW - 1));
    const seconds = Math.min(FIRST_COOLDOWN_S * 2 ** record.trips++, LONGEST_COOLDOWN_S);
    record.until = now + seconds * 1000;
    return seconds;
  }
}
