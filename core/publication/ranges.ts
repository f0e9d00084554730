// Which certificates there are, by arithmetic alone: one for every range [i * 2^j, (i + 1) * 2^j] that is complete, up to the largest size.
// A client at any batch reaches the head over at most two certificates per power of two, a newcomer at the genesis over at most one.
import type { Heads, Range } from "./files.js";

/** The ranges that batch `to` completes, smallest first: their sizes are the powers of two that divide it. */
export function rangesEndingAt(to: number, largest: number): Range[] {
  const ranges: Range[] = [];
  for (let size = 1; size <= largest && to % size === 0 && size <= to; size *= 2) ranges.push({ from: to - size, to });
  return ranges;
}

/** The fewest published ranges that lead from one batch to a later one, in order: each is the largest that starts where the last one ended. */
export function rangesBetween(
  from: number,
  to: number,
  { largest, complete, checkpoint }: Pick<Heads, "largest" | "complete" | "checkpoint">,
): Range[] {
  if (from === 0 && checkpoint !== null && checkpoint > 0 && checkpoint <= to) {
    const over = [{ from, to: checkpoint }, ...rangesBetween(checkpoint, to, { largest, complete, checkpoint: null })];
    const along = rangesBetween(from, to, { largest, complete, checkpoint: null });
    return over.length < along.length ? over : along;
  }
  const ranges: Range[] = [];
  for (let at = from; at < to; ) {
    let size = 1;
    const limit = Math.min(to, complete);
    while (size * 2 <= largest && at % (size * 2) === 0 && at + size * 2 <= limit) size *= 2;
    ranges.push({ from: at, to: at + size });
    at += size;
  }
  return ranges;
}
