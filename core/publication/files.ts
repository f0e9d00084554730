// The published form: plain files below one folder or address. Names here, shapes in docs/wire-format.md. All but heads.json and
// activity.json never change once written, so that they may be cached for ever.
//
//   trust-root.json                 for comparison only: a client has its own
//   verification_key.json           snarkjs' shape; the trust root pins its digest
//   srs.json                        verifier's part of the aggregation setup; pinned likewise
//   heads.json                      the newest state that is proven
//   certificates/FROM-TO.json       what a certificate says; certificates/FROM-TO.bin is the certificate, for one batch its very proof
//   states/ROOT.json                a state root opened: header and prices
//   nodes/XX/HASH.json              a piece of the accounts tree by its hash; leaves/XX/HASH.json an account by its leaf
//   batches/N.json                  a batch as it was proven: its envelope with report and transitions
//   activity.json                   what the venue reports about recent batches: nothing in it is proven
import * as z from "zod/mini";
import { BatchNumber, Digest, hashName, hexOf, Seconds, Word } from "./numbers.js";

export const TRUST_ROOT_FILE = "trust-root.json";
export const VKEY_FILE = "verification_key.json";
export const SRS_FILE = "srs.json";
export const HEADS_FILE = "heads.json";
export const ACTIVITY_FILE = "activity.json";

/** The certificate for batches from + 1 to `to`, which leads from the state after `from` to the state after `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}
const rangeName = ({ from, to }: Range): string => `certificates/${from}-${to}`;
export const certificateStatementFile = (range: Range): string => `${rangeName(range)}.json`;
export const certificateFile = (range: Range): string => `${rangeName(range)}.bin`;
export const stateFile = (root: bigint): string => `states/${hashName(root)}.json`;
export const batchFile = (batchNumber: number): string => `batches/${batchNumber}.json`;

// Two digits of the hash as a folder: no folder holds too many files.
const hashed = (folder: string, hash: bigint): string => `${folder}/${hashName(hash).slice(0, 2)}/${hashName(hash)}.json`;
export const nodeFile = (hash: bigint): string => hashed("nodes", hash);
export const leafFile = (leaf: bigint): string => hashed("leaves", leaf);

export const SrsFile = z.strictObject({
  format: z.literal("zkstate srs 1"),
  kind: z.enum(["development", "production"]),
  /** Most proofs of one certificate. */
  maxCount: z.int().check(z.gte(2)),
  aG: hexOf(32),
  bG: hexOf(32),
  aH: hexOf(64),
  bH: hexOf(64),
  digest: Digest,
});
export type SrsFile = z.output<typeof SrsFile>;

const Head = z.strictObject({
  batchNumber: BatchNumber,
  root: Word,
  /** When the certificate that reaches it was published, by the venue's clock. */
  publishedAt: Seconds,
});

export const Heads = z.strictObject({
  format: z.literal("zkstate heads 1"),
  ledgerId: Word,
  proven: Head,
  /** The newest state that a contract on every chain has accepted. */
  settled: z.nullable(Head),
  /** Batches of the largest certificate, a power of two. */
  largest: z.int().check(z.gte(1)),
  /** Every range that ends at or before this batch has its certificate; after it only those of one batch do for certain. */
  complete: BatchNumber,
  /** End of the newest certificate that covers everything from the genesis on, whatever its length. */
  checkpoint: z.nullable(BatchNumber),
});
export type Heads = z.output<typeof Heads>;

export const CertificateStatement = z.strictObject({
  format: z.literal("zkstate certificate 1"),
  ledgerId: Word,
  from: BatchNumber,
  to: BatchNumber,
  oldRoot: Word,
  newRoot: Word,
  vkeyDigest: Digest,
  srsDigest: Digest,
  /** Length and SHA-256 of the certificate. */
  bytes: z.int(),
  sha256: Digest,
});
export type CertificateStatement = z.output<typeof CertificateStatement>;

/** Levels of the tree that one node file spans, counted from the leaves; the topmost file spans what is left. */
export const NODE_LEVELS = 3;

/** The nodes `levels` below one node: those that are not empty subtrees, by their place from left to right. */
export const NodeFile = z.strictObject({
  format: z.literal("zkstate node 1"),
  levels: z.int().check(z.gte(1), z.lte(NODE_LEVELS)),
  children: z.record(z.string().check(z.regex(/^(?:0|[1-9][0-9]?)$/)), Word),
});
export type NodeFile = z.output<typeof NodeFile>;

const milliseconds = z.number().check(z.gte(0));
export const Activity = z.strictObject({
  format: z.literal("zkstate activity 1"),
  batches: z.array(
    z.strictObject({
      batchNumber: BatchNumber,
      root: Word,
      /** Time of the price report. */
      time: Seconds,
      transitions: z.record(z.string(), z.int()),
      executeMs: milliseconds,
      witnessMs: milliseconds,
      proveMs: milliseconds,
      verifyMs: milliseconds,
      provenAt: Seconds,
      publishedAt: Seconds,
    }),
  ),
});
export type Activity = z.output<typeof Activity>;
