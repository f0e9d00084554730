// The published form of the simulated market: positions in every instrument, liquidations, certificates of many batches. Equal seeds give equal files.
import * as z from "zod/mini";
import { ACTIVITY_FILE, Activity, certificateFile } from "../../core/publication/files.js";
import { rangesBetween } from "../../core/publication/ranges.js";
import type { TrustRoot } from "../../core/publication/trust-root.js";
import { executeBatch } from "../../ledger/batch.js";
import type { BatchItem, GenesisItem, ReportItem } from "../../ledger/codec.js";
import { genesis } from "../../ledger/genesis.js";
import { emptyState, type MemoryState, nextState } from "../../ledger/memory-state.js";
import type { Batch, Profile, Transition } from "../../ledger/types.js";
import { simulateMarket } from "../../simulate/market.js";
import { logOfC } from "../unit/prover/simulated-proof.js";
import { proveByLogarithms } from "./exponent-prover.js";
import type { History, Step } from "./ledger-history.js";
import { type Files, type PublishedFixture, publishedFixture, putCertificate, putHeads, putJson, readJson } from "./published.js";

const PROFILE: Profile = { nTx: 16, nAccounts: 24, nLevels: 8 };
/** The secrets of simulatedSrs(), and the logarithms of A and B in simulatedProof(). */
const SECRETS = { a: 1_000_003n, b: 2_000_003n };
const PROOF = { a: 99n, b: 101n };

const isReport = (item: BatchItem): item is ReportItem => item.kind === "report";
const isTransition = (item: BatchItem): item is Transition => item.kind !== "report" && item.kind !== "genesis";

function batchesOf(items: readonly BatchItem[]): Batch[] {
  const batches: { report: ReportItem; transitions: Transition[] }[] = [];
  for (const item of items) {
    if (isReport(item)) batches.push({ report: item, transitions: [] });
    else if (isTransition(item)) batches.at(-1)?.transitions.push(item);
  }
  return batches.map(({ report: { kind: _, ...report }, transitions }) => ({ report, transitions }));
}

function replay(first: MemoryState, batches: readonly Batch[]): Step[] {
  const steps: Step[] = [];
  let before = first;
  for (const batch of batches) {
    const executed = executeBatch(before, batch, PROFILE);
    if (!executed.ok) throw new Error(`the simulation is refused: ${executed.refusal.code}`);
    const after = nextState(before, executed);
    steps.push({ before, executed, after });
    before = after;
  }
  return steps;
}

function marketHistory(seed: string, batches: number): History {
  const { venue } = simulateMarket({ seed, accounts: 14, batches, profile: PROFILE, source: { kind: "walk" } });
  const [first] = venue.items;
  if (first?.kind !== "genesis") throw new Error("a simulation starts with its genesis");
  const start = emptyState(genesis(first satisfies GenesisItem), PROFILE.nLevels);
  return { genesis: start, steps: replay(start, batchesOf(venue.items)), profile: PROFILE };
}

/** The aggregated certificates that lead from the genesis to each of some heads. */
export function putAggregates(
  files: Files,
  trustRoot: TrustRoot,
  roots: readonly bigint[],
  largest: number,
  heads: readonly number[],
): void {
  const rootOf = (n: number): bigint => roots[n] ?? 0n;
  const ranges = heads.flatMap((head) => rangesBetween(0, head, { largest, complete: head, checkpoint: null }));
  for (const range of ranges) {
    const count = range.to - range.from;
    if (count === 1 || files.has(certificateFile(range))) continue;
    const proofs = Array.from({ length: count }, (_, i) => {
      const [oldRoot, newRoot] = [rootOf(range.from + i), rootOf(range.from + i + 1)];
      return { ...PROOF, c: logOfC(PROOF.a, PROOF.b, [oldRoot, newRoot]), oldRoot };
    });
    const [oldRoot, newRoot] = [rootOf(range.from), rootOf(range.to)];
    const certificate = proveByLogarithms({ oldRoot, newRoot, count }, proofs, SECRETS, trustRoot);
    putCertificate(files, trustRoot, range, oldRoot, newRoot, certificate);
  }
}

/** Times that vary a little, so that charts have a shape; whole numbers of milliseconds. */
function putTimes(files: Files): void {
  const { batches, ...rest } = Activity.parse(readJson(files, ACTIVITY_FILE));
  const varied = batches.map((batch, i) => {
    const wave = (period: number, most: number) => Math.round(most * (1 + Math.sin((2 * Math.PI * i) / period)));
    const times = { executeMs: 40 + wave(5, 8), witnessMs: 420 + wave(7, 40), proveMs: 2_900 + wave(6, 260) + wave(11, 180), verifyMs: 9 };
    const provenAt = batch.time + 4 + wave(9, 2);
    return { ...batch, ...times, provenAt, publishedAt: provenAt + 1 + wave(4, 1) };
  });
  putJson(files, ACTIVITY_FILE, z.encode(Activity, { ...rest, batches: varied }));
}

/** The files of a market after so many batches. */
export function publishedMarket({ seed = "page", batches = 14, largest = 8 } = {}): PublishedFixture {
  const published = publishedFixture({ past: marketHistory(seed, batches) });
  const { files, trustRoot, roots, states } = published;
  putAggregates(files, trustRoot, roots, largest, [batches - 1, batches]);
  putTimes(files);
  const publishedAt = Number(states.at(-1)?.header.meta.timestamp ?? 0n) + 6;
  putHeads(files, { ledgerId: trustRoot.ledgerId, proven: { batchNumber: batches, root: roots.at(-1) ?? 0n, publishedAt }, largest });
  return published;
}
