// The batch table: reading it, and marking batches as proven and aggregated.
import { ZkStateError } from "../../core/errors.js";
import { type BatchRecord, decodeBatch } from "./batch-record.js";
import { writeRecord } from "./commit.js";
import { corrupt } from "./corrupt.js";
import type { Engine, Table } from "./engine.js";
import { batchKey, batchOf, contentKey, MAX_BATCH } from "./keys.js";
import { unseal } from "./seal.js";

/** Records fetched at a time. */
const CHUNK = 256;

export function readRecord(engine: Engine, batchNumber: number): BatchRecord | undefined {
  if (!(Number.isInteger(batchNumber) && batchNumber >= 0 && batchNumber <= MAX_BATCH)) return undefined;
  const what = `the record of batch ${batchNumber}`;
  const bytes = sealedValue(engine.batches, batchNumber, what);
  return bytes === undefined ? undefined : decodeBatch(bytes, what);
}

/** The published batch, as it was committed. @throws INPUT_NOT_FOUND for an unknown batch. */
export function readBlob(engine: Engine, batchNumber: number): Buffer {
  if (readRecord(engine, batchNumber) === undefined) throw unknownBatch(batchNumber);
  const what = `the data of batch ${batchNumber}`;
  const blob = sealedValue(engine.blobs, batchNumber, what);
  if (blob === undefined) throw corrupt(`${what} is missing`);
  return blob;
}

/** Numbers of the batches with this content, rising. */
export const batchesWithContent = (engine: Engine, contentId: string): number[] =>
  [...engine.contents.getKeys({ start: contentKey(contentId, 0), end: contentKey(contentId, MAX_BATCH) })].map(batchOf);

/** Numbers of the batches that wait for a proof, rising. */
export const executedBatches = (engine: Engine): Generator<number> => numbersIn(engine.executed, 0, MAX_BATCH);

/** Records from one batch number to another, both included. */
export function* recordsBetween(engine: Engine, from: number, to: number): Generator<BatchRecord> {
  for (const batchNumber of numbersIn(engine.batches, from, to)) {
    const record = readRecord(engine, batchNumber);
    if (record !== undefined) yield record;
  }
}

/** Inside a transaction. True when the batch was waiting for a proof; a later proof changes nothing. @throws INPUT_NOT_FOUND */
export function markBatchProven(engine: Engine, batchNumber: number, proofRef: string): boolean {
  const record = readRecord(engine, batchNumber);
  if (record === undefined) throw unknownBatch(batchNumber);
  if (record.state !== "executed") return false;
  writeRecord(engine, { ...record, state: "proven", proofRef });
  void engine.executed.remove(batchKey(batchNumber));
  return true;
}

/** Inside a transaction. Raises the proven batches from one number to another, both included. @returns how many @throws INPUT_NOT_FOUND */
export function markBatchesAggregated(engine: Engine, from: number, to: number): number {
  let raised = 0;
  for (let batchNumber = from; batchNumber <= to; batchNumber++) {
    const record = readRecord(engine, batchNumber);
    if (record === undefined) throw unknownBatch(batchNumber);
    if (record.state !== "proven") continue;
    writeRecord(engine, { ...record, state: "aggregated" });
    raised++;
  }
  return raised;
}

// In chunks, so that a slow consumer holds no read transaction.
function* numbersIn(table: Table, from: number, to: number): Generator<number> {
  for (let next = from; next <= to; ) {
    const numbers = [...table.getKeys({ start: batchKey(next), limit: CHUNK })].map(batchOf);
    yield* numbers.filter((n) => n <= to);
    const last = numbers[numbers.length - 1];
    if (last === undefined || numbers.length < CHUNK) return;
    next = last + 1;
  }
}

function sealedValue(table: Table, batchNumber: number, what: string): Buffer | undefined {
  const key = batchKey(batchNumber);
  const bytes = table.getBinary(key);
  return bytes === undefined ? undefined : unseal(key, bytes, what);
}

const unknownBatch = (batchNumber: number): ZkStateError =>
  new ZkStateError({
    code: "INPUT_NOT_FOUND",
    message: `There is no batch ${batchNumber} in this ledger.`,
    got: `${batchNumber}`,
    next: "Ask for a batch between the first one and the head.",
  });
