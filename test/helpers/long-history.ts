// What a venue publishes about thousands of batches, as far as a client asks for it. Proofs and setup are from known secrets, so that certificates of thousands
// of batches can be made here in seconds; states are real where clients stop and any numbers between.
import * as z from "zod/mini";
import { type Heads, stateFile, TRUST_ROOT_FILE } from "../../core/publication/files.js";
import { rangesBetween } from "../../core/publication/ranges.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { stateRoot } from "../../ledger/hashing.js";
import { StateFile } from "../../ledger/published/state.js";
import { type Files, type PublishedFixture, publishedFixture, putCertificate, putHeads, putJson, simulatedRange } from "./published.js";

/** Largest certificate, unless told otherwise. */
export const LARGEST = 8_192;

export class LongHistory {
  private readonly fixture: PublishedFixture = publishedFixture({ batches: 1 });
  readonly trustRoot = this.fixture.trustRoot;

  /** Files without a certificate yet. */
  empty(): Files {
    return new Map(this.fixture.files);
  }

  /** The header of a state after any batch; accounts and markets are those after batch 1. */
  private headerAt(batchNumber: number) {
    const header = this.fixture.states[1]?.header;
    if (header === undefined) throw new Error("no state");
    return { ...header, meta: { ...header.meta, batchNumber: BigInt(batchNumber) } };
  }

  /** Root after a batch: a real one where clients stop, any number between. */
  rootAt(n: number, stops: readonly number[]): bigint {
    if (n === 0) return this.trustRoot.root;
    return stops.includes(n) ? stateRoot(this.headerAt(n)) : 1_000_000n + BigInt(n);
  }

  /** Publishes the certificates between two batches that a client needs, and the state at the end. */
  publish(files: Files, from: number, to: number, stops: readonly number[], largest = LARGEST): void {
    const { trustRoot } = this;
    const heads: Pick<Heads, "largest" | "complete" | "checkpoint"> = { largest, complete: to, checkpoint: null };
    const roots = Array.from({ length: to + 1 }, (_, n) => this.rootAt(n, stops));
    for (const range of rangesBetween(from, to, heads)) {
      const between = roots.slice(range.from, range.to + 1);
      putCertificate(files, trustRoot, range, between[0] ?? 0n, between.at(-1) ?? 0n, simulatedRange(between, trustRoot));
    }
    const { signatures: _, ...prices } = this.fixture.history.steps[0]?.executed.batch.report ?? { signatures: [] };
    const state = { format: "zkstate state 1", header: this.headerAt(to), prices } as z.output<typeof StateFile>;
    putJson(files, stateFile(roots[to] ?? 0n), z.encode(StateFile, state));
    putHeads(files, { ledgerId: trustRoot.ledgerId, proven: { batchNumber: to, root: roots[to] ?? 0n, publishedAt: 0 }, ...heads });
  }

  /** Everything about a history of so many batches, from the genesis on. */
  files(batches: number): Files {
    const files = this.empty();
    putJson(files, TRUST_ROOT_FILE, z.encode(TrustRoot, this.trustRoot));
    this.publish(files, 0, batches, [batches]);
    return files;
  }
}
