// When something last happened to each of many things; the longest ago are forgotten.

const KEPT = 10_000;

export class RecentTimes {
  private readonly times = new Map<string, number>();

  note(key: string): void {
    this.times.delete(key);
    this.times.set(key, Date.now());
    const [oldest] = this.times.keys();
    if (this.times.size > KEPT && oldest !== undefined) this.times.delete(oldest);
  }

  /** @param time in ms since the epoch */
  notedSince(key: string, time: number): boolean {
    return (this.times.get(key) ?? Number.NEGATIVE_INFINITY) >= time;
  }
}
