// Checking snarkjs' three files alone: the equation holds, and nothing is said about what it means.
import { EXIT, ZkStateError } from "../../core/errors.js";
import type { VerificationKey } from "../../core/groth16.js";
import type { Context } from "../command.js";
import { startError } from "./chain.js";
import { checkGroth16 } from "./check.js";
import { digestOf, ownKeyNote, requireProductionKey, type Trust, trustedKey } from "./trust.js";

interface JsonFile {
  readonly path: string;
  readonly json: unknown;
}

type Role = "proof" | "public" | "key";

function roleOf(json: unknown): Role | undefined {
  if (Array.isArray(json)) return "public";
  if (typeof json !== "object" || json === null) return undefined;
  return "pi_a" in json ? "proof" : "vk_alpha_1" in json ? "key" : undefined;
}

/** What the reader knows beforehand: the verification key, the first public signal. */
interface Known {
  readonly pinned: unknown;
  readonly from: string | undefined;
  readonly production: boolean;
}

/** Files of any order, told apart by their content. @throws PROOF_INVALID, PROOF_MALFORMED, ROOT_MISMATCH, KEY_UNSAFE, USAGE */
export async function checkBareFiles(context: Context, files: readonly JsonFile[], { pinned, from, production }: Known): Promise<number> {
  const byRole = new Map(files.map((file) => [roleOf(file.json), file]));
  const [proof, signals] = [byRole.get("proof"), byRole.get("public")];
  const vkey = pinned ?? byRole.get("key")?.json;
  if (proof === undefined || signals === undefined || vkey === undefined || byRole.has(undefined) || byRole.size !== files.length) {
    const expected = "one proof, one list of public signals, one verification key (or --key)";
    throw new ZkStateError({
      code: "USAGE",
      message: "These files are not one proof.",
      expected,
      got: files.map((f) => f.path).join(", "),
    });
  }
  const bad = checkGroth16(vkey, signals.json, proof.json);
  if (bad !== undefined)
    throw new ZkStateError({ code: bad.code, message: `${proof.path}: ${bad.detail}.`, next: "do not rely on this proof" });
  const elsewhere = startError(proof.path, String((signals.json as readonly unknown[])[0]), from);
  if (elsewhere !== undefined) throw elsewhere;
  const vkeyDigest = digestOf(vkey);
  const trust: Trust = pinned === undefined ? trustedKey(vkeyDigest, context.settings) : { kind: "pinned" };
  if (production) await requireProductionKey(undefined, vkey as VerificationKey, trust, context.settings);
  if (trust.kind === "own") context.output.note(ownKeyNote(proof.path, vkeyDigest));
  const line = `${context.output.paint("green", "✔")} ${proof.path} verifies under key ${vkeyDigest}`;
  context.output.result([line], { ok: true, proof: proof.path, publicSignals: signals.json, keys: { vkeyDigest, trust: trust.kind } });
  return EXIT.ok;
}
