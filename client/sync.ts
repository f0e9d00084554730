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
import { type Boundary, endOf, forkOf, type Link, rootAt, startOf } from "./links.js";
import { fetchSetup, type Setup } from "./setup.js";
import { fetchState } from "./state.js";
import type { Transport } from "./transport.js";

/** A path that is longer is replaced by the one over the largest certificates, so that what is kept stays small. */
const LONGEST_PATH = 64;

export interface SyncInput {
  readonly transport: Transport;
  readonly trustRoot: TrustRoot;
  readonly backend: PairingBackend;
  /** Where the client stands; none before its first sync. */
  readonly position: Standing | undefined;
  /** The longest path that was verified before, whether it has led to a position or not. */
  readonly reached: readonly Link[];
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: Syncing) => void;
  /** The path of a sync that fails, as far as it was verified: it may be half of the evidence of a fork. */
  readonly onReached: (links: readonly Link[]) => void;
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

/** Evidence in two verified paths, where they have different states after one batch. */
function evidenceIn({ route: { trustRoot }, setup }: Work, one: readonly Link[], other: readonly Link[]): Evidence | undefined {
  const batchNumber = forkOf(one, other);
  if (batchNumber === undefined) return undefined;
  const upTo = (links: readonly Link[]) => links.filter(({ to }) => to <= batchNumber);
  return {
    format: "zkstate evidence 1",
    trustRootDigest: trustRootDigest(trustRoot),
    batchNumber,
    verificationKey: setup.verificationKey,
    srs: shaped(SrsFile, setup.srs, SRS_FILE),
    paths: [upTo(one), upTo(other)],
  };
}

/**
 * The server's own path from the trust root to a batch, for whose state it has named another root than ours.
 * @returns evidence when the path holds, or as much of it as it takes to see two states after one batch
 * @throws RESPONSE_INVALID when the server cannot show such a path
 */
async function dispute(work: Work, own: readonly Link[], batchNumber: number, file: string): Promise<Evidence> {
  const { route, heads, start } = work;
  const links = own.filter((link) => link.to <= batchNumber);
  const unproven = (got: string) =>
    invalid(
      file,
      "fork",
      `The server names another state after batch ${batchNumber} than the one that was verified, and does not prove it.`,
      { got },
    );
  if (links.length === 0) throw unproven("the trust root's own state");
  const theirs: Link[] = [];
  try {
    const { contradiction } = await follow(route, start, rangesTo(start.batchNumber, batchNumber, heads), (link) => theirs.push(link));
    if (contradiction !== undefined) throw unproven(`a path that breaks at ${contradiction.file}`);
  } catch (e) {
    const evidence = evidenceIn(work, links, theirs);
    if (evidence !== undefined) return evidence;
    if (e instanceof ZkStateError && e.code === "NOT_PUBLISHED") throw unproven(e.message);
    throw e;
  }
  const evidence = evidenceIn(work, links, theirs);
  if (evidence === undefined) throw unproven("a path to the state that was verified");
  return evidence;
}

/** The path over the largest certificates, as far as the server has it, where that is much shorter. */
async function shorter({ route, heads, start }: Work, links: readonly Link[]): Promise<readonly Link[]> {
  const ranges = rangesTo(start.batchNumber, endOf(start, links).batchNumber, heads);
  if (links.length <= LONGEST_PATH || ranges.length > links.length / 2) return links;
  const short: Link[] = [];
  try {
    await follow(route, start, ranges, (link) => short.push(link));
  } catch {
    route.signal?.throwIfAborted(); // for any other reason the long path does as well
  }
  return short;
}

/** Opens the state at the end of a path, unless the client stands there already. */
async function arrive({ route, setup, start }: Work, links: readonly Link[], position: Standing | undefined): Promise<Standing> {
  const end = endOf(start, links);
  if (position?.head.root === end.root && position.head.batchNumber === end.batchNumber) return position;
  const { head, json } = await fetchState(route.transport, end, route.trustRoot, route.signal);
  route.signal?.throwIfAborted(); // who no longer waits for it is not moved on
  return { setup, links, head, state: json };
}

/** Follows the server from the end of `links`, to which every verified link is added, even when a later one fails. */
async function advance(work: Work, links: Link[], { position, onProgress }: SyncInput): Promise<Outcome> {
  const { route, heads, start } = work;
  const at = endOf(start, links);
  const { batchNumber, root } = heads.proven;
  if (batchNumber <= at.batchNumber) {
    const ours = rootAt(start, links, batchNumber);
    if (ours !== undefined && ours !== root) return { kind: "forked", evidence: await dispute(work, links, batchNumber, HEADS_FILE) };
    return { kind: "synced", position: await arrive(work, links, position), steps: [], heads };
  }
  const ranges = rangesTo(at.batchNumber, batchNumber, heads);
  const progress = (verified: number) => onProgress({ from: at.batchNumber, to: batchNumber, verified, total: ranges.length });
  progress(0);
  const { steps, contradiction } = await follow(route, at, ranges, (link, verified) => {
    links.push(link);
    progress(verified);
  });
  if (contradiction !== undefined)
    return { kind: "forked", evidence: await dispute(work, links, contradiction.batchNumber, contradiction.file) };
  const end = endOf(start, links);
  if (end.root !== root)
    throw invalid(HEADS_FILE, "new root", "The server's head is not the state that its certificates lead to.", {
      expected: `${end.root}`,
      got: `${root}`,
    });
  const short = await shorter(work, links);
  const evidence = evidenceIn(work, links, short);
  if (evidence !== undefined) return { kind: "forked", evidence };
  const path = endOf(start, short).batchNumber === end.batchNumber ? short : links;
  return { kind: "synced", position: await arrive(work, path, position), steps, heads };
}

/** @throws RESPONSE_INVALID, CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, or as the transport; the client's position is then as it was */
export async function syncOnce(input: SyncInput): Promise<Outcome> {
  const { transport, trustRoot, backend, position, reached, signal, onReached } = input;
  const heads = await readHeads(input);
  const setup = position?.setup ?? (await fetchSetup(transport, trustRoot, backend, signal));
  const work: Work = { route: { transport, trustRoot, verifier: setup.verifier, signal }, heads, setup, start: startOf(trustRoot) };
  const links = [...(position?.links ?? [])];
  const outcome = await advance(work, links, input).catch((error: unknown) => ({ kind: "failed" as const, error }));
  const evidence = evidenceIn(work, reached, links);
  if (evidence !== undefined) return { kind: "forked", evidence };
  if (outcome.kind !== "failed") return outcome;
  onReached(links);
  throw outcome.error;
}
