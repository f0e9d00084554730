// How many proofs fit a machine: by memory, with the prover's measured need per key.

/** What a proof needs at most: 1.3 times its key plus 1 GiB (docs/native-prover.md). */
export const proofMemory = (zkeyBytes: number): number => Math.ceil(1.3 * zkeyBytes) + 2 ** 30;

/** Memory that proofs share: each takes its part before it starts, and waits until it is free. One alone always may. */
export class MemoryBudget {
  private used = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly bytes: number) {}

  /** @throws the signal's reason */
  async take(need: number, signal: AbortSignal): Promise<() => void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.used === 0 || this.used + need <= this.bytes) break;
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    this.used += need;
    return () => {
      this.used -= need;
      for (const wake of this.waiting.splice(0)) wake();
    };
  }
}
