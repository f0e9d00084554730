// The command line as it is installed: built by TypeScript, and several times as fast to start as its sources.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";

const ROOT = join(import.meta.dirname, "../..");
/** The built command line. */
export const MAIN = join(ROOT, "dist/cli/main.js");
const SOURCES = ["core", "ledger", "circuits", "native", "prover", "farm", "aggregator", "client", "simulate", "cli"];

const newest = (dir: string): number =>
  Math.max(
    0,
    ...readdirSync(dir, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

/** Builds the program again when a source is newer than it. */
export async function ensureBuilt(): Promise<void> {
  const release = await lock(ROOT, {
    lockfilePath: join(tmpdir(), "zkstate-build.lock"),
    realpath: false,
    retries: { retries: 100, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    const built = existsSync(MAIN) ? newest(join(ROOT, "dist")) : 0;
    const changed = Math.max(...SOURCES.map((dir) => newest(join(ROOT, dir))));
    if (built < changed)
      execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(ROOT, "tsconfig.build.json")]);
  } finally {
    await release();
  }
}
