// Commands that tests need and npm cannot bring: installed from the system's packages where this process may, else named exactly.
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { lock } from "proper-lockfile";

const run = promisify(execFile);

function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, command), constants.X_OK);
      return dir !== "";
    } catch {
      return false;
    }
  });
}

/** Makes each command available, given the Debian package that brings it, or fails saying what to install. */
export async function needCommands(packageOf: Readonly<Record<string, string>>): Promise<void> {
  const missing = () => Object.keys(packageOf).filter((command) => !isOnPath(command));
  if (missing().length === 0) return;
  const release = await lock(join(tmpdir(), "zkstate-test-packages"), {
    realpath: false,
    retries: { retries: 120, minTimeout: 1000, maxTimeout: 1000 },
  });
  try {
    const packages = missing().map((command) => packageOf[command] ?? command);
    if (packages.length > 0 && process.getuid?.() === 0 && isOnPath("apt-get")) {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      await run("apt-get", ["update"], { env });
      await run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], { env });
    }
  } finally {
    await release();
  }
  const still = missing();
  if (still.length > 0)
    throw new Error(`these tests need ${still.join(", ")}: as root, apt-get install ${still.map((c) => packageOf[c]).join(" ")}`);
}
