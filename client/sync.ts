// One sync: from where a client stands to the server's proven head, or to evidence that there are two.
import { ZkStateError } from "../core/errors.js";
import type { PairingBackend } from "../core/pairing/backend.js";
import { HEADS_FILE, Heads, SRS_FILE, SrsFile } from "../core/publication/files.js";
import { type TrustRoot, trustRootDigest } from "../core/publication/trust-root.js";
import { invalid, LIMITS, readShaped, shaped } from "./answers.js";
import type { Syncing } from "./events.js";
import type { Evidence } from "./evidence.js";
import { type Followed, follow, type Route, rangesTo } from "./follow.js";
import type { Standing } from "./kept.js";
import { type Boundary, endOf, type Link, rootAt, startOf } from "./links.js";
import { fetchSetup, type Setup } from "./setup.js";
import { fetchState } from "./state.js";
import type { Transport } from "./transport.js";
import type { Fork, VerifiedHistory } from "./verified-history.js";

/** A path that is longer is replaced by the one over the largest certificates, so that what is kept stays small. */
const LONGEST_PATH = 64;

export interface SyncInput {
  readonly transport: Transport;
  readonly trustRoot: TrustRoot;
  readonly backend: PairingBackend;
  /** Where the client stands; none before its first sync. */
  readonly position: Standing | undefined;
  /** What was verified so far, to which this sync adds. */
  readonly history: VerifiedHistory;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: Syncing) => void;
}

export type Outcome =
  | { readonly kind: "synced"; readonly position: Standing; readonly steps: readonly Followed[]; readonly heads: Heads }
  | { readonly kind: "forked"; readonly evidence: Evidence };

/** What one sync works with. */
interface Work {
  readonly route: Route;
  readonly heads: Heads;
  readonly setup: Setup;
  readonly start: Boundary;
}

async function readHeads({ transport, trustRoot, signal }: SyncInput): Promise<Heads> {
  const heads = await readShaped(transport, Heads, HEADS_FILE, LIMITS.heads, signal);
  if (heads.ledgerId === trustRoot.ledgerId) return heads;
  const sums = { expected: `${trustRoot.ledgerId}`, got: `${heads.ledgerId}` };
  throw invalid(HEADS_FILE, "ledger", "The server publishes another ledger.", sums);
}

/**
 * Follows the server's own path from the trust root to a batch, for whose state it has named another root than ours. Where the path holds, or as much of it as
 * it takes to see two states after one batch, that is known afterwards.
 * @returns what is wrong with the server's answer unless there is a fork now
 */
async function dispute({ route, heads, start }: Work, own: readonly Link[], batchNumber: number, file: string): Promise<ZkStateError> {
  const unproven = (got: string) =>
    invalid(
      file,
      "fork",
      `The server names another state after batch ${batchNumber} than the one that was verified, and does not prove it.`,
      { got },
    );
  if (!own.some(({ to }) => to <= batchNumber)) return unproven("the trust root's own state");
  try {
    const { contradiction } = await follow(route, start, rangesTo(start.batchNumber, batchNumber, heads));
    return unproven(contradiction === undefined ? "a path to the state that was verified" : `a path that breaks at ${contradiction.file}`);
  } catch (e) {
    if (e instanceof ZkStateError && e.code === "NOT_PUBLISHED") return unproven(e.message);
    throw e;
  }
}

/** The path over the largest certificates, when it is much shorter; the long one when the server does not have it. */
async function shortened({ route, heads, start }: Work, links: readonly Link[]): Promise<readonly Link[]> {
  const ranges = rangesTo(start.batchNumber, endOf(start, links).batchNumber, heads);
  if (links.length <= LONGEST_PATH || ranges.length > links.length / 2) return links;
  try {
    const { steps, contradiction } = await follow(route, start, ranges);
    return contradiction === undefined ? steps.map(({ link }) => link) : links;
  } catch {
    route.signal?.throwIfAborted();
    return links;
  }
}

/** Opens the state at the end of a path, unless the client stands there already. */
async function arrive({ route, setup, start }: Work, links: readonly Link[], position: Standing | undefined): Promise<Standing> {
  const end = endOf(start, links);
  if (position?.head.root === end.root && position.head.batchNumber === end.batchNumber) return position;
  const { head, json } = await fetchState(route.transport, end, route.trustRoot, route.signal);
  return { setup, links, head, state: json };
}

/** From where the client stands to the server's head. */
async function advance(work: Work, { position, onProgress }: SyncInput): Promise<Extract<Outcome, { kind: "synced" }>> {
  const { route, heads, start } = work;
  const known = position?.links ?? [];
  const at = endOf(start, known);
  const { batchNumber, root } = heads.proven;
  if (batchNumber <= at.batchNumber) {
    const ours = rootAt(start, known, batchNumber);
    if (ours !== undefined && ours !== root) throw await dispute(work, known, batchNumber, HEADS_FILE);
    return { kind: "synced", position: await arrive(work, known, position), steps: [], heads };
  }
  const ranges = rangesTo(at.batchNumber, batchNumber, heads);
  const progress = (verified: number) => onProgress({ from: at.batchNumber, to: batchNumber, verified, total: ranges.length });
  progress(0);
  const { steps, contradiction } = await follow(route, at, ranges, progress);
  const links = [...known, ...steps.map(({ link }) => link)];
  if (contradiction !== undefined) throw await dispute(work, links, contradiction.batchNumber, contradiction.file);
  const end = endOf(start, links);
  if (end.root !== root)
    throw invalid(HEADS_FILE, "new root", "The server's head is not the state that its certificates lead to.", {
      expected: `${end.root}`,
      got: `${root}`,
    });
  return { kind: "synced", position: await arrive(work, await shortened(work, links), position), steps, heads };
}

const evidenceOf = ({ route: { trustRoot }, setup }: Work, [one, other]: Fork): Evidence => ({
  format: "zkstate evidence 1",
  trustRootDigest: trustRootDigest(trustRoot),
  batchNumber: one.at(-1)?.to ?? trustRoot.batchNumber,
  verificationKey: setup.verificationKey,
  srs: shaped(SrsFile, setup.srs, SRS_FILE),
  paths: [one, other],
});

/** @throws RESPONSE_INVALID, CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, or as the transport; the client's position is then as it was */
export async function syncOnce(input: SyncInput): Promise<Outcome> {
  const { transport, trustRoot, backend, position, history, signal } = input;
  const heads = await readHeads(input);
  const setup = position?.setup ?? (await fetchSetup(transport, trustRoot, backend, signal));
  const route: Route = { transport, trustRoot, verifier: setup.verifier, history, signal };
  const work: Work = { route, heads, setup, start: startOf(trustRoot) };
  const outcome = await advance(work, input).catch((error: unknown) => ({ kind: "failed" as const, error }));
  // Whatever else has happened, this is the news.
  if (history.fork !== undefined) return { kind: "forked", evidence: evidenceOf(work, history.fork) };
  if (outcome.kind === "failed") throw outcome.error;
  return outcome;
}
