// Where the store stands: the head, the oldest version that can still be read, and the first batch of all.
import { corrupt } from "./corrupt.js";
import type { Engine } from "./engine.js";
import { seal, unseal } from "./seal.js";

const KEY = Buffer.from("cursor");

export interface Cursor {
  /** Batch number of the state without any batch. */
  readonly genesis: number;
  /** Oldest version kept. */
  readonly oldest: number;
  /** Newest version. */
  readonly head: number;
}

export function readCursor(engine: Engine): Cursor {
  const bytes = engine.meta.getBinary(KEY);
  if (bytes === undefined) throw corrupt("it does not say where its head is");
  const value = unseal(KEY, bytes, "the cursor");
  return { genesis: value.readUIntBE(0, 6), oldest: value.readUIntBE(6, 6), head: value.readUIntBE(12, 6) };
}

/** Inside a transaction. */
export function writeCursor(engine: Engine, cursor: Cursor): void {
  const value = Buffer.alloc(18);
  value.writeUIntBE(cursor.genesis, 0, 6);
  value.writeUIntBE(cursor.oldest, 6, 6);
  value.writeUIntBE(cursor.head, 12, 6);
  void engine.meta.put(KEY, seal(KEY, value));
}
