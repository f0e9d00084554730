// A real Chromium for tests, from the system's packages.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { needCommands } from "./system-packages.js";

const FLAGS = [
  "--no-sandbox", // tests run as root in containers
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium without a window. The caller closes it. */
export async function openChromium(): Promise<Browser> {
  await needCommands({ chromium: "chromium" });
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path)) ?? "chromium";
  return chromium.launch({ executablePath, args: FLAGS });
}
