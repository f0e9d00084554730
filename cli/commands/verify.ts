// zkstate verify: strict checks of proofs, without the ledger; several of them must chain.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, EXIT, ZkStateError } from "../../core/errors.js";
import { type CliCommand, type Context, type Options, withExamples, withSettings } from "../command.js";
import { fileError } from "../file-trouble.js";
import { checkBareFiles } from "../proof/bare-files.js";
import { chainError, type Link, mixedKeys, rootFrom } from "../proof/chain.js";
import { checkFolder, type Rejection } from "../proof/check.js";
import { isProofFolder, readFolder } from "../proof/folder.js";
import { digestOf, ownKeyNote, requireProductionKey, type Trust, trustedKey } from "../proof/trust.js";
import { kindsOf, kindWords, shortRoot } from "../prove-summary.js";

interface Checked {
  readonly dir: string;
  readonly verdict: Rejection | ({ readonly ok: true } & Link);
}

/** What the reader knows beforehand. */
interface Known {
  /** Digest of the verification key. */
  readonly key: string | undefined;
  /** Root of the state that the first batch continues. */
  readonly from: string | undefined;
  readonly production: boolean;
}

/** Proof folders named on the command line: themselves, or the ones directly below. @throws INPUT_NOT_FOUND */
function foldersOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (isProofFolder(path)) return [path];
    const below = existsSync(path) && statSync(path).isDirectory() ? readdirSync(path).sort() : [];
    const found = below
      .filter((name) => !name.startsWith("."))
      .map((name) => join(path, name))
      .filter((dir) => statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true && isProofFolder(dir));
    if (found.length > 0) return found;
    const next = "name a folder such as proofs/batch-000001, or the folder that holds several";
    throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: `There is no proof in ${path}.`, next });
  });
}

async function checkOne(dir: string, { settings, output }: Context, { key, production }: Known): Promise<Checked> {
  const result = checkFolder(readFolder(dir), key);
  if (!result.ok) return { dir, verdict: result };
  const { envelope, vkey, vkeyDigest } = result;
  const trust: Trust = key !== undefined ? { kind: "pinned" } : trustedKey(vkeyDigest, settings);
  if (production) await requireProductionKey(envelope, vkey, trust, settings);
  if (trust.kind === "own") output.note(ownKeyNote(dir, vkeyDigest));
  return { dir, verdict: { ok: true, envelope, vkeyDigest, trust: trust.kind } };
}

function rejectionError({ dir, verdict }: Checked & { readonly verdict: Rejection }): ZkStateError {
  const { code, detail, expected, got } = verdict;
  const sums = { ...(expected === undefined ? {} : { expected }), ...(got === undefined ? {} : { got }) };
  return new ZkStateError({ code, message: `${dir}: ${detail}.`, ...sums, next: "do not rely on this proof; ask its maker for it again" });
}

const isRejected = (c: Checked): c is Checked & { readonly verdict: Rejection } => !c.verdict.ok;

async function verifyFolders(context: Context, paths: readonly string[], known: Known): Promise<number> {
  const { output } = context;
  const checked: Checked[] = [];
  for (const dir of foldersOf(paths)) checked.push(await checkOne(dir, context, known));
  const links = checked
    .flatMap(({ verdict }) => (verdict.ok ? [verdict] : []))
    .sort((a, b) => a.envelope.batchNumber - b.envelope.batchNumber);
  const rejected = checked.find(isRejected);
  const broken = chainError(links, known.from);
  const error = rejected === undefined ? (broken ?? mixedKeys(links)) : rejectionError(rejected);
  const lines = checked.map(({ dir, verdict }) =>
    verdict.ok
      ? `${output.paint("green", "✔")} ${dir}  batch ${verdict.envelope.batchNumber}: ${kindWords(kindsOf(verdict.envelope))}  ${shortRoot(verdict.envelope.oldRoot)} → ${shortRoot(verdict.envelope.newRoot)}`
      : `${output.paint("red", "✘")} ${dir}  ${verdict.code}: ${verdict.detail}`,
  );
  const [first, last] = [links[0]?.envelope, links.at(-1)?.envelope];
  if (error === undefined && first !== undefined && last !== undefined && first !== last) {
    lines.push(
      `${output.paint("green", "✔")} ${links.length} batches chain from ${shortRoot(first.oldRoot)} to ${shortRoot(last.newRoot)}`,
    );
  }
  if (error === undefined && known.from !== undefined)
    lines.push(`${output.paint("green", "✔")} the first batch starts from the given root`);
  output.result(lines, {
    ok: error === undefined,
    ...(error === undefined ? {} : { error: error.toJSON() }),
    proofs: checked.map(machineView),
    chain: { ok: broken === undefined, from: first?.oldRoot, to: last?.newRoot },
  });
  if (error === undefined) return EXIT.ok;
  if (!output.json) output.error(error);
  return ERROR_CODES[error.code];
}

function machineView({ dir, verdict }: Checked): unknown {
  if (!verdict.ok) return { dir, ...verdict };
  const { envelope, vkeyDigest, trust } = verdict;
  const { batchNumber, ledgerId, oldRoot, newRoot, circuit, keys } = envelope;
  return {
    dir,
    ok: true,
    batchNumber,
    ledgerId,
    oldRoot,
    newRoot,
    circuit,
    keys: { ...keys, vkeyDigest, trust },
    transitions: kindsOf(envelope),
  };
}

async function verifyCertificates(context: Context, options: Options, paths: readonly string[], trustRoot: string): Promise<number> {
  const { checkCertificates } = await import("../proof/certificate.js");
  const [key, srs] = [options["key"], options["srs"]].map((path) => (typeof path === "string" ? path : undefined));
  return checkCertificates(context, paths, { trustRoot, key, srs, production: options["production"] === true });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw fileError(e, path, "read");
    throw new ZkStateError({ code: "PROOF_MALFORMED", message: `${path} is not JSON.`, got: e.message });
  }
}

export const command: CliCommand = {
  define: (c) => {
    c.argument(
      "<paths...>",
      "proof folders, a folder of them, or snarkjs' proof.json, public.json and verification_key.json; with --trust-root: certificates",
    )
      .option("--key <file>", "the verification key that you trust")
      .option("--trust-root <file>", "check published certificates under this trust root")
      .option("--srs <file>", "the aggregation setup, when it is not beside the certificates")
      .option("--from <root>", "the root of the state that the first batch must continue, in decimal")
      .option("--production", "refuse development keys and keys that nobody vouches for");
    withSettings(c, "cache");
    withExamples(
      c,
      "zkstate verify proofs",
      "zkstate verify proofs/batch-000007 --key venue-key.json",
      "zkstate verify proofs --key venue-key.json --from $GENESIS_ROOT",
      "zkstate verify proof.json public.json verification_key.json",
      "zkstate verify published/certificates/0-8.json --trust-root trust-root.json",
    );
  },
  run: async (context, options, paths) => {
    const keyPath = options["key"];
    const trustRoot = options["trustRoot"];
    if (typeof trustRoot === "string") return verifyCertificates(context, options, paths, trustRoot);
    const pinned = typeof keyPath === "string" ? readJson(keyPath) : undefined;
    const production = options["production"] === true;
    const from = rootFrom(options["from"]);
    if (paths.every((path) => path.endsWith(".json")))
      return checkBareFiles(
        context,
        paths.map((path) => ({ path, json: readJson(path) })),
        { pinned, from, production },
      );
    return verifyFolders(context, paths, { key: pinned === undefined ? undefined : digestOf(pinned), from, production });
  },
};
