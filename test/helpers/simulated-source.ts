// A source of batches without a ledger store and without proving: real states, proofs from known secrets. What it says can be changed at will.
import type { ProofSource, ProvenBatch } from "../../aggregator/source.js";
import { statementOf } from "../../cli/proof/envelope.js";
import { stateRoot } from "../../ledger/hashing.js";
import type { MemoryState } from "../../ledger/memory-state.js";
import { simulatedKey, simulatedProof } from "../unit/prover/simulated-proof.js";
import { type History, type HistoryOptions, history } from "./ledger-history.js";

export interface SimulatedSource extends ProofSource {
  readonly states: readonly MemoryState[];
  /** Batches without a proof. */
  readonly unproven: Set<number>;
  /** Versions that the ledger does not keep. */
  readonly pruned: Set<number>;
  /** Changes to what is answered about a batch. */
  readonly edits: Map<number, Partial<ProvenBatch>>;
  /** What was told to be published, in order. */
  readonly told: number[];
  /** Newest batch; fewer than there are can be shown. */
  shown: number;
}

function provenBatch(past: History, n: number): ProvenBatch {
  const step = past.steps[n - 1];
  if (step === undefined) throw new Error(`no batch ${n}`);
  const { before, executed, after } = step;
  const { oldRoot, newRoot, batch } = executed;
  const { profile: _, ...envelope } = statementOf(before.header, executed, { id: "tiny", ...past.profile });
  const time = Number(batch.report.time);
  return {
    batchNumber: n,
    ledgerId: after.header.meta.ledgerId,
    oldRoot,
    newRoot,
    proof: simulatedProof([oldRoot, newRoot], BigInt(1000 + n), BigInt(2000 + n)),
    vkey: simulatedKey(),
    keys: "development",
    envelope: Buffer.from(JSON.stringify(envelope)),
    report: batch.report,
    activity: {
      batchNumber: n,
      root: newRoot,
      time,
      transitions: { trade: 1 },
      executeMs: 1,
      witnessMs: 2,
      proveMs: 3,
      verifyMs: 4,
      provenAt: time + 20,
    },
  };
}

/** Batches of a small ledger, all proven. */
export function simulatedSource(options: HistoryOptions = {}): SimulatedSource {
  const past = history(options);
  const states = [past.genesis, ...past.steps.map(({ after }) => after)];
  const { ledgerId } = past.genesis.header.meta;
  const chains = past.genesis.header.chains.map(({ contract }) => contract);
  const [unproven, pruned] = [new Set<number>(), new Set<number>()];
  const edits = new Map<number, Partial<ProvenBatch>>();
  const told: number[] = [];
  const proven = new Map<number, ProvenBatch>(); // made once: a proof takes longer to make than to check
  const batch = (n: number): ProvenBatch => {
    const made = proven.get(n) ?? provenBatch(past, n);
    proven.set(n, made);
    return made;
  };
  return {
    genesis: { ledgerId, root: stateRoot(past.genesis.header), nLevels: past.profile.nLevels, chains },
    states,
    unproven,
    pruned,
    edits,
    told,
    shown: past.steps.length,
    head() {
      return this.shown;
    },
    roots: (n) => past.steps[n - 1]?.executed,
    isProven: (n) => n <= past.steps.length && !unproven.has(n),
    proof: async (n) => (unproven.has(n) ? undefined : { ...batch(n), ...edits.get(n) }),
    state: (n) => (pruned.has(n) ? undefined : states[n]),
    published: (upTo) => void told.push(upTo),
  };
}
