// zkstate verify: strict checks of proofs, without the ledger; several of them must chain.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, EXIT, ZkStateError } from "../../core/errors.js";
import { type CliCommand, type Context, withExamples, withSettings } from "../command.js";
import { fileError } from "../file-trouble.js";
import { checkBareFiles } from "../proof/bare-files.js";
import { checkFolder, type Rejection } from "../proof/check.js";
import type { Envelope } from "../proof/envelope.js";
import { isProofFolder, readFolder } from "../proof/folder.js";
import { type KeyTrust, ownKeyNote, requireProductionKey, type Trust, trustedKey } from "../proof/trust.js";
import { kindsOf, kindWords, shortRoot } from "../prove-summary.js";

interface Checked {
  readonly dir: string;
  readonly verdict: Rejection | { readonly ok: true; readonly envelope: Envelope; readonly vkeyDigest: string; readonly trust: KeyTrust };
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

async function checkOne(dir: string, { settings, output }: Context, key: string | undefined, production: boolean): Promise<Checked> {
  const result = checkFolder(readFolder(dir), key);
  if (!result.ok) return { dir, verdict: result };
  const { envelope, vkey, vkeyDigest } = result;
  const trust: Trust = key !== undefined ? { kind: "pinned" } : trustedKey(vkeyDigest, settings);
  if (production) await requireProductionKey(envelope, vkey, trust, settings);
  if (trust.kind === "own") output.note(ownKeyNote(dir, vkeyDigest));
  return { dir, verdict: { ok: true, envelope, vkeyDigest, trust: trust.kind } };
}

interface Break {
  readonly expected: string;
  readonly got: string;
  readonly at: number;
}

/** First place where one batch does not continue the one before. */
function chainBreak(envelopes: readonly Envelope[]): Break | undefined {
  for (const [i, next] of envelopes.entries()) {
    const before = envelopes[i - 1];
    if (before === undefined) continue;
    const [expected, got] = [
      `batch ${before.batchNumber + 1} from root ${before.newRoot}`,
      `batch ${next.batchNumber} from root ${next.oldRoot}`,
    ];
    if (expected !== got) return { expected, got, at: next.batchNumber };
  }
  return undefined;
}

function rejectionError({ dir, verdict }: Checked & { readonly verdict: Rejection }): ZkStateError {
  const { code, detail, expected, got } = verdict;
  const sums = { ...(expected === undefined ? {} : { expected }), ...(got === undefined ? {} : { got }) };
  return new ZkStateError({ code, message: `${dir}: ${detail}.`, ...sums, next: "do not rely on this proof; ask its maker for it again" });
}

/** A chain under several keys proves nothing when one of them only came with its proof. */
function mixedKeys(checked: readonly Checked[]): ZkStateError | undefined {
  const keys = new Map(checked.flatMap(({ verdict }) => (verdict.ok ? [[verdict.vkeyDigest, verdict.trust] as const] : [])));
  if (keys.size < 2 || ![...keys.values()].includes("own")) return undefined;
  const next = "pin the key that you trust with --key FILE";
  return new ZkStateError({ code: "KEY_MISMATCH", message: "The proofs bring different keys.", got: [...keys.keys()].join(", "), next });
}

const isRejected = (c: Checked): c is Checked & { readonly verdict: Rejection } => !c.verdict.ok;

async function verifyFolders(context: Context, paths: readonly string[], key: string | undefined, production: boolean): Promise<number> {
  const { output } = context;
  const checked: Checked[] = [];
  for (const dir of foldersOf(paths)) checked.push(await checkOne(dir, context, key, production));
  const envelopes = checked.flatMap(({ verdict }) => (verdict.ok ? [verdict.envelope] : [])).sort((a, b) => a.batchNumber - b.batchNumber);
  const rejected = checked.find(isRejected);
  const broken = chainBreak(envelopes);
  const chain =
    broken === undefined
      ? undefined
      : new ZkStateError({
          code: "CHAIN_BROKEN",
          message: `Batch ${broken.at} does not continue the batch before it.`,
          expected: broken.expected,
          got: broken.got,
          next: "verify the missing batches too, or leave out what belongs to another ledger",
        });
  const error = rejected === undefined ? (chain ?? mixedKeys(checked)) : rejectionError(rejected);
  const lines = checked.map(({ dir, verdict }) =>
    verdict.ok
      ? `${output.paint("green", "✔")} ${dir}  batch ${verdict.envelope.batchNumber}: ${kindWords(kindsOf(verdict.envelope))}  ${shortRoot(verdict.envelope.oldRoot)} → ${shortRoot(verdict.envelope.newRoot)}`
      : `${output.paint("red", "✘")} ${dir}  ${verdict.code}: ${verdict.detail}`,
  );
  const [first, last] = [envelopes[0], envelopes.at(-1)];
  if (error === undefined && first !== undefined && last !== undefined && first !== last) {
    lines.push(
      `${output.paint("green", "✔")} ${envelopes.length} batches chain from ${shortRoot(first.oldRoot)} to ${shortRoot(last.newRoot)}`,
    );
  }
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
    c.argument("<paths...>", "proof folders, a folder of them, or snarkjs' proof.json, public.json and verification_key.json")
      .option("--key <file>", "the verification key that you trust")
      .option("--production", "refuse development keys and keys that nobody vouches for");
    withSettings(c, "cache");
    withExamples(
      c,
      "zkstate verify proofs",
      "zkstate verify proofs/batch-000007 --key venue-key.json",
      "zkstate verify proof.json public.json verification_key.json",
    );
  },
  run: async (context, options, paths) => {
    const keyPath = options["key"];
    const pinned = typeof keyPath === "string" ? readJson(keyPath) : undefined;
    const production = options["production"] === true;
    if (paths.every((path) => path.endsWith(".json")))
      return checkBareFiles(
        context,
        paths.map((path) => ({ path, json: readJson(path) })),
        pinned,
        production,
      );
    const { digestOf } = await import("../proof/trust.js");
    return verifyFolders(context, paths, pinned === undefined ? undefined : digestOf(pinned), production);
  },
};
