// Proofs for executed batches: found when they are there already, made otherwise.
import { join } from "node:path";
import { ZkStateError } from "../../core/errors.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { CircuitArtifact } from "../../prover/artifacts.js";
import type { ProverBackend } from "../../prover/backends/backend.js";
import { cacheDir } from "../../prover/cache-dir.js";
import type { KeyArtifact } from "../../prover/keys/ensure-keys.js";
import { proveAndVerify } from "../../prover/prove-batch.js";
import { backendFor, compiled, keyKind, keysFor } from "../circuits.js";
import type { Context } from "../command.js";
import { prepareBatch, profileOf } from "../execute/prepare.js";
import { decodePublished, type Published } from "../execute/published.js";
import type { Progress } from "../progress.js";
import { checkFolder } from "./check.js";
import type { Envelope } from "./envelope.js";
import { folderName, isProofFolder, type ProofFiles, readFolder, writeFolder } from "./folder.js";
import { proofFiles } from "./proof-files.js";
import { vouchedBy } from "./trust.js";

/** A batch with its proof on disk. */
export interface ProvenBatch {
  readonly dir: string;
  readonly envelope: Envelope;
  /** False when the proof was there already. */
  readonly fresh: boolean;
}

/** What proving needs, made when the first proof is really needed. */
interface Workshop {
  readonly circuit: CircuitArtifact;
  readonly keys: KeyArtifact;
  readonly backend: ProverBackend;
}

/** Proves these batches in order, one folder each below the setting `out`. */
export async function proveBatches(
  context: Context,
  store: LedgerStore,
  numbers: readonly number[],
  progress: Progress,
): Promise<ProvenBatch[]> {
  const workshops = new Map<string, Workshop>();
  const proven: ProvenBatch[] = [];
  for (const [i, batchNumber] of numbers.entries()) {
    context.signal.throwIfAborted();
    progress.label = numbers.length === 1 ? "" : `[${i + 1}/${numbers.length}] `;
    const published = decodePublished(store.blob(batchNumber));
    const dir = join(context.settings.out.value, folderName(batchNumber));
    const found = existing(context, store, batchNumber, dir);
    if (found !== undefined) proven.push(found);
    else {
      const workshop = workshops.get(published.circuit) ?? (await openWorkshop(context, published, progress));
      workshops.set(published.circuit, workshop);
      proven.push({ dir, envelope: await proveOne(context, store, batchNumber, workshop, dir, progress), fresh: true });
    }
    store.markProven(batchNumber, dir);
  }
  return proven;
}

/** A valid proof of this very batch: in its place, or where the ledger remembers one. */
function existing(context: Context, store: LedgerStore, batchNumber: number, dir: string): ProvenBatch | undefined {
  const record = store.batch(batchNumber);
  const wanted = keyKind(context.settings);
  for (const place of new Set([dir, record?.proofRef ?? dir])) {
    if (!isProofFolder(place)) continue;
    const files = readable(place);
    const checked = files === undefined ? undefined : checkFolder(files);
    if (files === undefined || checked?.ok !== true) {
      context.output.note(
        `${place} holds no valid proof (${checked?.ok === false ? checked.detail : "a file is missing"}); it is made again`,
      );
      continue;
    }
    const { envelope } = checked;
    if (envelope.oldRoot !== `${record?.oldRoot}` || envelope.newRoot !== `${record?.newRoot}`) {
      if (place === dir) throw occupied(dir, envelope);
      continue;
    }
    // a proof is taken over only under a key that this machine made or keeps: the folder's own word does not count
    if (vouchedBy(cacheDir(context.settings.cache.value || undefined), checked.vkeyDigest).kind !== wanted) continue;
    if (place !== dir) writeFolder(dir, files);
    return { dir, envelope, fresh: false };
  }
  return undefined;
}

function readable(dir: string): ProofFiles | undefined {
  try {
    return readFolder(dir);
  } catch {
    return undefined;
  }
}

const occupied = (dir: string, envelope: Envelope): ZkStateError =>
  new ZkStateError({
    code: "USAGE",
    message: `${dir} holds the proof of a batch of another ledger.`,
    got: `ledger ${envelope.ledgerId}, new root ${envelope.newRoot}`,
    next: "choose another folder with --out, or move the old proofs away; what was executed stays executed",
  });

async function openWorkshop({ settings, signal }: Context, published: Published, progress: Progress): Promise<Workshop> {
  const backend = await backendFor(settings);
  const circuit = await compiled(profileOf(published), settings, progress.onStage);
  signal.throwIfAborted();
  return { backend, circuit, keys: await keysFor(circuit, settings, signal, progress.onStage) };
}

async function proveOne(
  { signal }: Context,
  store: LedgerStore,
  batchNumber: number,
  { circuit, keys, backend }: Workshop,
  dir: string,
  progress: Progress,
): Promise<Envelope> {
  const { input, ...prepared } = prepareBatch(store, batchNumber);
  const result = await proveAndVerify({ circuit, keys, input, backend, onStage: progress.onStage, signal });
  const { files, envelope } = proofFiles({ ...prepared, circuit, keys, result });
  writeFolder(dir, files);
  return envelope;
}
