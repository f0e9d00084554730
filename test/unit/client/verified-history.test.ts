// What a client remembers of the certificates that it has verified.
import { describe, expect, it } from "vitest";
import { VerifiedHistory } from "../../../client/verified-history.js";

/** A link between two batches; the root after a batch is its number, or that of another history. */
const link = (from: number, to: number, other = { from: 0n, to: 0n }) => ({
  from,
  to,
  oldRoot: BigInt(from) + other.from,
  newRoot: BigInt(to) + other.to,
  certificate: new Uint8Array(),
});
const ranges = (path: readonly { from: number; to: number }[]) => path.map(({ from, to }) => `${from}-${to}`).join(" ");

function historyOf(start: number, ...links: ReturnType<typeof link>[]): VerifiedHistory {
  const history = new VerifiedHistory(start);
  for (const one of links) history.add(one);
  return history;
}

describe("a history", () => {
  it("has no fork while every batch has one state, over whatever certificates", () => {
    expect(historyOf(2, link(2, 3), link(3, 4), link(2, 4), link(4, 6), link(4, 5), link(5, 6)).fork).toBeUndefined();
  });

  it("gives both paths to the first batch that has two states", () => {
    const other = { from: 100n, to: 100n };
    const first = { from: 0n, to: 100n };
    const history = historyOf(0, link(0, 2), link(2, 4), link(4, 6), link(0, 1), link(1, 3, first), link(3, 6, other), link(0, 2, first));
    expect(history.fork?.map(ranges)).toEqual(["0-2 2-4 4-6", "0-1 1-3 3-6"]);
    expect(history.fork?.map((path) => path.at(-1)?.newRoot)).toEqual([6n, 106n]);
  });

  it("forgets all but one path when there are many, and knows nothing of what continues the others", () => {
    const path = [link(0, 8192), link(8192, 12_000)];
    const history = historyOf(0, ...Array.from({ length: 12_000 }, (_, n) => link(n, n + 1)), ...path);
    history.trim(path);
    history.add(link(5, 6));
    history.add(link(7, 8192, { from: 0n, to: 100n }));
    expect(history.fork).toBeUndefined();
    history.add(link(8192, 12_000, { from: 0n, to: 100n }));
    expect(history.fork?.map(ranges)).toEqual(["0-8192 8192-12000", "0-8192 8192-12000"]);
  });

  it("forgets nothing while there are few", () => {
    const history = historyOf(0, link(0, 1), link(1, 2));
    history.trim([]);
    history.add(link(1, 2, { from: 0n, to: 100n }));
    expect(history.fork?.map(ranges)).toEqual(["0-1 1-2", "0-1 1-2"]);
  });
});
