// The newest head as the folder shows it. The system's notices make it quick, a look every second makes it certain: some file systems give no notices,
// and a folder may come, go and be replaced.
import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { HEADS_FILE, Heads } from "../../core/publication/files.js";
import { readPublished } from "./read-published.js";

/** heads.json as it was read. */
export interface SeenHead {
  readonly heads: Heads;
  /** Its JSON on one line. */
  readonly line: string;
  /** Changes whenever the content does. */
  readonly id: string;
}

export interface HeadWatchOptions {
  readonly dir: string;
  /** Called for the first head and for every other one. */
  readonly onHead: (seen: SeenHead) => void;
  /** Called when the head can no longer be read, once until it can again. */
  readonly onTrouble: (error: unknown) => void;
  /** @defaultValue 1000 */
  readonly pollMs?: number;
}

const POLL_MS = 1000;

export class HeadWatch {
  readonly #options: HeadWatchOptions;
  #seen: SeenHead | undefined;
  #inTrouble = false;
  #closed = false;
  #looking: Promise<SeenHead> | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeadWatchOptions) {
    this.#options = options;
  }

  /** Looks once and goes on watching. */
  async start(): Promise<void> {
    await this.#poll();
    this.#timer = setInterval(() => void this.#poll(), this.#options.pollMs ?? POLL_MS).unref();
  }

  /** Nobody is called any more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  /** The last head that could be read. */
  get seen(): SeenHead | undefined {
    return this.#seen;
  }

  /** Reads the head now; those who ask at the same time share one reading. @throws NOT_PUBLISHED, STORE_CORRUPT, IO_FAILED */
  look(): Promise<SeenHead> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #poll(): Promise<void> {
    this.#watch();
    await this.look().catch(() => undefined); // onTrouble has it
  }

  async #read(): Promise<SeenHead> {
    try {
      const { bytes, json, value: heads } = await readPublished(this.#options.dir, HEADS_FILE, Heads);
      const id = `${heads.proven.batchNumber}-${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}`;
      this.#inTrouble = false;
      if (this.#seen?.id !== id) {
        this.#seen = { heads, line: JSON.stringify(json), id };
        if (!this.#closed) this.#options.onHead(this.#seen);
      }
      return this.#seen;
    } catch (e) {
      if (!this.#inTrouble && !this.#closed) this.#options.onTrouble(e);
      this.#inTrouble = true;
      throw e;
    }
  }

  /** Watches the folder, not the file: a new head is another file that takes its name. */
  #watch(): void {
    if (this.#watcher !== undefined) return;
    const stop = () => {
      this.#watcher?.close();
      this.#watcher = undefined;
    };
    try {
      this.#watcher = watch(this.#options.dir, { persistent: false }, (_, name) => {
        if (name === HEADS_FILE) this.look().catch(() => undefined);
      });
      this.#watcher.on("error", stop);
    } catch {
      stop(); // no folder yet, or no watches left: the poll goes on
    }
  }
}
