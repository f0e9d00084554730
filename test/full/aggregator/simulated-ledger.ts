// A real ledger on disk whose proofs are simulated: folders as `prove` writes them, under a key whose secrets are known, at once instead of in minutes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instance } from "../../../circuits/instances.js";
import { readBatchFile } from "../../../cli/batch-file.js";
import { executeFile } from "../../../cli/execute/execute-file.js";
import { prepareBatch } from "../../../cli/execute/prepare.js";
import { folderName, writeFolder } from "../../../cli/proof/folder.js";
import { type ProvenParts, proofFiles } from "../../../cli/proof/proof-files.js";
import type { VerificationKey } from "../../../core/groth16.js";
import { verificationKeyDigest } from "../../../core/vkey-digest.js";
import { LedgerStore } from "../../../ledger/store/ledger-store.js";
import { accelerate } from "../../../native/accelerate.js";
import { simulatedKey, simulatedProof } from "../../unit/prover/simulated-proof.js";
import { batchFile } from "../farm/lab/lab.js";
import { Command, type Ended } from "../farm/lab/processes.js";

accelerate();

const PROFILE = instance("tiny");

export class SimulatedLedger {
  private constructor(
    readonly dir: string,
    /** Held open for as long as the ledger is used: the engine's locks go with its last user. */
    readonly store: LedgerStore,
  ) {}

  /** Executes batches on a new ledger, from batches.jsonl; nothing is proven yet. */
  static async make(seed: string, batches: number): Promise<SimulatedLedger> {
    const dir = mkdtempSync(join(tmpdir(), "zkstate-aggregate-"));
    const text = batchFile(seed, batches);
    writeFileSync(join(dir, "batches.jsonl"), text);
    const { store } = await executeFile(join(dir, ".zkstate"), readBatchFile(text), PROFILE, false);
    await store.close();
    return new SimulatedLedger(dir, LedgerStore.open(join(dir, ".zkstate"), { writesSometimes: true }));
  }

  get head(): number {
    return this.store.head().batchNumber;
  }

  get published(): string {
    return join(this.dir, "published");
  }

  proofFolder(batchNumber: number): string {
    return join(this.dir, "proofs", folderName(batchNumber));
  }

  /**
   * Puts proofs in place for batches from one number to another, as `prove` does.
   * @param over what the proofs prove, and under which key, when not what they should
   */
  prove(from: number, to: number, { proves, vkey = simulatedKey() }: { proves?: readonly bigint[]; vkey?: VerificationKey } = {}): void {
    for (let n = from; n <= to; n++) {
      const { input: _, ...prepared } = prepareBatch(this.store, n);
      const { oldRoot, newRoot } = prepared.executed;
      const proof = simulatedProof(proves ?? [oldRoot, newRoot], BigInt(2 * n + 1), BigInt(3 * n + 1));
      const timings = { witnessMs: 1, proveMs: 2, verifyMs: 3 };
      const result = { proof, publicSignals: [`${oldRoot}`, `${newRoot}`], backend: "simulated", timings };
      const circuit = { digest: "0".repeat(64), manifest: { nConstraints: 1 } };
      const keys = { kind: "development", vkey, vkeyDigest: verificationKeyDigest(vkey) };
      const { files } = proofFiles({ ...prepared, circuit, keys, result } as unknown as ProvenParts, true);
      writeFolder(this.proofFolder(n), files);
      this.store.markProven(n, this.proofFolder(n));
    }
  }

  /** The built command line, in the ledger's folder. */
  start(args: readonly string[]): Command {
    const { PATH, HOME, ZKSTATE_CACHE } = process.env;
    const env = Object.fromEntries(Object.entries({ PATH, HOME, ZKSTATE_CACHE, NO_COLOR: "1" }).filter(([, value]) => value !== undefined));
    return new Command(args, this.dir, env);
  }

  async run(args: readonly string[]): Promise<Ended & { readonly json: Record<string, unknown>; readonly stderr: string }> {
    const command = this.start([...args, "--json"]);
    const ended = await command.ended;
    const json = command.stdout === "" ? {} : (JSON.parse(command.stdout) as Record<string, unknown>);
    return { ...ended, json, stderr: command.stderr };
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
