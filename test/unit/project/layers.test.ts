// Imports point upstream only, and core stays free of Node.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** What each folder may import besides itself. */
const UPSTREAM: Record<string, readonly string[]> = {
  core: [],
  ledger: ["core"],
  circuits: ["core"],
  native: ["core", "circuits"],
  prover: ["core", "ledger", "native"],
  farm: ["core", "prover"],
  simulate: ["core", "ledger"],
  aggregator: ["core", "ledger", "prover"],
  client: ["core", "ledger"],
  cli: ["core", "ledger", "circuits", "native", "prover", "farm", "simulate", "aggregator", "client"],
};
/** GPL code: only where it proves, never in what a browser loads. */
const GPL = /^(snarkjs|circomlib|circomlibjs|ffjavascript)/;

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));

const importsOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), "utf8").matchAll(/(?:from|import\()\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");

describe.each(Object.entries(UPSTREAM))("%s", (folder, allowed) => {
  it(`imports only ${[folder, ...allowed].join(", ")}`, () => {
    for (const file of sources(folder)) {
      for (const target of importsOf(file).filter((name) => name.startsWith("."))) {
        const top = join(file, "..", target).split("/")[0];
        expect([folder, ...allowed, "package.json"], `${file} imports ${target}`).toContain(top);
      }
    }
  });
});

describe("core", () => {
  it("runs in a browser: no Node, no GPL", () => {
    for (const file of sources("core")) {
      for (const target of importsOf(file)) {
        expect(target, file).not.toMatch(/^node:/);
        expect(target, file).not.toMatch(GPL);
      }
    }
  });
});

describe("the client", () => {
  const BUILDS = /\.config\.ts$|check-size\.ts$/; // run by Node, never shipped
  it("runs in a browser: no Node, no GPL, nothing of the ledger's store", () => {
    for (const file of sources("client").filter((name) => !BUILDS.test(name))) {
      for (const target of importsOf(file)) {
        expect(target, file).not.toMatch(/^node:/);
        expect(target, file).not.toMatch(GPL);
        expect(target, file).not.toMatch(/ledger\/store/);
      }
    }
  });
});
