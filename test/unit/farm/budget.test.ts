import { describe, expect, it } from "vitest";
import { MemoryBudget, proofMemory } from "../../../farm/worker/budget.js";

const never = new AbortController().signal;
/** Whether a promise is settled once everything that can run has run. */
const settled = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

describe("proofMemory", () => {
  it("is a gibibyte and 1.3 times the key", () => {
    expect(proofMemory(0)).toBe(2 ** 30);
    expect(proofMemory(1000)).toBe(2 ** 30 + 1300);
    expect(proofMemory(1)).toBe(2 ** 30 + 2);
  });
});

describe("MemoryBudget", () => {
  it("lets in what fits, and the next one when there is room", async () => {
    const budget = new MemoryBudget(100);
    const first = await budget.take(60, never);
    const second = await budget.take(40, never);
    const third = budget.take(50, never);
    expect(await settled(third)).toBe(false);
    second();
    expect(await settled(third)).toBe(false);
    first();
    expect(await settled(third)).toBe(true);
  });

  it("lets one in alone that is larger than all there is", async () => {
    const budget = new MemoryBudget(100);
    const large = await budget.take(1000, never);
    const small = budget.take(1, never);
    expect(await settled(small)).toBe(false);
    large();
    expect(await settled(small)).toBe(true);
  });

  it("never has more out than it has, however many ask", async () => {
    const budget = new MemoryBudget(3);
    let [out, most] = [0, 0];
    const work = async () => {
      const release = await budget.take(1, never);
      most = Math.max(most, ++out);
      await new Promise((resolve) => setImmediate(resolve));
      out--;
      release();
    };
    await Promise.all(Array.from({ length: 50 }, work));
    expect([out, most]).toEqual([0, 3]);
  });

  it("forgets who gives up, with the reason of who broke it off", async () => {
    const budget = new MemoryBudget(10);
    const release = await budget.take(10, never);
    const given = new AbortController();
    const waiting = budget.take(10, given.signal);
    given.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    const next = budget.take(10, never);
    release();
    expect(await settled(next)).toBe(true);
  });

  it("refuses who has given up before", async () => {
    const budget = new MemoryBudget(10);
    await budget.take(10, never);
    await expect(budget.take(10, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
