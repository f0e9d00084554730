// The ledger on disk as the farm's source of batches.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asZkStateError, type ErrorCode } from "../../core/errors.js";
import type { Groth16Proof } from "../../core/groth16.js";
import type { ArtifactRef } from "../../farm/job.js";
import type { BatchSource, BatchStatement, LocalCircuit, ProofDetails } from "../../farm/source.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { CircuitArtifact, CircuitManifest } from "../../prover/artifacts.js";
import type { KeyArtifact } from "../../prover/keys/ensure-keys.js";
import { compiled, keysFor } from "../circuits.js";
import type { Context } from "../command.js";
import { type PreparedBatch, prepareBatch, profileOf } from "../execute/prepare.js";
import { decodePublished, type Published } from "../execute/published.js";
import type { Progress } from "../progress.js";
import { folderName, writeFolder } from "../proof/folder.js";
import { proofFiles } from "../proof/proof-files.js";

interface Workshop {
  readonly circuit: CircuitArtifact;
  readonly keys: KeyArtifact;
}

/** Another command that writes to the ledger is done within this time, ms; one that makes it looks like damage for a moment. */
const PASSING_MS: Partial<Record<ErrorCode, number>> = { STORE_BUSY: 60_000, STORE_CORRUPT: 1000 };
const BUSY_WAIT_MS = 100;

export class LedgerSource implements BatchSource {
  /** The batch that was prepared last: it is asked for several times in a row, and never changes. */
  private last: { readonly batchNumber: number; readonly prepared: PreparedBatch } | undefined;
  private readonly workshops = new Map<string, Promise<Workshop>>();
  /** The circuit of each batch that was asked for: it never changes. */
  private readonly circuitOf = new Map<number, Published["circuit"]>();

  constructor(
    private readonly context: Context,
    /** Opened by whoever makes the source, to write sometimes. */
    private readonly store: LedgerStore,
    readonly id: string,
    private readonly progress: Progress,
  ) {}

  async unproven(): Promise<readonly number[]> {
    return [...this.store.unproven()];
  }

  async circuit(batchNumber: number): Promise<LocalCircuit> {
    const { circuit, keys } = await this.workshop(batchNumber);
    const { nWires, nPublic, nConstraints } = circuit.manifest;
    const counts = { nWires, nPublic, nConstraints };
    const files = { wasm: refTo(circuit.manifest.files, "circuit.wasm"), zkey: refTo(keys.manifest.files, "circuit.zkey") };
    const id = this.circuitOf.get(batchNumber) ?? circuit.name;
    const job = { id, digest: circuit.digest, vkeyDigest: keys.vkeyDigest, ...counts, ...files };
    return { circuit: job, wasmPath: circuit.wasmPath, zkeyPath: keys.zkeyPath, vkey: keys.vkey };
  }

  async statement(batchNumber: number): Promise<BatchStatement> {
    const { input, executed } = this.prepared(batchNumber);
    const text = JSON.stringify(input, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
    return { input: Buffer.from(text), publicSignals: [`${executed.oldRoot}`, `${executed.newRoot}`] };
  }

  async accept(batchNumber: number, proof: Groth16Proof, details: ProofDetails): Promise<boolean> {
    const { circuit, keys } = await this.workshop(batchNumber);
    const dir = join(this.context.settings.out.value, folderName(batchNumber));
    const { input: _, ...prepared } = this.prepared(batchNumber);
    const publicSignals = [`${prepared.executed.oldRoot}`, `${prepared.executed.newRoot}`];
    const { files } = proofFiles({ ...prepared, circuit, keys, result: { proof, publicSignals, ...details } }, true);
    writeFolder(dir, files);
    return whileBusy(() => this.store.markProven(batchNumber, dir));
  }

  private prepared(batchNumber: number): PreparedBatch {
    if (this.last?.batchNumber !== batchNumber) this.last = { batchNumber, prepared: prepareBatch(this.store, batchNumber) };
    return this.last.prepared;
  }

  private async workshop(batchNumber: number): Promise<Workshop> {
    const id = this.circuitOf.get(batchNumber);
    const known = id === undefined ? undefined : this.workshops.get(id);
    if (known !== undefined) return known;
    const published = decodePublished(this.store.blob(batchNumber));
    this.circuitOf.set(batchNumber, published.circuit);
    const opened = this.workshops.get(published.circuit) ?? this.openWorkshop(published);
    this.workshops.set(published.circuit, opened);
    opened.catch(() => this.workshops.delete(published.circuit));
    return opened;
  }

  private async openWorkshop(published: Published): Promise<Workshop> {
    const { settings, signal } = this.context;
    const circuit = await compiled(profileOf(published), settings, this.progress.onStage);
    return { circuit, keys: await keysFor(circuit, settings, signal, this.progress.onStage) };
  }
}

/** Tries again while another command writes, or makes the ledger. @throws STORE_BUSY when it takes too long, and what the work throws */
export async function whileBusy<T>(work: () => T | Promise<T>): Promise<T> {
  for (const start = Date.now(); ; await sleep(BUSY_WAIT_MS)) {
    try {
      return await work();
    } catch (e) {
      if (Date.now() - start > (PASSING_MS[asZkStateError(e).code] ?? 0)) throw e;
    }
  }
}

function refTo(files: CircuitManifest["files"], name: string): ArtifactRef {
  const record = files[name];
  if (record === undefined) throw new Error(`the manifest has no ${name}`);
  return { sha256: record.sha256, bytes: record.bytes };
}
