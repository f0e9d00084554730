// The batch table of the farm, on the coordinator's disk: what Redis may lose, this does not.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { ZkStateError } from "../core/errors.js";
import { Task } from "./task.js";

export class FarmTable {
  private constructor(private readonly db: RootDatabase<string, number>) {}

  /** Opens the table below a ledger's folder, made when it is not there. Several processes may have it open. @throws IO_FAILED */
  static open(dataDir: string): FarmTable {
    const dir = join(dataDir, "farm");
    try {
      mkdirSync(dir, { recursive: true });
      return new FarmTable(open<string, number>({ path: join(dir, "tasks.mdb"), encoding: "string", cache: false }));
    } catch (cause) {
      throw new ZkStateError({
        code: "IO_FAILED",
        message: `The farm's table in ${dir} does not open.`,
        next: "check the disk and the permissions",
        cause,
      });
    }
  }

  private static last: Promise<unknown> = Promise.resolve();

  /** A short look, beside whoever has the table open; one at a time in a process, since the engine opens nothing that it is closing. */
  static look<T>(dataDir: string, work: (table: FarmTable) => T): Promise<T> {
    const turn = FarmTable.last.then(async () => {
      const table = FarmTable.open(dataDir);
      try {
        return work(table);
      } finally {
        await table.close();
      }
    });
    FarmTable.last = turn.catch(() => undefined);
    return turn;
  }

  /** @throws STORE_CORRUPT */
  get(batchNumber: number): Task | undefined {
    const text = this.db.get(batchNumber);
    return text === undefined ? undefined : read(text, batchNumber);
  }

  /** On the disk when it returns. @throws IO_FAILED, DISK_FULL */
  put(task: Task): void {
    this.db.putSync(task.batchNumber, JSON.stringify(task));
  }

  /** The batch is as if it had never been in the farm. */
  remove(batchNumber: number): void {
    this.db.removeSync(batchNumber);
  }

  /** All tasks in the order of their batches. */
  *all(from = 0): Generator<Task> {
    for (const { key, value } of this.db.getRange({ start: from })) yield read(value, key);
  }

  async close(): Promise<void> {
    await this.db.close();
  }
}

function read(text: string, batchNumber: number): Task {
  try {
    return Task.parse(JSON.parse(text));
  } catch (cause) {
    const next = "remove the ledger's farm folder: it is made again from the ledger";
    throw new ZkStateError({ code: "STORE_CORRUPT", message: `The farm's record of batch ${batchNumber} is damaged.`, next, cause });
  }
}
