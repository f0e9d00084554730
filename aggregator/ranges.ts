// Certificates for many batches: made from the published certificates of single batches, verified, then published.
import { setImmediate as nextTurn } from "node:timers/promises";
import { ZkStateError } from "../core/errors.js";
import type { VerificationKey } from "../core/groth16.js";
import type { Range } from "../core/publication/files.js";
import { expandProof } from "./proof-bytes.js";
import { rangeOf } from "./publish/batch.js";
import { publishCertificate, readCertificate } from "./publish/certificates.js";
import type { Folder } from "./publish/folder.js";
import type { Publisher } from "./publisher.js";
import type { ChainProof } from "./snarkpack/chain.js";
import type { ProofSource } from "./source.js";

export interface MakingOptions {
  readonly signal: AbortSignal;
  /** Called with the share that is done, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/** Makes the certificate of a chain of proofs, without standing in the way of this process; see snarkpack/aggregate.ts. */
export type MakeCertificate = (proofs: readonly ChainProof[], vkey: VerificationKey, options: MakingOptions) => Promise<Uint8Array>;

export interface RangeParts {
  readonly source: ProofSource;
  readonly folder: Folder;
  readonly publisher: Publisher;
  readonly make: MakeCertificate;
}

/** Proofs that are read and checked without a pause, some 100 ms. */
const AT_ONCE = 32;

/**
 * Makes and publishes the certificate of a range of published batches.
 * @returns its bytes
 * @throws INTERNAL when it does not verify, as Publisher.repair for a damaged batch, and what making it throws
 */
export async function publishRange(parts: RangeParts, range: Range, options: MakingOptions): Promise<Uint8Array> {
  const { folder, publisher, make } = parts;
  const { vkey, about, verifier } = publisher.key;
  const proofs = await readChain(parts, range, options.signal);
  const [oldRoot, newRoot] = [proofs[0]?.oldRoot ?? 0n, proofs.at(-1)?.newRoot ?? 0n];
  const bytes = await make(proofs, vkey, options);
  const verdict = verifier.verify({ oldRoot, newRoot, count: proofs.length }, bytes);
  if (!verdict.ok) {
    const message = `The certificate of batches ${range.from + 1} to ${range.to} does not verify: ${verdict.detail}.`;
    throw new ZkStateError({ code: "INTERNAL", message, next: "it is not published; run the same command again, and report it" });
  }
  await publishCertificate(folder, about, range, { oldRoot, newRoot, bytes });
  return bytes;
}

async function readChain(parts: RangeParts, { from, to }: Range, signal: AbortSignal): Promise<ChainProof[]> {
  const chain: ChainProof[] = [];
  for (let first = from + 1; first <= to; first += AT_ONCE) {
    await nextTurn();
    signal.throwIfAborted();
    const numbers = Array.from({ length: Math.min(AT_ONCE, to - first + 1) }, (_, i) => first + i);
    const damaged = damagedOf(parts, numbers);
    for (const batchNumber of damaged) await parts.publisher.repair(batchNumber);
    const [still] = damagedOf(parts, damaged);
    if (still !== undefined)
      throw new ZkStateError({ code: "IO_FAILED", message: `The certificate of batch ${still} does not stay whole.` });
    for (const { bytes, ...roots } of numbers.flatMap((n) => read(parts, n) ?? [])) chain.push({ ...roots, proof: expandProof(bytes) });
  }
  return chain;
}

/** A published proof for the roots that the ledger has; whatever else the disk says is damage. */
function read({ source, folder, publisher }: RangeParts, batchNumber: number) {
  const found = readCertificate(folder, publisher.key.about, rangeOf(batchNumber));
  const roots = source.roots(batchNumber);
  return found !== undefined && found.oldRoot === roots?.oldRoot && found.newRoot === roots.newRoot ? found : undefined;
}

/** The batches whose published proof is not whole or does not hold. */
function damagedOf(parts: RangeParts, numbers: readonly number[]): number[] {
  const found = numbers.flatMap((batchNumber) => {
    const certificate = read(parts, batchNumber);
    return certificate === undefined ? [] : [{ batchNumber, ...certificate }];
  });
  const wrong = new Set(parts.publisher.key.check(found).map(({ index }) => found[index]?.batchNumber));
  const whole = new Set(found.map(({ batchNumber }) => batchNumber).filter((n) => !wrong.has(n)));
  return numbers.filter((n) => !whole.has(n));
}
