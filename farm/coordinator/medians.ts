// How long proofs take lately, per circuit.

const KEPT = 101;

export class Medians {
  private readonly last = new Map<string, number[]>();

  add(name: string, value: number): void {
    const values = this.last.get(name) ?? [];
    this.last.set(name, [...values, value].slice(-KEPT));
  }

  all(): Readonly<Record<string, number>> {
    const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
    return Object.fromEntries([...this.last].map(([name, values]) => [name, median(values)]));
  }
}
