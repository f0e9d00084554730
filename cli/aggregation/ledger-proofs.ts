// The ledger and its proof folders as the aggregator's source of proven batches.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Genesis, ProofSource, ProvenBatch } from "../../aggregator/source.js";
import { ZkStateError } from "../../core/errors.js";
import type { Groth16Proof } from "../../core/groth16.js";
import type { BatchRecord } from "../../ledger/store/batch-record.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { StateReader } from "../../ledger/world.js";
import { keyKind } from "../circuits.js";
import type { Context } from "../command.js";
import { genesisRoot } from "../execute/execute-file.js";
import { batchOf } from "../execute/published.js";
import { type Accepted, checkFolder } from "../proof/check.js";
import { folderName, isProofFolder, type ProofFiles, readFolder } from "../proof/folder.js";
import { ownKeyNote, requireProductionKey, trustedKey } from "../proof/trust.js";
import { kindsOf } from "../prove-summary.js";

export class LedgerProofs implements ProofSource {
  readonly genesis: Genesis;
  /** Keys and circuits that were found to be good enough. */
  private readonly trusted = new Set<string>();

  constructor(
    private readonly context: Context,
    /** Opened by whoever makes the source, to write sometimes. */
    private readonly store: LedgerStore,
  ) {
    const { meta, chains } = store.snapshot().header;
    this.genesis = { ledgerId: meta.ledgerId, root: genesisRoot(store), nLevels: store.nLevels, chains: chains.map((c) => c.contract) };
  }

  head(): number {
    return this.store.head().batchNumber;
  }

  roots(batchNumber: number): BatchRecord | undefined {
    return this.store.batch(batchNumber);
  }

  isProven(batchNumber: number): boolean {
    const state = this.store.batch(batchNumber)?.state;
    return state !== undefined && state !== "executed";
  }

  async proof(batchNumber: number): Promise<ProvenBatch | undefined> {
    const record = this.store.batch(batchNumber);
    if (record === undefined || record.state === "executed") return undefined;
    const { dir, files, checked } = this.folderOf(record);
    await this.requireTrust(dir, checked);
    const { envelope, vkey } = checked;
    const { report } = batchOf(envelope.batch);
    const { executeMs, witnessMs, proveMs, verifyMs } = envelope.timings;
    return {
      batchNumber: envelope.batchNumber,
      ledgerId: BigInt(envelope.ledgerId),
      oldRoot: BigInt(envelope.oldRoot),
      newRoot: BigInt(envelope.newRoot),
      proof: JSON.parse(files["proof.json"]) as Groth16Proof, // whatever it is: the aggregator reads it strictly
      vkey,
      keys: envelope.keys.kind,
      envelope: Buffer.from(files["batch.json"]),
      report,
      activity: {
        batchNumber,
        root: record.newRoot,
        time: Number(report.time),
        transitions: kindsOf(envelope),
        ...{ executeMs, witnessMs, proveMs, verifyMs },
        provenAt: Math.floor(statSync(join(dir, "proof.json")).mtimeMs / 1000),
      },
    };
  }

  state(batchNumber: number): StateReader | undefined {
    const { oldest, newest } = this.store.versions();
    return batchNumber >= oldest && batchNumber <= newest ? this.store.snapshot(batchNumber) : undefined;
  }

  published(upTo: number): void {
    // Batches are published in order: those that the ledger knows of come first.
    let from = upTo + 1;
    while (this.store.batch(from - 1)?.state === "proven") from--;
    if (from <= upTo) this.store.markAggregated(from, upTo);
  }

  /** The proof where the ledger says it is, or in its place below `out`. @throws ARTIFACT_MISSING, and what is wrong with the last one found */
  private folderOf({ batchNumber, proofRef }: BatchRecord): {
    readonly dir: string;
    readonly files: ProofFiles;
    readonly checked: Accepted;
  } {
    const usual = join(this.context.settings.out.value, folderName(batchNumber));
    const places = [...new Set([proofRef ?? usual, usual])];
    let wrong: ZkStateError | undefined;
    for (const dir of places.filter(isProofFolder)) {
      try {
        const files = readFolder(dir);
        const checked = checkFolder(files, undefined, true);
        if (checked.ok) return { dir, files, checked };
        wrong = new ZkStateError({ ...optional(checked), code: checked.code, message: `${dir}: ${checked.detail}` });
      } catch (e) {
        // A file is missing, or something in it is so wrong that it cannot even be refused.
        if (e instanceof ZkStateError && e.code !== "INPUT_NOT_FOUND") throw e;
        wrong = new ZkStateError({
          code: "PROOF_MALFORMED",
          message: `${dir}: ${e instanceof Error ? e.message : "unreadable"}`,
          cause: e,
        });
      }
    }
    throw wrong ?? missing(places);
  }

  /** @throws DEVELOPMENT_KEY, KEY_MISMATCH, VERSION_MISMATCH in production */
  private async requireTrust(dir: string, { envelope, vkey, vkeyDigest }: Accepted): Promise<void> {
    const { settings, output } = this.context;
    const key = [vkeyDigest, envelope.keys.kind, envelope.circuit.id, envelope.circuit.digest].join();
    if (this.trusted.has(key)) return;
    const trust = trustedKey(vkeyDigest, settings);
    if (keyKind(settings) === "production") await requireProductionKey(envelope, vkey, trust, settings);
    else if (trust.kind === "own") output.note(ownKeyNote(dir, vkeyDigest));
    this.trusted.add(key);
  }
}

const optional = ({ expected, got }: { readonly expected?: string; readonly got?: string }) => ({
  ...(expected === undefined ? {} : { expected }),
  ...(got === undefined ? {} : { got }),
});

const missing = (places: readonly string[]): ZkStateError =>
  new ZkStateError({
    code: "ARTIFACT_MISSING",
    message: `it is not in ${places.join(" or ")}`,
    next: "restore the folder, or prove the batch again with the file that it came from",
  });
