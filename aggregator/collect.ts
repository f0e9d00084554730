// The next proofs that can be published: in order of batches, without a gap, each from the state where the one before it ended, under one key.
import { ZkStateError } from "../core/errors.js";
import { Malformed } from "../core/pairing/backend.js";
import { verificationKeyDigest } from "../core/vkey-digest.js";
import type { BatchCheck } from "./batch-check.js";
import { compressProof } from "./proof-bytes.js";
import type { ProofSource, ProvenBatch } from "./source.js";

/** A proof that holds, ready to be published. */
export interface CheckedBatch {
  readonly batch: ProvenBatch;
  /** The certificate of this one batch. */
  readonly certificate: Uint8Array;
}

export interface Collected {
  readonly batches: readonly CheckedBatch[];
  /** The batch that holds up everything after it, and why; undefined when nothing is known to be wrong or missing. */
  readonly held: Held | undefined;
}

export interface Held {
  readonly batchNumber: number;
  /** Batches after it that have a proof already, as far as was looked. */
  readonly waiting: number;
  /** Undefined when it only has no proof yet. */
  readonly error: ZkStateError | undefined;
}

export interface CollectOptions {
  readonly source: ProofSource;
  readonly ledgerId: bigint;
  /** The publication's key. */
  readonly vkeyDigest: string;
  /** Refuses proofs under development keys. */
  readonly production: boolean;
  readonly check: BatchCheck;
}

/** Proofs that are held in memory and checked together. */
export const CHUNK = 64;
/** Batches after a held one that are looked at, to say how many wait. */
const LOOK_AHEAD = 1000;

/**
 * The first of the wanted batches, at most 64, up to the first that cannot be had. What is wrong with a proof is answered in `held`, not thrown.
 * @param wanted numbers of batches of the ledger, rising
 * @throws CHAIN_BROKEN when the ledger's own table does not chain, IO_FAILED and what else the source throws
 */
export async function collect(options: CollectOptions, wanted: readonly number[]): Promise<Collected> {
  const taken: CheckedBatch[] = [];
  let stop: Omit<Held, "waiting"> | undefined;
  for (const batchNumber of wanted.slice(0, CHUNK)) {
    const next = await take(options, batchNumber);
    if (next instanceof ZkStateError || next === undefined) {
      stop = { batchNumber, error: next };
      break;
    }
    taken.push(next);
  }
  const [bad] = options.check(taken.map(({ batch, certificate }) => ({ ...batch, bytes: certificate })));
  const first = bad === undefined ? undefined : taken[bad.index];
  if (bad !== undefined && first !== undefined) {
    const { batchNumber } = first.batch;
    stop = { batchNumber, error: refusal(bad.code, batchNumber, bad.detail) };
  }
  if (stop === undefined) return { batches: taken, held: undefined };
  const { batchNumber } = stop;
  const batches = taken.filter(({ batch }) => batch.batchNumber < batchNumber);
  return { batches, held: { ...stop, waiting: provenAfter(options.source, batchNumber) } };
}

/** Codes that speak of one proof; anything else is a fault of the disk or the ledger. */
const OF_THE_PROOF = [
  "PROOF_INVALID",
  "PROOF_MALFORMED",
  "KEY_UNSAFE",
  "KEY_MISMATCH",
  "DEVELOPMENT_KEY",
  "VERSION_MISMATCH",
  "ARTIFACT_MISSING",
];

/** True for an error that one batch's proof causes: a new proof may mend it. */
export const isOfTheProof = (e: unknown): e is ZkStateError => e instanceof ZkStateError && OF_THE_PROOF.includes(e.code);

/** A proof that is what the ledger's table says; undefined when there is none yet. */
async function take(options: CollectOptions, batchNumber: number): Promise<CheckedBatch | ZkStateError | undefined> {
  try {
    const batch = await options.source.proof(batchNumber);
    if (batch === undefined) return undefined;
    return misfit(options, batchNumber, batch) ?? { batch, certificate: compressProof(batch.proof) };
  } catch (e) {
    if (e instanceof Malformed) return refusal("PROOF_MALFORMED", batchNumber, e.message);
    if (isOfTheProof(e)) return refusal(e.code, batchNumber, e.message, e.expected, e.got, e.next);
    throw e;
  }
}

function misfit({ source, ledgerId, vkeyDigest, production }: CollectOptions, n: number, batch: ProvenBatch): ZkStateError | undefined {
  const roots = source.roots(n);
  const before = n === 1 ? source.genesis.root : source.roots(n - 1)?.newRoot;
  if (roots === undefined || roots.oldRoot !== before) {
    const next = "zkstate inspect --audit";
    throw new ZkStateError({ code: "CHAIN_BROKEN", message: `Batch ${n} of the ledger does not continue the batch before it.`, next });
  }
  const show = (id: bigint, number: number, r: typeof roots) => `ledger ${id}, batch ${number}, ${r.oldRoot} to ${r.newRoot}`;
  const [expected, got] = [show(ledgerId, n, roots), show(batch.ledgerId, batch.batchNumber, batch)];
  if (expected !== got) return refusal("PROOF_INVALID", n, "it is about other states than the ledger's", expected, got);
  if (production && batch.keys === "development")
    return refusal("DEVELOPMENT_KEY", n, "it was made with a development key", "production", "development");
  const digest = verificationKeyDigest(batch.vkey);
  return digest === vkeyDigest
    ? undefined
    : refusal(
        "KEY_MISMATCH",
        n,
        "it is under another key than what is published",
        vkeyDigest,
        digest,
        "publish into another folder with --publish",
      );
}

/** Batches after a held one that have a proof, as far as is looked. */
export function provenAfter(source: ProofSource, batchNumber: number): number {
  const last = Math.min(source.head(), batchNumber + LOOK_AHEAD);
  let found = 0;
  for (let n = batchNumber + 1; n <= last; n++) if (source.isProven(n)) found++;
  return found;
}

function refusal(
  code: ZkStateError["code"],
  batchNumber: number,
  detail: string,
  expected?: string,
  got?: string,
  next = "prove the batch again; batches before it are published, those after it wait",
): ZkStateError {
  return new ZkStateError({
    code,
    message: `The proof of batch ${batchNumber} is refused: ${detail.replace(/\.$/, "")}.`,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    next,
    details: { batchNumber },
  });
}
