// What the ledger remembers of a batch: the truth from which provers and aggregators are fed.
import type { Profile } from "../types.js";
import { ByteReader, ByteWriter } from "./bytes.js";
import { corrupt } from "./corrupt.js";

/** The life of a batch: in the ledger; proven; published with a certificate; accepted by the contracts. It never goes back. */
const BATCH_STATES = ["executed", "proven", "aggregated", "settled"] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** A batch as it is committed. */
export interface NewBatch {
  /** The number it gives the state: the head's plus one. */
  readonly batchNumber: number;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  /** Hash of the batch's input, by which the same input is recognised. 1 to 128 characters. */
  readonly contentId: string;
  readonly profile: Profile;
}

export interface BatchRecord extends NewBatch {
  readonly state: BatchState;
  /** Where the proof is, once there is one. */
  readonly proofRef: string | undefined;
}

export function encodeBatch(b: BatchRecord): Buffer {
  const { nTx, nAccounts, nLevels } = b.profile;
  const w = new ByteWriter().count(BATCH_STATES.indexOf(b.state)).int(BigInt(b.batchNumber)).int(b.oldRoot).int(b.newRoot);
  w.text(b.contentId).int(BigInt(nTx)).int(BigInt(nAccounts)).int(BigInt(nLevels));
  w.count(b.proofRef === undefined ? 0 : 1);
  return (b.proofRef === undefined ? w : w.text(b.proofRef)).done();
}

/** @throws STORE_CORRUPT when the bytes are not those of a batch record. */
export function decodeBatch(bytes: Buffer, what: string): BatchRecord {
  const r = new ByteReader(bytes, what);
  const state = BATCH_STATES[r.count()];
  if (state === undefined) throw corrupt(`${what}: the state is unknown`);
  const record = {
    state,
    batchNumber: Number(r.int()),
    oldRoot: r.int(),
    newRoot: r.int(),
    contentId: r.text(),
    profile: { nTx: Number(r.int()), nAccounts: Number(r.int()), nLevels: Number(r.int()) },
    proofRef: r.count() === 0 ? undefined : r.text(),
  };
  r.end();
  return record;
}
