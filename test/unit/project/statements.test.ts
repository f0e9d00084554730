// docs/statements.md names files and the things in them; all must exist, so that the page cannot rot.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const text = readFileSync(join(ROOT, "docs/statements.md"), "utf8");
const rows = text.split("\n").filter((line) => /^\| S\d+ /.test(line));

describe("docs/statements.md", () => {
  it("numbers the invariants without a gap", () => {
    expect(rows.map((row) => row.match(/^\| (S\d+) /)?.[1])).toEqual(rows.map((_, i) => `S${i + 1}`));
  });

  it.each(rows.map((row) => [row.match(/^\| (S\d+) /)?.[1] ?? "", row]))(
    "%s names a constraint, a rule and a test that exist",
    (_, row) => {
      const cells = row.split("|").slice(3, 6);
      for (const cell of cells) {
        const references = [...cell.matchAll(/`([^`#]+\.(?:ts|circom))(?:#([^`]+))?`/g)];
        expect(references.length, cell).toBeGreaterThan(0);
        for (const [, file = "", symbol] of references) {
          expect(existsSync(join(ROOT, file)), file).toBe(true);
          if (symbol !== undefined) expect(readFileSync(join(ROOT, file), "utf8"), `${file} has no ${symbol}`).toContain(symbol);
        }
      }
    },
  );
});
