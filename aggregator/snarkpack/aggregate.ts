// Aggregates Groth16 proofs that form a chain into one certificate: SnarkPack (Gailly, Maller, Nitulescu, eprint 2021/529) with the proofs' inputs replaced
// by a commitment to the states. The order of messages is core/snarkpack/protocol.ts, the layout docs/wire-format.md.
import { availableParallelism } from "node:os";
import { ZkStateError } from "../../core/errors.js";
import type { VerificationKey } from "../../core/groth16.js";
import { roundsFor, serializeCertificate } from "../../core/snarkpack/certificate.js";
import { firstPlace } from "../../core/snarkpack/protocol.js";
import type { ChainStatement } from "../../core/snarkpack/statement.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { G1_BYTES, G2_BYTES, type Point } from "../curve/points.js";
import { ffBackend } from "../pairing/ffjavascript.js";
import { type ChainProof, keyPoints, type ProofPoints, proofPoints, statementOf } from "./chain.js";
import { pauser } from "./pause.js";
import { prove } from "./prove.js";
import type { SharePart } from "./share.js";
import { openShares } from "./shares.js";
import type { ProverSrs } from "./srs.js";

export interface AggregateOptions {
  /** In order, at least two and at most `srs.maxCount`. ASSUMES: each holds, and its B is of order r; else the certificate does not. */
  readonly proofs: readonly ChainProof[];
  readonly vkey: VerificationKey;
  readonly srs: ProverSrs;
  /**
   * Rounded down to a power of two, and to half the padded count.
   * @defaultValue the machine's cores, at most 16; 1 below 128 proofs
   */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface Aggregated {
  readonly certificate: Uint8Array;
  readonly statement: ChainStatement;
}

/** Below this many proofs the start of threads, a quarter of a second, takes longer than they save. */
const WORTH_THREADS = 128;
const MOST_THREADS = 16;

const powerOfTwoBelow = (n: number): number => 2 ** Math.floor(Math.log2(Math.max(1, n)));

function threadsFor({ threads, proofs }: AggregateOptions, padded: number): number {
  const wanted = threads ?? (proofs.length < WORTH_THREADS ? 1 : Math.min(MOST_THREADS, availableParallelism()));
  return Math.min(powerOfTwoBelow(wanted), padded / 2);
}

function checkCount(count: number, maxCount: number): void {
  if (count < 2) throw new ZkStateError({ code: "USAGE", message: "One proof is its own certificate.", expected: "two proofs or more" });
  if (count <= maxCount) return;
  throw new ZkStateError({
    code: "USAGE",
    message: "The setup is too small for so many proofs.",
    expected: `at most ${maxCount}`,
    got: `${count}`,
    next: "zkstate setup --aggregation --max-count N",
  });
}

/** What a share owns: every stride-th place of vectors whose last places are the proofs' and whose first hold infinity. */
function partOf(
  points: ProofPoints,
  { powersPath, maxCount }: ProverSrs,
  where: Pick<SharePart, "padded" | "index" | "stride">,
): SharePart {
  const { padded, index, stride } = where;
  const own = (list: readonly Point[], bytes: number): Uint8Array => {
    const row = new Uint8Array((bytes * padded) / stride);
    const first = firstPlace(list.length);
    for (let place = index, at = 0; place < padded; place += stride, at += bytes) row.set(list[place - first] ?? [], at);
    return row;
  };
  return { srs: { powersPath, maxCount }, ...where, a: own(points.a, G1_BYTES), b: own(points.b, G2_BYTES), c: own(points.c, G1_BYTES) };
}

/**
 * Makes the certificate that `proofs` lead from the first one's old root to the last one's new root. The same proofs give the same bytes, whatever the
 * number of threads.
 * @throws USAGE, CHAIN_BROKEN, PROOF_MALFORMED, KEY_UNSAFE, KEY_MISMATCH, ARTIFACT_CORRUPT, PROVER_FAILED (retryable) when a thread dies, INTERRUPTED
 * @example const { certificate, statement } = await aggregate({ proofs, vkey, srs, threads: 2 });
 */
export async function aggregate(options: AggregateOptions): Promise<Aggregated> {
  const { proofs, vkey, srs, signal, onProgress } = options;
  const statement = statementOf(proofs);
  checkCount(proofs.length, srs.maxCount);
  const backend = await ffBackend();
  const key = keyPoints(backend.codec, vkey);
  const points = proofPoints(backend.codec, proofs);
  const padded = 2 ** roundsFor(proofs.length);
  const stride = threadsFor(options, padded);
  const shares = await openShares(stride, signal);
  try {
    await Promise.all(shares.all.map((share, index) => share.load(partOf(points, srs, { padded, index, stride }))));
    const certificate = await prove({
      backend,
      shares: shares.all,
      padded,
      statement,
      states: proofs.map(({ oldRoot }) => oldRoot),
      digests: { vkeyDigest: verificationKeyDigest(vkey), srsDigest: srs.digest },
      key,
      pause: pauser("the aggregation", signal),
      onProgress: (fraction) => onProgress?.(fraction),
    });
    onProgress?.(1);
    return { certificate: serializeCertificate(certificate), statement };
  } finally {
    await shares.close();
  }
}
