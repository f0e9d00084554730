// The ledger on disk: state by version, headers, and the table of batches. One writer, any number of readers, also across processes.
import { ZkStateError } from "../../core/errors.js";
import { stateRoot } from "../hashing.js";
import { checkLevels, defaultNode, type NodeChange } from "../smt.js";
import type { Account, Header } from "../types.js";
import { type AuditOptions, type AuditReport, auditStore } from "./audit.js";
import type { BatchRecord, NewBatch } from "./batch-record.js";
import {
  batchesWithContent,
  executedBatches,
  markBatchesAggregated,
  markBatchProven,
  readBlob,
  readRecord,
  recordsBetween,
} from "./batches.js";
import { writeBatch, writeHeader } from "./commit.js";
import { corrupt } from "./corrupt.js";
import { type Cursor, readCursor, writeCursor } from "./cursor.js";
import { type Engine, hasData, openEngine } from "./engine.js";
import { hasFormat, readFormat, readGenesisRoot, writeFormat } from "./format.js";
import { type ImportOptions, importInto } from "./import-accounts.js";
import { MAX_BATCH } from "./keys.js";
import { type PruneOptions, type PruneReport, pruneStore } from "./prune.js";
import { openSnapshot, type Snapshot } from "./snapshot.js";
import { lockWriter, type WriterLock } from "./writer-lock.js";

export interface OpenOptions {
  /** Opens for reading only, beside a writer. @defaultValue false */
  readonly readOnly?: boolean;
  /** Takes the writer's lock for each write and no longer, so that other processes can write in between. @defaultValue false */
  readonly writesSometimes?: boolean;
}

/** A batch for the table, with the data under which it is published. */
export type BatchToCommit = NewBatch & { readonly blob: Uint8Array };

export class LedgerStore {
  private constructor(
    private readonly engine: Engine,
    private readonly lock: WriterLock | undefined,
    readonly nLevels: number,
    private readonly writesSometimes = false,
  ) {}

  /**
   * Makes a store in a new or empty directory and opens it for writing.
   * @throws USAGE when there is one already; CONFIG_INVALID, DISK_FULL, READ_ONLY, STORE_BUSY, IO_FAILED.
   */
  static create(dir: string, genesis: Header, nLevels: number): LedgerStore {
    checkLevels(nLevels);
    if (genesis.accountsRoot !== defaultNode(nLevels)) {
      throw new ZkStateError({ code: "CONFIG_INVALID", message: `The genesis is not that of an empty tree of ${nLevels} levels.` });
    }
    if (hasData(dir)) throw alreadyThere(dir);
    return LedgerStore.start(openEngine(dir, "create"), "write", (engine) => {
      engine.write(() => {
        if (hasFormat(engine)) throw alreadyThere(dir);
        const first = Number(genesis.meta.batchNumber);
        writeHeader(engine, first, genesis);
        writeCursor(engine, { genesis: first, oldest: first, head: first });
        writeFormat(engine, nLevels, stateRoot(genesis));
      });
      return nLevels;
    });
  }

