import { describe, expect, it } from "vitest";
import { parseItems, readBatchFile } from "../../../cli/batch-file.js";
import { batchText } from "../../../cli/write-text.js";
import type { ZkStateError } from "../../../core/errors.js";
import { encode, encodeLine } from "../../../ledger/codec.js";
import { crashStory } from "../../../simulate/crash-story.js";

const items = crashStory("batch-file", { nTx: 7, nAccounts: 7, nLevels: 12 }).venue.items;
const lines = items.map(encodeLine);

function refusal(text: string): ZkStateError {
  try {
    readBatchFile(text);
  } catch (e) {
    return e as ZkStateError;
  }
  throw new Error("accepted");
}

describe("batch files", () => {
  it("reads an array and JSON lines alike, and knows them as the same content", () => {
    const array = readBatchFile(batchText(items, "x.json"));
    const jsonl = readBatchFile(batchText(items, "x.jsonl"));
    expect(array).toEqual(jsonl);
    expect(array.genesis).toEqual(items[0]);
    expect(array.sections.map((s) => s.transitions.length)).toEqual([7, 7]);
    expect(array.sections.map((s) => s.reportIndex)).toEqual([1, 9]);
    expect(array.sections[1]?.indices).toEqual([10, 11, 12, 13, 14, 15, 16]);
  });

  it("does not count spacing, line ends and the order of fields as content", () => {
    const shuffled = items.map((item) => {
      const plain = encode(item) as Record<string, unknown>;
      return Object.fromEntries(Object.entries(plain).reverse());
    });
    const id = readBatchFile(lines.join("\n")).contentId;
    expect(readBatchFile(`\n${lines.join("\r\n\r\n")}\r\n`).contentId).toBe(id);
    expect(readBatchFile(JSON.stringify(shuffled, null, 4)).contentId).toBe(id);
    expect(readBatchFile(lines.slice(0, -1).join("\n")).contentId).not.toBe(id);
  });

  it("names the line and the item of a fault", () => {
    expect(refusal([...lines.slice(0, 4), "{not json", ...lines.slice(4)].join("\n")).details).toMatchObject({ index: 4, line: 5 });
    expect(refusal([...lines.slice(0, 4), "", '{"kind":"mint"}'].join("\n")).details).toMatchObject({ index: 4, line: 6 });
    expect(refusal(`[${lines.slice(0, 3).join(",")},{"kind":"mint"}]`).details).toMatchObject({ index: 3 });
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["blanks", " \n\n "],
    ["an array cut short", `[${lines[0]},`],
    ["a transition before any report", lines.slice(2).join("\n")],
    ["a genesis in the middle", [...lines, lines[0]].join("\n")],
    ["something else", "PK\u0003\u0004"],
  ])("refuses %s", (_, text) => {
    expect(refusal(text)).toMatchObject({ code: "INPUT_MALFORMED", exitCode: 2 });
  });

  it("reads items in order", () => {
    expect(parseItems(lines.join("\n")).map((item) => item.kind)).toEqual(items.map((item) => item.kind));
  });
});
