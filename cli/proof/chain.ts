// Several proofs as one chain: each batch continues the one before, from a root that the reader knows, under keys that count.
import { ZkStateError } from "../../core/errors.js";
import { isCanonical } from "../../core/field.js";
import type { Envelope } from "./envelope.js";
import type { KeyTrust } from "./trust.js";

/** A proof that holds by itself. */
export interface Link {
  readonly envelope: Envelope;
  readonly vkeyDigest: string;
  readonly trust: KeyTrust;
}

/** A state root as --from takes it and as every file and command writes it. @throws USAGE */
export function rootFrom(text: unknown): string | undefined {
  if (text === undefined) return undefined;
  if (typeof text === "string" && /^(?:0|[1-9][0-9]{0,77})$/.test(text) && isCanonical(BigInt(text))) return text;
  throw new ZkStateError({
    code: "USAGE",
    message: "--from is not a state root.",
    expected: "a field element in decimal digits, without a leading zero",
    got: String(text),
    next: "`zkstate init` and `zkstate inspect state` show roots in this form",
  });
}

/** Why a proof from `oldRoot` says nothing to a reader who knows `from`. */
export function startError(name: string, oldRoot: string, from: string | undefined): ZkStateError | undefined {
  if (from === undefined || from === oldRoot) return undefined;
  return new ZkStateError({
    code: "ROOT_MISMATCH",
    message: `${name} does not start from the root that --from names.`,
    expected: from,
    got: oldRoot,
    next: "verify the batches before it too, or take the root of the state that it continues from a source you trust",
  });
}

/** First place where one batch does not continue the one before. @param links by rising batch number */
function breakError(links: readonly Link[]): ZkStateError | undefined {
  const at = (batchNumber: number, root: string) => `batch ${batchNumber} from root ${root}`;
  for (const [i, { envelope: next }] of links.entries()) {
    const before = links[i - 1]?.envelope;
    if (before === undefined) continue;
    const [expected, got] = [at(before.batchNumber + 1, before.newRoot), at(next.batchNumber, next.oldRoot)];
    if (expected === got) continue;
    return new ZkStateError({
      code: "CHAIN_BROKEN",
      message: `Batch ${next.batchNumber} does not continue the batch before it.`,
      expected,
      got,
      next: "verify the missing batches too, or leave out what belongs to another ledger",
    });
  }
  return undefined;
}

/** Why proofs are no chain from the root that the reader knows. @param links by rising batch number */
export function chainError(links: readonly Link[], from: string | undefined): ZkStateError | undefined {
  const first = links[0]?.envelope;
  return breakError(links) ?? (first && startError(`Batch ${first.batchNumber}`, first.oldRoot, from));
}

/** A chain under several keys proves nothing when one of them only came with its proof. */
export function mixedKeys(links: readonly Link[]): ZkStateError | undefined {
  const keys = new Map(links.map(({ vkeyDigest, trust }) => [vkeyDigest, trust]));
  if (keys.size < 2 || ![...keys.values()].includes("own")) return undefined;
  const next = "pin the key that you trust with --key FILE";
  return new ZkStateError({ code: "KEY_MISMATCH", message: "The proofs bring different keys.", got: [...keys.keys()].join(", "), next });
}
