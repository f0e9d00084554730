// Publishes every batch that has a proof, in order, the head with it. The folder is the state: what is in it is not made again.
import { ZkStateError } from "../core/errors.js";
import type { VerificationKey } from "../core/groth16.js";
import type { PairingBackend } from "../core/pairing/backend.js";
import { type CertificateVerifier, prepareVerifier } from "../core/snarkpack/verify.js";
import { type BatchCheck, batchCheck } from "./batch-check.js";
import { CHUNK, type CheckedBatch, collect, type Held, isOfTheProof, provenAfter } from "./collect.js";
import { isKept, publishBatch } from "./publish/batch.js";
import type { About } from "./publish/certificates.js";
import type { Folder } from "./publish/folder.js";
import type { HeadsFile } from "./publish/heads.js";
import { identify, publishedKey } from "./publish/identity.js";
import { publishState } from "./publish/state.js";
import type { ProverSrs } from "./snarkpack/srs.js";
import type { ProofSource } from "./source.js";

/** A verification key, and what is checked under it. */
export interface Keyed {
  readonly vkey: VerificationKey;
  readonly about: About;
  readonly check: BatchCheck;
  readonly verifier: CertificateVerifier;
}

export interface PublisherParts {
  readonly source: ProofSource;
  readonly folder: Folder;
  readonly heads: HeadsFile;
  readonly setup: ProverSrs;
  readonly backend: PairingBackend;
  /** Called for every batch that was published. */
  readonly onBatch: (batch: CheckedBatch) => void;
}

export class Publisher {
  /** Newest batch that was published, whether or not the head could move to it. */
  private reached = 0;

  private constructor(
    private readonly parts: PublisherParts,
    /** Undefined until the first batch is published. */
    private keyed: Keyed | undefined,
  ) {}

  /** @throws KEY_MISMATCH when the folder publishes something else, KEY_UNSAFE, PROOF_MALFORMED, DISK_FULL, READ_ONLY, IO_FAILED */
  static async open(parts: PublisherParts): Promise<Publisher> {
    const { folder, heads, source, setup } = parts;
    const vkey = publishedKey(folder);
    if (vkey !== undefined) await identify(folder, { genesis: source.genesis, vkey, setup });
    const { proven } = heads.value ?? {};
    const here = proven && source.roots(proven.batchNumber)?.newRoot;
    if (proven !== undefined && here !== proven.root) throw otherHistory(proven.batchNumber, proven.root, here);
    if (vkey === undefined) return new Publisher(parts, undefined);
    return new Publisher(parts, prepare(parts, vkey));
  }

  /** What everything published is under. @throws INTERNAL before the first batch */
  get key(): Keyed {
    if (this.keyed === undefined) throw new ZkStateError({ code: "INTERNAL", message: "Nothing is published yet." });
    return this.keyed;
  }

  /** Publishes what is proven. @returns the batch that holds up the rest, if there is one @throws what the source and the folder throw */
  async publishProven(signal: AbortSignal): Promise<Held | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const wanted = this.wanted();
      if (wanted[0] === undefined) return this.heldState();
      const keyed = this.keyed ?? (await this.firstKey(wanted[0]));
      if (!("check" in keyed)) return keyed;
      const { batches, held } = await this.collect(keyed, wanted);
      if (batches.length > 0) await this.settleOn(keyed);
      for (const each of batches) {
        signal.throwIfAborted();
        await this.publish(each);
        this.reached = each.batch.batchNumber;
      }
      if (held !== undefined) return held;
    }
  }

  /** Publishes a batch again whose files are damaged. @throws ARTIFACT_MISSING when its proof is gone, and as publishProven; what is wrong with the proof */
  async repair(batchNumber: number): Promise<void> {
    const { batches, held } = await this.collect(this.key, [batchNumber]);
    const [found] = batches;
    if (found === undefined) throw held?.error ?? lost(batchNumber);
    await this.publish(found);
  }

  private wanted(): number[] {
    const { heads, source } = this.parts;
    const first = Math.max(heads.batchNumber, this.reached) + 1;
    return Array.from({ length: Math.max(0, Math.min(CHUNK, source.head() - first + 1)) }, (_, i) => first + i);
  }

  private collect(keyed: Keyed, wanted: readonly number[]) {
    const { source, setup } = this.parts;
    return collect({ source, ...keyed.about, production: setup.kind === "production", check: keyed.check }, wanted);
  }

  private async publish(each: CheckedBatch): Promise<void> {
    const { folder, heads, source, onBatch } = this.parts;
    await publishBatch({ folder, heads, about: this.key.about }, each, source.state(each.batch.batchNumber));
    onBatch(each);
  }

  /** The first proof brings the key, which counts once a proof holds under it. */
  private async firstKey(batchNumber: number): Promise<Keyed | Held> {
    const waiting = provenAfter(this.parts.source, batchNumber);
    try {
      const first = await this.parts.source.proof(batchNumber);
      return first === undefined ? { batchNumber, waiting, error: undefined } : prepare(this.parts, first.vkey);
    } catch (error) {
      if (isOfTheProof(error)) return { batchNumber, waiting, error };
      throw error;
    }
  }

  private async settleOn(keyed: Keyed): Promise<void> {
    if (this.keyed !== undefined) return;
    const { folder, source, setup } = this.parts;
    await identify(folder, { genesis: source.genesis, vkey: keyed.vkey, setup });
    const genesis = source.state(0);
    if (genesis !== undefined) await isKept(() => publishState(folder, source.genesis.root, genesis, undefined));
    this.keyed = keyed;
  }

  /** The newest batch has no state to open, so that the head stays behind it. */
  private heldState(): Held | undefined {
    if (this.reached <= this.parts.heads.batchNumber) return undefined;
    const message = `The ledger does not keep the state after batch ${this.reached}, so that the published head stays before it.`;
    const error = new ZkStateError({ code: "INPUT_NOT_FOUND", message, next: "the next proven batch moves it on; prune after publishing" });
    return { batchNumber: this.reached, waiting: 0, error };
  }
}

/** @throws KEY_UNSAFE, KEY_MISMATCH, PROOF_MALFORMED for a key or a setup that is not to be used */
function prepare({ source, setup, backend }: PublisherParts, vkey: VerificationKey): Keyed {
  const verifier = prepareVerifier(backend, vkey, setup.verifier);
  const { vkeyDigest, srsDigest } = verifier;
  const about = { ledgerId: source.genesis.ledgerId, vkeyDigest, srsDigest };
  return { vkey, about, verifier, check: batchCheck(backend, vkey) };
}

const otherHistory = (batchNumber: number, expected: bigint, got: bigint | undefined): ZkStateError =>
  new ZkStateError({
    code: "KEY_MISMATCH",
    message: `The folder publishes another history of this ledger: batch ${batchNumber} has another root.`,
    expected: `${expected}`,
    got: got === undefined ? "no such batch" : `${got}`,
    next: "publish into another folder with --publish, or restore the ledger that was published",
  });

const lost = (batchNumber: number): ZkStateError =>
  new ZkStateError({
    code: "ARTIFACT_MISSING",
    message: `The published files of batch ${batchNumber} are damaged, and its proof is gone.`,
    next: "restore the proof's folder or the published folder from a copy, then run the same command again",
  });
