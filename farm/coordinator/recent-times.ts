// When something last happened to each of many things.
import { BoundedMap } from "../bounded-map.js";

const KEPT = 10_000;

export class RecentTimes {
  private readonly times = new BoundedMap<string, number>(KEPT);

  note(key: string): void {
    this.times.set(key, Date.now());
  }

  /** @param time in ms since the epoch */
  notedSince(key: string, time: number): boolean {
    return (this.times.get(key) ?? Number.NEGATIVE_INFINITY) >= time;
  }
}
