// Reading a batch file: JSON lines, or one JSON array, of items. The form is found from the first character.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { ZkStateError } from "../core/errors.js";
import { type BatchItem, decodeItem, encodeLine, type GenesisItem } from "../ledger/codec.js";
import type { PriceReport, Transition } from "../ledger/types.js";
import { fileError } from "./file-trouble.js";

/** A report and the transitions under it, with the file's index of each. */
export interface Section {
  readonly report: PriceReport;
  readonly reportIndex: number;
  readonly transitions: readonly Transition[];
  readonly indices: readonly number[];
}

export interface BatchFile {
  /** SHA-256, hex, of the items in canonical form: the same content has the same id, whatever its spacing. */
  readonly contentId: string;
  readonly genesis: GenesisItem | undefined;
  readonly sections: readonly Section[];
}

/** A batch file of this size would hold hundreds of thousands of transitions; a string of Node holds little more (2^29 - 24 characters). */
const MOST_BYTES = 500 * 1024 * 1024;

/**
 * The text of a file, or of standard input for "-". What is larger than `most` bytes is refused while it is read, so an endless input ends too.
 * @throws INPUT_NOT_FOUND, INPUT_MALFORMED, IO_FAILED
 */
export async function readInput(path: string, most = MOST_BYTES): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, bytes] = ["", 0];
  try {
    for await (const chunk of path === "-" ? process.stdin : createReadStream(path)) {
      bytes += (chunk as Buffer).length;
      if (bytes > most) throw malformed("The input is too large.", `at most ${most} bytes`, "more");
      text += decoded(() => decoder.decode(chunk as Buffer, { stream: true }));
    }
  } catch (e) {
    throw fileError(e, path === "-" ? "standard input" : path, "read");
  }
  return text + decoded(() => decoder.decode());
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw malformed("The input is not text.", "UTF-8", "other bytes");
  }
}

const malformed = (message: string, expected: string, got: string, details: Record<string, unknown> = {}) =>
  new ZkStateError({
    code: "INPUT_MALFORMED",
    message,
    expected,
    got,
    next: "see docs/batch-file.md for the form of a batch file",
    details,
  });

/** Every item of a batch file's text, in order. @throws INPUT_MALFORMED, INPUT_NOT_CANONICAL with the item's index */
export function parseItems(text: string): BatchItem[] {
  const start = text.trimStart();
  if (start === "") throw malformed("The batch file is empty.", "JSON lines or an array of items", "nothing");
  if (start.startsWith("[")) return parseArray(text);
  const lines = text.split("\n").map((line, i) => ({ json: line.trim(), line: i + 1 }));
  return lines.filter(({ json }) => json !== "").map(({ json, line }, index) => decodeItem(parseLine(json, index, line), { index, line }));
}

function parseArray(text: string): BatchItem[] {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (e) {
    throw malformed("The batch file is not JSON.", "an array of items", e instanceof Error ? e.message : "");
  }
  return (values as unknown[]).map((value, index) => decodeItem(value, { index }));
}

function parseLine(json: string, index: number, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch (e) {
    throw malformed(`Line ${line} is not JSON.`, "one JSON object a line", e instanceof Error ? e.message : "", { index, line });
  }
}

/** Split a file's items at its reports. @throws INPUT_MALFORMED when a genesis is not first or a transition comes before any report */
export function readBatchFile(text: string): BatchFile {
  const items = parseItems(text);
  const [first, ...others] = items;
  const genesis = first?.kind === "genesis" ? first : undefined;
  const start = genesis === undefined ? 0 : 1;
  const sections: { report: PriceReport; reportIndex: number; transitions: Transition[]; indices: number[] }[] = [];
  for (const [i, item] of (genesis === undefined ? items : others).entries()) {
    const index = i + start;
    if (item.kind === "genesis")
      throw malformed("A genesis is only the first item of a file.", "a report or a transition", "genesis", { index });
    if (item.kind === "report") {
      const { kind: _, ...report } = item;
      sections.push({ report, reportIndex: index, transitions: [], indices: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined) throw malformed("A transition comes before any price report.", "a report first", item.kind, { index });
    section.transitions.push(item);
    section.indices.push(index);
  }
  return { contentId: contentIdOf(items), genesis, sections };
}

function contentIdOf(items: readonly BatchItem[]): string {
  const hash = createHash("sha256").update("zkstate batch file v1\n");
  // zod gives the fields in the schema's order, so the file's own order of fields does not count.
  for (const item of items) hash.update(`${encodeLine(item)}\n`);
  return hash.digest("hex");
}
