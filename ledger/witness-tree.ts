// The accounts tree while the openings of a batch are closed one after another: docs/circuit-inputs.md, children and top.
import { poseidon } from "../core/poseidon.js";
import type { TreeReader } from "./smt.js";

/** A committed tree with leaves written over it. PERF: a node above a written leaf is hashed when it is read, not when it is written. */
export class OpeningTree {
  private readonly base: TreeReader;
  private readonly values = new Map<string, bigint>();
  private readonly stale = new Set<string>();

  constructor(base: TreeReader) {
    this.base = base;
  }

  node(level: number, index: bigint): bigint {
    const key = `${level}:${index}`;
    if (this.stale.delete(key)) this.values.set(key, poseidon(this.children(level - 1, index)));
    return this.values.get(key) ?? this.base.node(level, index);
  }

  /** The four nodes on `level` below the node with this index one level above. */
  children(level: number, parent: bigint): bigint[] {
    return [0n, 1n, 2n, 3n].map((digit) => this.node(level, 4n * parent + digit));
  }

  write(index: bigint, leaf: bigint): void {
    if (this.node(0, index) === leaf) return;
    this.values.set(`0:${index}`, leaf);
    for (let level = 1; level <= this.base.nLevels; level++) this.stale.add(`${level}:${index >> BigInt(2 * level)}`);
  }
}
