// Checking certificates offline: that proofs under the trust root's key lead from one state to another. Nothing is said about data behind the roots.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setupOf } from "../../client/setup.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { nobleBackend } from "../../core/pairing/noble.js";
import { CertificateStatement, SRS_FILE, VKEY_FILE } from "../../core/publication/files.js";
import type { TrustRoot } from "../../core/publication/trust-root.js";
import type { CertificateVerifier } from "../../core/snarkpack/verify.js";
import type { Context } from "../command.js";
import { fileError } from "../file-trouble.js";
import { readTrustRoot, trustRootConcerns } from "../light/trust-root.js";
import { shortRoot } from "../prove-summary.js";

/** What the reader gives beside the certificates; key and setup are looked for next to them otherwise. */
export interface Given {
  readonly trustRoot: string;
  readonly key: string | undefined;
  readonly srs: string | undefined;
  readonly production: boolean;
}

interface Checked {
  readonly path: string;
  readonly statement: CertificateStatement;
}

const next = "do not rely on this certificate; fetch it again";

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (e) {
    throw fileError(e, path, "read");
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(read(path).toString("utf8"));
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e;
    throw new ZkStateError({ code: "PROOF_MALFORMED", message: `${path} is not JSON.`, got: e.message });
  }
}

function readStatement(path: string): CertificateStatement {
  const parsed = CertificateStatement.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") || "shape";
  throw new ZkStateError({ code: "STATEMENT_MALFORMED", message: `${path} has a wrong ${field}.`, next });
}

/** The statement is one about the trust root's ledger, key and setup. */
function checkStatement(path: string, statement: CertificateStatement, root: TrustRoot): void {
  const { ledgerId, vkeyDigest, srsDigest, from, to, oldRoot, newRoot } = statement;
  const refuse = (what: string, expected: unknown, got: unknown) =>
    new ZkStateError({ code: "ROOT_MISMATCH", message: `${path} is about another ${what}.`, expected: `${expected}`, got: `${got}` });
  if (ledgerId !== root.ledgerId) throw refuse("ledger than the trust root", root.ledgerId, ledgerId);
  if (vkeyDigest !== root.vkeyDigest) throw refuse("verification key than the trust root", root.vkeyDigest, vkeyDigest);
  if (srsDigest !== root.srsDigest) throw refuse("aggregation setup than the trust root", root.srsDigest, srsDigest);
  if (to <= from) throw new ZkStateError({ code: "STATEMENT_MALFORMED", message: `${path} covers no batch.`, got: `${from} to ${to}` });
  if (from === root.batchNumber && oldRoot !== root.root) throw refuse("state to start from than the trust root", root.root, oldRoot);
  if (to === root.batchNumber && newRoot !== root.root) throw refuse("state to end in than the trust root", root.root, newRoot);
}

function checkOne(stem: string, root: TrustRoot, verifier: CertificateVerifier): Checked {
  const path = `${stem}.json`;
  const statement = readStatement(path);
  checkStatement(path, statement, root);
  const { from, to, oldRoot, newRoot, bytes, sha256 } = statement;
  const certificate = read(`${stem}.bin`);
  const got = createHash("sha256").update(certificate).digest("hex");
  if (bytes !== certificate.length || sha256 !== got) {
    const message = `${stem}.bin is not the certificate that its statement names.`;
    throw new ZkStateError({ code: "CERTIFICATE_INVALID", message, expected: sha256, got, next });
  }
  const verdict = verifier.verify({ oldRoot, newRoot, count: to - from }, certificate);
  if (verdict.ok) return { path, statement };
  throw new ZkStateError({ code: verdict.code, message: `${path}: ${verdict.detail}.`, next });
}

function checkChain(checked: readonly Checked[]): void {
  for (const [i, { path, statement }] of checked.slice(1).entries()) {
    const before = checked[i]?.statement;
    if (before === undefined || (statement.from === before.to && statement.oldRoot === before.newRoot)) continue;
    throw new ZkStateError({
      code: "CHAIN_BROKEN",
      message: `${path} does not start where the certificate before it ends.`,
      expected: `batch ${before.to}, root ${before.newRoot}`,
      got: `batch ${statement.from}, root ${statement.oldRoot}`,
    });
  }
}

function verifierOf(key: string, srs: string, root: TrustRoot): CertificateVerifier {
  try {
    return setupOf(readJson(key), readJson(srs), root, nobleBackend).verifier;
  } catch (e) {
    if (!(e instanceof ZkStateError && e.code === "RESPONSE_INVALID")) throw e;
    const { message, expected, got } = e;
    const sums = { ...(expected === undefined ? {} : { expected }), ...(got === undefined ? {} : { got }) };
    throw new ZkStateError({ code: "KEY_MISMATCH", message, ...sums, next: "name the right files with --key and --srs" });
  }
}

const line = ({ output }: Context, { path, statement: { from, to, oldRoot, newRoot, bytes } }: Checked): string => {
  const batches = to - from === 1 ? `batch ${to}` : `batches ${from + 1} to ${to}`;
  const ends = `${shortRoot(`${oldRoot}`)} → ${shortRoot(`${newRoot}`)}`;
  return `${output.paint("green", "✔")} ${path}  ${batches}  ${ends}  (${bytes.toLocaleString("en-US")} bytes)`;
};

/**
 * Certificates by their statement's or their own path; several must chain.
 * @throws CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, STATEMENT_MALFORMED, ROOT_MISMATCH, CHAIN_BROKEN, KEY_MISMATCH for another key or setup,
 * DEVELOPMENT_KEY, INPUT_NOT_FOUND, INPUT_MALFORMED
 */
export function checkCertificates(context: Context, paths: readonly string[], { trustRoot, key, srs, production }: Given): number {
  const root = readTrustRoot(trustRoot);
  const development = trustRootConcerns(root, root.createdAt).find((concern) => concern.code === "DEVELOPMENT_KEY");
  if (production && development !== undefined) throw development;
  const published = dirname(dirname(paths[0] ?? ""));
  const verifier = verifierOf(key ?? join(published, VKEY_FILE), srs ?? join(published, SRS_FILE), root);
  const stems = new Set(paths.map((path) => path.replace(/\.(?:json|bin)$/, "")));
  const checked = [...stems].map((stem) => checkOne(stem, root, verifier)).sort((a, b) => a.statement.from - b.statement.from);
  checkChain(checked);
  const [first, last] = [checked[0]?.statement, checked.at(-1)?.statement];
  const fromTrustRoot = first?.from === root.batchNumber;
  const origin = fromTrustRoot
    ? `${context.output.paint("green", "✔")} the first one starts from the trust root's state`
    : `the first one starts after batch ${first?.from}; that this is a state of the ledger is for the certificates before it to show`;
  if (development !== undefined) context.output.note(`${context.output.paintError("yellow", "!")} ${development.message}`);
  context.output.result([...checked.map((one) => line(context, one)), origin], {
    ok: true,
    certificates: checked.map(({ path, statement: { format: _, ...statement } }) => ({ path: basename(path), ...statement })),
    from: { batchNumber: first?.from, root: first?.oldRoot, isTrustRoot: fromTrustRoot },
    to: { batchNumber: last?.to, root: last?.newRoot },
    keys: root.keys,
  });
  return EXIT.ok;
}
