// The aggregator of one published folder: open, then run once or follow, then close.
//
//   const aggregator = await Aggregator.open({ source, dir, setup, backend, make, largest });
//   try { await aggregator.run(signal); } finally { await aggregator.close(); }
import { setTimeout as sleep } from "node:timers/promises";
import { asZkStateError, ZkStateError } from "../core/errors.js";
import type { PairingBackend } from "../core/pairing/backend.js";
import type { Heads, Range } from "../core/publication/files.js";
import type { Held } from "./collect.js";
import { endsIn, isThere, missingRanges } from "./publish/batch.js";
import { type Folder, openFolder } from "./publish/folder.js";
import { HeadsFile } from "./publish/heads.js";
import { type FolderLock, lockFolder } from "./publish/lock.js";
import { Publisher } from "./publisher.js";
import { type MakeCertificate, publishRange, type RangeParts } from "./ranges.js";
import type { ProverSrs } from "./snarkpack/srs.js";
import type { ProofSource } from "./source.js";

export type AggregatorEvent =
  | { readonly kind: "batch"; readonly batchNumber: number; readonly bytes: number }
  | { readonly kind: "aggregating"; readonly range: Range; readonly fraction: number; readonly left: number | undefined }
  | { readonly kind: "certificate"; readonly range: Range; readonly bytes: number; readonly ms: number }
  | { readonly kind: "held"; readonly held: Held }
  /** follow() goes on after it. */
  | { readonly kind: "trouble"; readonly error: ZkStateError }
  /** Somebody else writes to the ledger: that these batches are published is recorded the next time. */
  | { readonly kind: "unrecorded"; readonly upTo: number };

export interface AggregatorOptions {
  readonly source: ProofSource;
  /** The published folder. */
  readonly dir: string;
  readonly setup: ProverSrs;
  readonly backend: PairingBackend;
  readonly make: MakeCertificate;
  /** Most batches of a range, a power of two that the setup holds. Checkpoints may be longer. */
  readonly largest: number;
  readonly onEvent?: (event: AggregatorEvent) => void;
  /** Time between two looks at the ledger, ms. @defaultValue 1000 */
  readonly pollMs?: number;
}

export interface RunOptions {
  /** Also makes the one certificate from the genesis to the head. @defaultValue false */
  readonly checkpoint?: boolean;
}

const POLL_MS = 1000;
/** Times that run() asks another writer of the ledger for its place. */
const ASKS = 5;

export class Aggregator {
  /** Batches up to here that the ledger was told of. */
  private recorded = 0;
  /** Every range that ends at or before this batch was seen to be there. */
  private complete = 0;
  private readonly endsOf = endsIn((batchNumber) => this.options.source.roots(batchNumber));

