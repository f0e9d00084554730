import { describe, expect, it } from "vitest";
import { Breaker } from "../../../farm/coordinator/breaker.js";

/** What the breaker says to attempts that failed on these batches, one after the other. */
const fail = (breaker: Breaker, batches: readonly number[], now = 0, worker = "w") =>
  batches.map((batch) => breaker.bad(worker, batch, now));

describe("Breaker", () => {
  it("trips at three failures in a row on more than one batch", () => {
    expect(fail(new Breaker(), [1, 2, 3])).toEqual([undefined, undefined, 300]);
    expect(fail(new Breaker(), [1, 1, 2])).toEqual([undefined, undefined, 300]);
  });

  it("does not take the doing of one batch for the machine's", () => {
    const breaker = new Breaker();
    expect(fail(breaker, Array(20).fill(7))).toEqual(Array(20).fill(undefined));
    expect(fail(breaker, [8])).toEqual([300]);
  });

  it("begins anew after a proof", () => {
    const breaker = new Breaker();
    fail(breaker, [1, 2]);
    breaker.good("w");
    expect(fail(breaker, [3, 4, 5])).toEqual([undefined, undefined, 300]);
  });

  it("keeps workers apart", () => {
    const breaker = new Breaker();
    fail(breaker, [1, 2], 0, "a");
    expect(fail(breaker, [3], 0, "b")).toEqual([undefined]);
    expect(fail(breaker, [3], 0, "a")).toEqual([300]);
  });

  it("does not count what ends while the worker is out of service", () => {
    const breaker = new Breaker();
    fail(breaker, [1, 2, 3]);
    expect(fail(breaker, [4, 5, 6], 299_999)).toEqual([undefined, undefined, undefined]);
  });

  it("trips at the first failure after a pause, for twice as long each time, for an hour at most", () => {
    const breaker = new Breaker();
    let now = 0;
    const pauses = fail(breaker, [1, 2, 3]).filter((seconds) => seconds !== undefined);
    for (let batch = 4; batch < 10; batch++) {
      now += (pauses.at(-1) ?? 0) * 1000;
      pauses.push(...fail(breaker, [batch], now).filter((seconds) => seconds !== undefined));
    }
    expect(pauses).toEqual([300, 600, 1200, 2400, 3600, 3600, 3600]);
  });

  it("forgets its trips after a proof", () => {
    const breaker = new Breaker();
    fail(breaker, [1, 2, 3]);
    breaker.good("w");
    expect(fail(breaker, [4, 5, 6], 1)).toEqual([undefined, undefined, 300]);
  });
});
