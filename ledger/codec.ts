// Transitions, price reports and genesis as JSON, in both directions. docs/batch-file.md is the page for people.
import { ZkStateError } from "../core/errors.js";
import { type BatchItem, SCHEMAS } from "./codec-schemas.js";
import { BITS, QUOTE } from "./constants.js";

export type { BatchItem, GenesisItem, ReportItem } from "./codec-schemas.js";

const KINDS = Object.keys(SCHEMAS) as readonly BatchItem["kind"][];

const isKind = (x: unknown): x is BatchItem["kind"] => typeof x === "string" && Object.hasOwn(SCHEMAS, x);

/** What the reader needs to find the faulty entry. */
export interface ItemPlace {
  /** Position among the file's items, from 0. */
  readonly index: number;
  /** Line of the file, from 1, where items are lines. */
  readonly line?: number;
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
};

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((v, key) => (typeof v === "object" && v !== null ? (v as Record<PropertyKey, unknown>)[key] : undefined), value);

/**
 * Read one item of a batch file.
 * @throws INPUT_MALFORMED for a missing, unknown or mistyped field, INPUT_NOT_CANONICAL for a number that is misspelt or outside its width
 * @example decodeItem(JSON.parse(line), { index: 0, line: 1 })
 */
export function decodeItem(value: unknown, place: ItemPlace): BatchItem {
  const name = at(value, ["kind"]);
  if (!isKind(name)) {
    const details = { ...place };
    throw new ZkStateError({
      code: "INPUT_MALFORMED",
      message: `Item ${place.index} has no known kind.`,
      expected: KINDS.join(", "),
      got: shown(name),
      details,
    });
  }
  const parsed = SCHEMAS[name].safeParse(value);
  if (!parsed.success) throw wrongField(value, name, place, parsed.error.issues[0]);
  const item: BatchItem = parsed.data;
  if ("instrument" in item && item.kind !== "trade" && item.instrument !== QUOTE && item.amount >= 1n << BigInt(BITS.lots)) {
    throw wrongField(value, name, place, { code: "custom", path: ["amount"], message: `lots below 2^${BITS.lots}` });
  }
  return item;
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function wrongField(value: unknown, name: string, place: ItemPlace, issue: Issue | undefined): ZkStateError {
  const { code = "", path = [], message = "another shape", keys: unknownKeys = [] } = issue ?? {};
  const where = [...path, ...unknownKeys.slice(0, 1)].join(".");
  const got = at(value, path);
  const misspelt = code === "invalid_format" || code === "custom";
  return new ZkStateError({
    code: misspelt ? "INPUT_NOT_CANONICAL" : "INPUT_MALFORMED",
    message: `Item ${place.index} (${name}) has a wrong ${where || "shape"}.`,
    expected:
      unknownKeys.length > 0 ? "no such field" : message.replace(/^Invalid (?:input|option): expected /, "").replace(/, received .*$/, ""),
    got: shown(got),
    details: { ...place, kind: name, field: where },
  });
}

/** Plain JSON of any value made of ledger types: every bigint becomes a decimal string. */
export const encode = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, x: unknown) => (typeof x === "bigint" ? x.toString() : x)));

/** One line of a batch file. */
export const encodeLine = (item: BatchItem): string => JSON.stringify(encode(item));
