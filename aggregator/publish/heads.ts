// heads.json, the one file that readers come back to: written when everything that it speaks of is on the disk.
import { HEADS_FILE, Heads, stateFile } from "../../core/publication/files.js";
import type { Folder } from "./folder.js";
import { jsonFile, readJsonFile } from "./json-file.js";
import type { FolderLock } from "./lock.js";

/** The heads of one publication. Changes are written one after another, whoever asks for them. */
export class HeadsFile {
  private last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: Folder,
    private readonly lock: Pick<FolderLock, "check">,
    private readonly ledgerId: bigint,
    private current: Heads | undefined,
  ) {}

  /** What was published until now; nothing when heads.json is not there or damaged. @throws IO_FAILED */
  static open(folder: Folder, lock: Pick<FolderLock, "check">, ledgerId: bigint): HeadsFile {
    const found = readJsonFile(folder, HEADS_FILE, Heads);
    const isWhole = found?.ledgerId === ledgerId && (folder.size(stateFile(found.proven.root)) ?? 0) > 0;
    return new HeadsFile(folder, lock, ledgerId, isWhole ? found : undefined);
  }

  /** Undefined until the first batch is published. */
  get value(): Heads | undefined {
    return this.current;
  }

  /** Newest batch that is published; 0 when none is. */
  get batchNumber(): number {
    return this.current?.proven.batchNumber ?? 0;
  }

  /** The head moves on to a batch whose certificate and state are published. */
  advance(batchNumber: number, root: bigint): Promise<void> {
    const proven = { batchNumber, root, publishedAt: Math.floor(Date.now() / 1000) };
    const first = { format: "zkstate heads 1", ledgerId: this.ledgerId, settled: null, largest: 1, complete: 0, checkpoint: null } as const;
    return this.write(() => ({ ...(this.current ?? first), proven }));
  }

  /** Tells which certificates there are. Nothing happens before the first head. */
  tell(change: Partial<Pick<Heads, "largest" | "complete" | "checkpoint">>): Promise<void> {
    return this.write(() => (this.current === undefined ? undefined : { ...this.current, ...change }));
  }

  private write(next: () => Heads | undefined): Promise<void> {
    const work = this.last.then(async () => {
      const heads = next();
      if (heads === undefined) return;
      this.lock.check();
      await this.folder.put([jsonFile(HEADS_FILE, Heads, heads)]);
      this.current = heads;
    });
    this.last = work.catch(() => undefined);
    return work;
  }
}
