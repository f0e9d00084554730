// Puts the built command where `npx zkstate` looks first in a checkout: npm links the binaries of dependencies, not the package's own.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const bin = join("node_modules", ".bin");
const link = join(bin, "zkstate");
chmodSync(join("dist", "cli", "main.js"), 0o755);
mkdirSync(bin, { recursive: true });
rmSync(link, { force: true });
symlinkSync(join("..", "..", "dist", "cli", "main.js"), link);