  /**
   * Opens an existing store.
   * @throws INPUT_NOT_FOUND, STORE_CORRUPT, VERSION_MISMATCH, STORE_BUSY with the writer's pid, DISK_FULL, READ_ONLY, IO_FAILED.
   */
  static open(dir: string, options: OpenOptions = {}): LedgerStore {
    if (!hasData(dir)) {
      const next = "Check the data directory, or create the ledger first.";
      throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: `There is no ledger store in ${dir}.`, next });
    }
    const mode = options.readOnly === true ? "read" : "write";
    const prepare = (engine: Engine): number => {
      const nLevels = readFormat(engine);
      checkHead(engine, nLevels);
      return nLevels;
    };
    return LedgerStore.start(openEngine(dir, mode), mode, prepare, options.writesSometimes === true);
  }

  // The lock comes last: what cannot be opened is not written to. A failure leaves no open file behind.
  private static start(engine: Engine, mode: "read" | "write", prepare: (engine: Engine) => number, writesSometimes = false): LedgerStore {
    try {
      const nLevels = prepare(engine);
      const lock = mode === "write" && !writesSometimes ? lockWriter(engine) : undefined;
      return new LedgerStore(engine, lock, nLevels, mode === "write" && writesSometimes);
    } catch (error) {
      void engine.close();
      throw error;
    }
  }

  get readOnly(): boolean {
    return this.lock === undefined && !this.writesSometimes;
  }

  /** The newest batch and the state root after it; a reader sees what the writer has committed until now. */
  head(): { batchNumber: number; root: bigint } {
    const { head } = this.cursor();
    return { batchNumber: head, root: rootAfter(this.engine, head) };
  }

  /** The versions that can be read, oldest and newest. */
  versions(): { oldest: number; newest: number } {
    const { oldest, head } = this.cursor();
    return { oldest, newest: head };
  }

  /** The state after a batch, the head by default. Later commits do not change it. @throws INPUT_NOT_FOUND when it is not kept. */
  snapshot(batchNumber?: number): Snapshot {
    return openSnapshot(this.engine, this.nLevels, batchNumber ?? this.cursor().head);
  }

  /**
   * Makes a batch part of the ledger: all of it is on the disk when this returns, or nothing of it is.
   * After IO_FAILED open the store again and ask head(): the disk may have failed after the batch was on it.
   * @throws INTERNAL when it does not continue the head; STORE_BUSY, DISK_FULL, READ_ONLY, IO_FAILED.
   */
  commit(
    batch: BatchToCommit,
    newHeader: Header,
    changedAccounts: ReadonlyMap<number, Account>,
    changedNodes: readonly NodeChange[],
  ): void {
    const { blob, ...record } = batch;
    const changes = { header: newHeader, accounts: changedAccounts, nodes: changedNodes };
    this.write(() => writeBatch(this.engine, record, blob, changes, rootAfter(this.engine, readCursor(this.engine).head), this.nLevels));
  }

  batch(batchNumber: number): BatchRecord | undefined {
    return readRecord(this.engine, batchNumber);
  }

  /** The published batch, byte for byte. @throws INPUT_NOT_FOUND */
  blob(batchNumber: number): Buffer {
    return readBlob(this.engine, batchNumber);
  }

  /** Batches from one number to another, both included, in order. */
  batches(from = 0, to = MAX_BATCH): Generator<BatchRecord> {
    return recordsBetween(this.engine, from, to);
  }

  /** Numbers of the batches that came from this content, rising. */
  batchesWithContent(contentId: string): number[] {
    return batchesWithContent(this.engine, contentId);
  }

  /** Numbers of the batches that wait for a proof, rising. */
  unproven(): Generator<number> {
    return executedBatches(this.engine);
  }

  /** Records a proof. True when it was the first; a later one changes nothing. @throws INPUT_NOT_FOUND for an unknown batch. */
  markProven(batchNumber: number, proofRef: string): boolean {
    return this.write(() => markBatchProven(this.engine, batchNumber, proofRef));
  }

  /**
   * Records that proven batches from one number to another, both included, are published with a certificate. A batch without a proof stays as it is,
   * and so does one that is further on. @returns how many changed @throws INPUT_NOT_FOUND for an unknown batch
   */
  markAggregated(from: number, to: number): number {
    return this.write(() => markBatchesAggregated(this.engine, from, to));
  }

  /** Removes old versions but the head and the keepDepth before it. Versions that an unproven batch needs are kept unless told otherwise. */
  async prune(keepDepth: number, options: PruneOptions = {}): Promise<PruneReport> {
    if (!Number.isInteger(keepDepth) || keepDepth < 0) {
      throw new ZkStateError({
        code: "USAGE",
        message: "The depth to keep is a number of versions.",
        expected: "0 or more",
        got: `${keepDepth}`,
      });
    }
    return pruneStore(this.engine, this.writer(), keepDepth, options);
  }

  /** Recomputes the accounts root from all accounts and checks every kept version; damage is reported, not thrown. */
  async auditTree(options: AuditOptions = {}): Promise<AuditReport> {
    this.engine.refresh();
    return auditStore(this.engine, this.nLevels, readGenesisRoot(this.engine), options);
  }

  /** Fills a ledger without accounts and batches; for benchmarks and tests. Answers the new accounts root. */
  importAccounts(accounts: Iterable<readonly [number, Account]>, options: ImportOptions = {}): bigint {
    return this.write(() => importInto(this.engine, this.nLevels, accounts, options));
  }

  /** Gives the writer's lock back and closes the files; what was committed is on the disk already. */
  async close(): Promise<void> {
    try {
      this.lock?.release();
    } finally {
      await this.engine.close();
    }
  }

  private write<T>(work: () => T): T {
    const lock = this.writesSometimes ? lockWriter(this.engine) : this.writer();
    try {
      return this.engine.write(() => {
        lock.check();
        return work();
      });
    } finally {
      if (this.writesSometimes) lock.release();
    }
  }

  private writer(): WriterLock {
    if (this.lock !== undefined) return this.lock;
    throw new ZkStateError({ code: "READ_ONLY", message: "The ledger store is open for reading only.", next: "Open it for writing." });
  }

  private cursor(): Cursor {
    this.engine.refresh();
    return readCursor(this.engine);
  }
}

function checkHead(engine: Engine, nLevels: number): void {
  const { header, tree, batchNumber } = openSnapshot(engine, nLevels, readCursor(engine).head);
  if (tree.root() !== header.accountsRoot) throw corrupt("the accounts root is not the header's");
  if (stateRoot(header) !== rootAfter(engine, batchNumber)) throw corrupt("the header does not hash to the state root");
}

const rootAfter = (engine: Engine, batchNumber: number): bigint => readRecord(engine, batchNumber)?.newRoot ?? readGenesisRoot(engine);

const alreadyThere = (dir: string): ZkStateError =>
  new ZkStateError({
    code: "USAGE",
    message: `There is a database in ${dir} already.`,
    next: "Open it, choose another directory, or remove its data.mdb if its creation was interrupted.",
  });
