// A script of the tests in one JavaScript file, for tests that start it often: it starts three times as fast as its TypeScript.
import { mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "vite";
import { afterAll } from "vitest";

const MODULES = join(import.meta.dirname, "../../node_modules");

/** Bundles the script with everything of ours that it imports; packages stay outside. @returns the bundle's path, until the file's tests are over */
export async function bundled(script: string): Promise<string> {
  const outDir = mkdtempSync(join(MODULES, ".zkstate-test-"));
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));
  const entryFileNames = `${basename(script, ".ts")}.mjs`;
  await build({
    configFile: false,
    logLevel: "error",
    build: { ssr: script, outDir, minify: false, rolldownOptions: { output: { entryFileNames } } },
  });
  return join(outDir, entryFileNames);
}
