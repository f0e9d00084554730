// Fetching certificates range by range and verifying each from where the last one ended. Only what a certificate proves counts; what the statement
// beside it says is compared, so that a fault is named, and never believed.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  CertificateStatement,
  certificateFile,
  certificateStatementFile,
  HEADS_FILE,
  type Heads,
  type Range,
} from "../core/publication/files.js";
import { rangesBetween } from "../core/publication/ranges.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import { lengthFor } from "../core/snarkpack/certificate.js";
import type { CertificateVerifier } from "../core/snarkpack/verify.js";
import { invalid, LIMITS, readShaped } from "./answers.js";
import { type Boundary, endOf, type Link, verifyLink } from "./links.js";
import type { Transport } from "./transport.js";
import type { VerifiedHistory } from "./verified-history.js";

/** Far more than any history needs where certificates are aggregated at all: a server that asks for more is refused. */
const MAX_CERTIFICATES = 100_000;
/** Ranges that are fetched at a time, two files each. Node warns of more than ten listeners to one signal. */
const AHEAD = 4;

/** What following needs. */
export interface Route {
  readonly transport: Transport;
  readonly trustRoot: TrustRoot;
  readonly verifier: CertificateVerifier;
  /** Told of every link that is verified. */
  readonly history: VerifiedHistory;
  readonly signal?: AbortSignal | undefined;
}

/** A verified link and what it took. */
export interface Followed {
  readonly link: Link;
  /** Milliseconds of verification. */
  readonly ms: number;
}

/** How far a server's certificates led, and where one of them starts at another state than the one that was reached. */
export interface Following {
  readonly steps: readonly Followed[];
  readonly contradiction?: { readonly batchNumber: number; readonly file: string; readonly expected: bigint; readonly got: bigint };
}

/** The ranges that a server's heads lead over. @throws RESPONSE_INVALID when they are too many */
export function rangesTo(from: number, to: number, heads: Heads): Range[] {
  const { complete } = heads;
  const largest = 2 ** Math.floor(Math.log2(heads.largest)); // what is no power of two leads over the next smaller ones
  const most = (to - from) / largest + Math.max(0, to - Math.max(from, complete)) + 64; // 32 steps up in size, 32 down
  if (most > MAX_CERTIFICATES)
    throw invalid(HEADS_FILE, "number of certificates", "The server asks for more certificates than any history needs.", {
      expected: `at most ${MAX_CERTIFICATES}`,
      got: `${Math.ceil(most)}`,
    });
  return rangesBetween(from, to, heads);
}

async function fetchLink({ transport, trustRoot, signal }: Route, range: Range): Promise<Link> {
  const file = certificateStatementFile(range);
  const length = lengthFor(range.to - range.from);
  const [statement, certificate] = await Promise.all([
    readShaped(transport, CertificateStatement, file, LIMITS.statement, signal),
    transport.read(certificateFile(range), length, signal),
  ]);
  const { ledgerId, from, to, oldRoot, newRoot, vkeyDigest, srsDigest } = statement;
  const differs = (check: Parameters<typeof invalid>[1], what: string, expected: unknown, got: unknown) =>
    invalid(file, check, `The statement is about another ${what}.`, { expected: `${expected}`, got: `${got}` });
  if (ledgerId !== trustRoot.ledgerId) throw differs("ledger", "ledger", trustRoot.ledgerId, ledgerId);
  if (from !== range.from || to !== range.to) throw differs("range", "range", `${range.from}-${range.to}`, `${from}-${to}`);
  if (vkeyDigest !== trustRoot.vkeyDigest) throw differs("verification key", "verification key", trustRoot.vkeyDigest, vkeyDigest);
  if (srsDigest !== trustRoot.srsDigest) throw differs("setup", "aggregation setup", trustRoot.srsDigest, srsDigest);
  const sum = bytesToHex(sha256(certificate));
  if (statement.bytes !== certificate.length || statement.sha256 !== sum)
    throw invalid(certificateFile(range), "certificate bytes", "The certificate is not the one that its statement names.", {
      expected: `${statement.bytes} bytes, ${statement.sha256}`,
      got: `${certificate.length} bytes, ${sum}`,
    });
  return { from, to, oldRoot, newRoot, certificate };
}

/** Lets the page breathe: verification is long, synchronous work. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * Verifies range after range from `start`. What is verified stays known if a later one fails.
 * @throws RESPONSE_INVALID, CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, or as the transport
 */
export async function follow(
  route: Route,
  start: Boundary,
  ranges: readonly Range[],
  onStep: (verified: number) => void = () => undefined,
): Promise<Following> {
  const steps: Followed[] = [];
  const fetched: Promise<Link>[] = [];
  let at = start;
  for (const [i, range] of ranges.entries()) {
    for (const next of ranges.slice(fetched.length, i + AHEAD)) {
      const link = fetchLink(route, next);
      link.catch(() => undefined); // heard when its turn comes
      fetched.push(link);
    }
    const link = await (fetched[i] ?? fetchLink(route, range));
    if (link.oldRoot !== at.root) {
      const roots = { expected: at.root, got: link.oldRoot };
      return { steps, contradiction: { batchNumber: at.batchNumber, file: certificateStatementFile(range), ...roots } };
    }
    await breathe();
    route.signal?.throwIfAborted();
    const started = performance.now();
    verifyLink(route.verifier, link);
    route.history.add(link);
    steps.push({ link, ms: performance.now() - started });
    at = endOf(at, [link]);
    onStep(steps.length);
  }
  return { steps };
}
