// Every command that a page shows in an ```sh block is run, in order, in a fresh folder, with the built command line.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { snarkjsVerdicts } from "../../helpers/snarkjs-accepts.js";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "dist/cli/main.js");
const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((name) => name.endsWith(".md"));

/** Run by .ci/run on a fresh clone, and by whoever runs this. */
const ELSEWHERE = ["npm ci", "npm test"];

const commandsOf = (page: string): string[] =>
  [...readFileSync(join(ROOT, page), "utf8").matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((match) => (match[1] ?? "").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => line.split(" && "))
    .filter((line) => !ELSEWHERE.includes(line));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-docs-"));
  cpSync(join(ROOT, "examples"), join(dir, "examples"), { recursive: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.each(PAGES.map((page) => [page, commandsOf(page)] as const).filter(([, commands]) => commands.length > 0))("%s", (_, commands) => {
  it.each(commands)("%s", (command) => {
    const [, , ...args] = command.split(/\s+/);
    expect(command).toMatch(/^npx zkstate /);
    const run = spawnSync(process.execPath, [MAIN, ...args], { cwd: dir, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
    expect(run.status, `${command}\n${run.stdout}\n${run.stderr}`).toBe(0);
    expect(run.stdout.length).toBeGreaterThan(0);
  });
});

describe("the proofs of the pages' commands", () => {
  it("are proofs to snarkjs too", () => {
    const folders = readdirSync(dir).filter((name) => name.endsWith("proofs"));
    expect(folders).toContain("proofs");
    for (const folder of folders) expect(new Set(snarkjsVerdicts(join(dir, folder))), folder).toEqual(new Set([true]));
  });
});
