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

/** A path that is longer is replaced by the one over the largest certificates, so that what is kept stays small. */
const LONGEST_PATH = 64;

export interface SyncInput {
  readonly transport: Transport;
  readonly trustRoot: TrustRoot;
  readonly backend: PairingBackend;
  /** Where the client stands; none before its first sync. */
  readonly position: Standing | undefined;
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
 * The server's own path from the trust root to a batch, for whose state it has named another root than ours.
 * @returns evidence when the path holds and ends in another state
 * @throws RESPONSE_INVALID when the server cannot show such a path
 */
async function dispute({ route, heads, setup, start }: Work, own: readonly Link[], batchNumber: number, file: string): Promise<Evidence> {
  const links = own.filter((link) => link.to <= batchNumber);
  const unproven = (got: string) =>
    invalid(
      file,
      "fork",
      `The server names another state after batch ${batchNumber} than the one that was verified, and does not prove it.`,
      { got },
    );
  if (links.length === 0) throw unproven("the trust root's own state");
  let theirs: readonly Link[];
  try {
    const { steps, contradiction } = await follow(route, start, rangesTo(start.batchNumber, batchNumber, heads));
    if (contradiction !== undefined) throw unproven(`a path that breaks at ${contradiction.file}`);
    theirs = steps.map(({ link }) => link);
  } catch (e) {
    if (e instanceof ZkStateError && e.code === "NOT_PUBLISHED") throw unproven(e.message);
    throw e;
  }
  if (endOf(start, theirs).root === endOf(start, links).root) throw unproven("a path to the state that was verified");
  return {
    format: "zkstate evidence 1",
    trustRootDigest: trustRootDigest(route.trustRoot),
    batchNumber,
    verificationKey: setup.verificationKey,
    srs: shaped(SrsFile, setup.srs, SRS_FILE),
    paths: [[...links], [...theirs]],
  };
}

/** The path over the largest certificates, when it is much shorter; the long one when the server does not have it. */
async function shortened({ route, heads, start }: Work, links: readonly Link[]): Promise<readonly Link[]> {
  const end = endOf(start, links);
  if (links.length <= LONGEST_PATH) return links;
  const ranges = rangesTo(start.batchNumber, end.batchNumber, heads);
  if (ranges.length > links.length / 2) return links;
  try {
    const { steps } = await follow(route, start, ranges);
    const short = steps.map(({ link }) => link);
    const reached = endOf(start, short);
    return reached.batchNumber === end.batchNumber && reached.root === end.root ? short : links;
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

/** @throws RESPONSE_INVALID, CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, or as the transport; the client's position is then as it was */
export async function syncOnce(input: SyncInput): Promise<Outcome> {
  const { transport, trustRoot, backend, position, signal, onProgress } = input;
  const heads = await readHeads(input);
  const setup = position?.setup ?? (await fetchSetup(transport, trustRoot, backend, signal));
  const start = startOf(trustRoot);
  const work: Work = { route: { transport, trustRoot, verifier: setup.verifier, signal }, heads, setup, start };
  const known = position?.links ?? [];
  const at = endOf(start, known);
  const { batchNumber, root } = heads.proven;
  if (batchNumber <= at.batchNumber) {
    const ours = rootAt(start, known, batchNumber);
    if (ours !== undefined && ours !== root) return { kind: "forked", evidence: await dispute(work, known, batchNumber, HEADS_FILE) };
    return { kind: "synced", position: await arrive(work, known, position), steps: [], heads };
  }
  const ranges = rangesTo(at.batchNumber, batchNumber, heads);
  const progress = (verified: number) => onProgress({ from: at.batchNumber, to: batchNumber, verified, total: ranges.length });
  progress(0);
  const { steps, contradiction } = await follow(work.route, at, ranges, progress);
  const links = [...known, ...steps.map(({ link }) => link)];
  if (contradiction !== undefined)
    return { kind: "forked", evidence: await dispute(work, links, contradiction.batchNumber, contradiction.file) };
  const reached = endOf(start, links);
  if (reached.root !== root)
    throw invalid(HEADS_FILE, "new root", "The server's head is not the state that its certificates lead to.", {
      expected: `${reached.root}`,
      got: `${root}`,
    });
  return { kind: "synced", position: await arrive(work, await shortened(work, links), position), steps, heads };
}
