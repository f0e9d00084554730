import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseItems, readBatchFile, readInput } from "../../../cli/batch-file.js";
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

describe("readInput", () => {
  const dir = mkdtempSync(join(tmpdir(), "zkstate-input-"));
  afterAll(() => rmSync(dir, { recursive: true }));
  const put = (content: string | Uint8Array): string => {
    const path = join(dir, "input");
    writeFileSync(path, content);
    return path;
  };

  it("reads text whose characters fall on the borders of its pieces", async () => {
    for (const shift of ["", "x", "xy"]) {
      const text = `${shift}${"\u20ac".repeat(100_000)}\u{1d11e}`;
      expect(await readInput(put(text))).toBe(text);
    }
  });

  it("takes as many bytes as the limit, and not one more", async () => {
    expect(await readInput(put("\u20ac1"), 4)).toBe("\u20ac1");
    await expect(readInput(put("\u20ac12"), 4)).rejects.toMatchObject({
      code: "INPUT_MALFORMED",
      exitCode: 2,
      expected: "at most 4 bytes",
    });
  });

  it("refuses an endless input while it reads", async () => {
    await expect(readInput("/dev/zero", 1_000_000)).rejects.toMatchObject({ code: "INPUT_MALFORMED", message: "The input is too large." });
  });

  it.each([
    ["a byte that is no character", [0x61, 0xff]],
    ["a character cut short at the end", [0x61, 0xe2, 0x82]],
  ])("refuses %s", async (_, bytes) => {
    const failure = readInput(put(Uint8Array.from(bytes)));
    await expect(failure).rejects.toMatchObject({ code: "INPUT_MALFORMED", message: "The input is not text." });
  });

  it.each(["nowhere", "."])("has no text of %s", async (name) => {
    await expect(readInput(join(dir, name))).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  });
});