  private constructor(
    private readonly options: AggregatorOptions,
    private readonly lock: FolderLock,
    private readonly folder: Folder,
    private readonly headsFile: HeadsFile,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Takes the published folder and makes sure that it is of this ledger, key and setup.
   * @throws STORE_BUSY when another aggregator has it, KEY_MISMATCH when it publishes something else, USAGE, DISK_FULL, READ_ONLY, IO_FAILED
   */
  static async open(options: AggregatorOptions): Promise<Aggregator> {
    const { source, dir, setup, backend, largest } = options;
    checkLargest(largest, setup.maxCount);
    const lock = await lockFolder(dir);
    try {
      const folder = await openFolder(dir);
      const heads = HeadsFile.open(folder, lock, source.genesis.ledgerId);
      const onBatch: Parameters<typeof Publisher.open>[0]["onBatch"] = ({ batch: { batchNumber }, certificate }) =>
        options.onEvent?.({ kind: "batch", batchNumber, bytes: certificate.length });
      return new Aggregator(options, lock, folder, heads, await Publisher.open({ source, folder, heads, setup, backend, onBatch }));
    } catch (e) {
      lock.release();
      throw e;
    }
  }

  /** What is published; undefined before the first batch. */
  get heads(): Heads | undefined {
    return this.headsFile.value;
  }

  /**
   * Publishes all that can be published now, heads before ranges, and ends.
   * @returns the batch that holds up the rest, if there is one
   * @throws INTERRUPTED and what the disk, the ledger or the aggregation prover throws; the same call resumes
   */
  async run(signal: AbortSignal, { checkpoint = false }: RunOptions = {}): Promise<Held | undefined> {
    const held = await this.publisher.publishProven(signal);
    this.record();
    await this.makeRanges(signal);
    if (checkpoint) await this.makeCheckpoint(signal);
    for (let asked = 1; !this.record() && asked < ASKS; asked++) await sleep(this.options.pollMs ?? POLL_MS, undefined, { signal });
    if (!this.record()) this.options.onEvent?.({ kind: "unrecorded", upTo: this.headsFile.batchNumber });
    return held;
  }

  /**
   * Publishes whatever is proven until the signal is aborted: heads at once, ranges beside it. Troubles are told as events, once each, and tried again.
   * @throws STORE_BUSY when another aggregator has taken the folder, KEY_MISMATCH, KEY_UNSAFE
   */
  async follow(signal: AbortSignal, { checkpoint = false }: RunOptions = {}): Promise<void> {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    let checkpointed = !checkpoint;
    const follower = async (work: () => Promise<Held | undefined>) => {
      try {
        await this.repeat(either, work);
      } catch (e) {
        failed.abort(e);
        throw e;
      }
    };
    const heads = follower(async () => {
      const held = await this.publisher.publishProven(either);
      this.record();
      return held;
    });
    const ranges = follower(async () => {
      await this.makeRanges(either);
      if (!checkpointed && this.headsFile.batchNumber > 1) await this.makeCheckpoint(either);
      checkpointed ||= this.headsFile.batchNumber > 1;
      return undefined;
    });
    const ended = await Promise.allSettled([heads, ranges]);
    for (const each of ended) if (each.status === "rejected") throw each.reason;
  }

  /** Gives the folder back. Nothing that was published is lost without it. */
  async close(): Promise<void> {
    this.lock.release();
  }

  /** Does the work again and again; what it says twice in a row is told once. */
  private async repeat(signal: AbortSignal, work: () => Promise<Held | undefined>): Promise<void> {
    const { pollMs = POLL_MS, onEvent } = this.options;
    let said = "";
    while (!signal.aborted) {
      const event = await this.attempt(signal, work);
      const text = event === undefined ? "" : JSON.stringify(event);
      if (event !== undefined && text !== said) onEvent?.(event);
      said = text;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async attempt(signal: AbortSignal, work: () => Promise<Held | undefined>): Promise<AggregatorEvent | undefined> {
    try {
      const held = await work();
      return held === undefined ? undefined : { kind: "held", held };
    } catch (e) {
      if (signal.aborted) return undefined;
      this.lock.check();
      const error = asZkStateError(e);
      if (error.code === "KEY_MISMATCH" || error.code === "KEY_UNSAFE") throw error;
      return { kind: "trouble", error };
    }
  }

  /** Tells the ledger what is published. False while somebody else writes to it. */
  private record(): boolean {
    const { batchNumber } = this.headsFile;
    if (batchNumber <= this.recorded) return true;
    try {
      this.options.source.published(batchNumber);
    } catch (e) {
      if (e instanceof ZkStateError && e.code === "STORE_BUSY") return false;
      throw e;
    }
    this.recorded = batchNumber;
    return true;
  }

  /** Makes every range that is missing, shortest first, and says in the heads how far they go. */
  private async makeRanges(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { batchNumber } = this.headsFile;
      const todo = [...missingRanges(this.folder, this.complete, batchNumber, this.options.largest, this.endsOf)];
      for (const [i, range] of todo.entries()) {
        await this.sayComplete(range.to - 1);
        signal.throwIfAborted();
        if (range.to - range.from === 1) await this.publisher.repair(range.to);
        else await this.makeRange(range, signal, todo.length - i);
      }
      if (todo.length === 0) return this.sayComplete(batchNumber);
    }
  }

  private async sayComplete(complete: number): Promise<void> {
    const { largest } = this.options;
    this.complete = complete;
    if (this.heads?.complete !== complete || this.heads.largest !== largest) await this.headsFile.tell({ largest, complete });
  }

  private async makeRange(range: Range, signal: AbortSignal, left: number | undefined): Promise<void> {
    const { source, make, onEvent } = this.options;
    const parts: RangeParts = { source, folder: this.folder, publisher: this.publisher, make };
    const started = performance.now();
    const onProgress = (fraction: number) => onEvent?.({ kind: "aggregating", range, fraction, left });
    onProgress(0);
    const bytes = await publishRange(parts, range, { signal, onProgress });
    onEvent?.({ kind: "certificate", range, bytes: bytes.length, ms: performance.now() - started });
  }

  /** @throws USAGE when the setup is too small for it */
  private async makeCheckpoint(signal: AbortSignal): Promise<void> {
    const { batchNumber } = this.headsFile;
    const { maxCount } = this.options.setup;
    if (batchNumber < 2) return; // the certificate of the only batch does as well
    if (batchNumber > maxCount) {
      const next = "make a larger setup; clients reach the head without a checkpoint over a few certificates more";
      const message = "A checkpoint would cover more batches than the aggregation setup holds.";
      throw new ZkStateError({ code: "USAGE", message, expected: `at most ${maxCount}`, got: `${batchNumber}`, next });
    }
    const range = { from: 0, to: batchNumber };
    if (!isThere(this.folder, range, this.endsOf)) await this.makeRange(range, signal, undefined);
    await this.headsFile.tell({ checkpoint: batchNumber });
  }
}

function checkLargest(largest: number, maxCount: number): void {
  if (Number.isInteger(Math.log2(largest)) && largest <= maxCount) return;
  const expected = `a power of two, at most ${maxCount}`;
  throw new ZkStateError({ code: "USAGE", message: "This is no size of the largest range.", expected, got: `${largest}` });
}
