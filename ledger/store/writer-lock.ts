// One writer per store. The holder is a record in the database, changed only inside write transactions, which exclude one another
// across processes; every commit checks that the record is still its own, so a writer that was replaced can never write.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import type { Engine } from "./engine.js";
import { isAlive, thisProcess } from "./process-identity.js";
import { seal, unseal } from "./seal.js";

const KEY = Buffer.from("writer");
const Holder = z.object({ pid: z.int(), started: z.string(), place: z.string(), token: z.string() });
type Holder = z.infer<typeof Holder>;

/** The right to write. */
export interface WriterLock {
  /** @throws STORE_BUSY inside a transaction when another writer took over. */
  check(): void;
  release(): void;
}

/** Takes the lock; one whose process is dead is taken over. @throws STORE_BUSY with the holder's pid. */
export function lockWriter(engine: Engine): WriterLock {
  const mine: Holder = { ...thisProcess(), token: randomUUID() };
  engine.write(() => {
    const holder = read(engine);
    if (holder !== undefined && isAlive(holder)) throw busy(holder, "Another process writes to this ledger store.");
    void engine.meta.put(KEY, seal(KEY, Buffer.from(JSON.stringify(mine))));
  });
  return {
    check: () => checkHolder(engine, mine),
    release: () => {
      engine.write(() => read(engine)?.token === mine.token && void engine.meta.remove(KEY));
    },
  };
}

function checkHolder(engine: Engine, mine: Holder): void {
  const holder = read(engine);
  if (holder?.token !== mine.token) throw busy(holder, "Another process has taken over this ledger store.");
}

function read(engine: Engine): Holder | undefined {
  const bytes = engine.meta.getBinary(KEY);
  return bytes === undefined ? undefined : Holder.parse(JSON.parse(unseal(KEY, bytes, "the writer's record").toString("utf8")));
}

const busy = (holder: Holder | undefined, message: string): ZkStateError =>
  new ZkStateError({
    code: "STORE_BUSY",
    message,
    got: holder === undefined ? "no holder" : `pid ${holder.pid}`,
    next: holder === undefined ? "Open the store again." : `Stop process ${holder.pid}, or open the store for reading.`,
    details: holder === undefined ? {} : { pid: holder.pid },
    retryable: true,
  });
