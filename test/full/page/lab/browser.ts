// A real browser for tests, from the system's packages, and what a visit to the page must never do: complain, or ask anybody but its server.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { needCommands } from "../../../helpers/system-packages.js";

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

/** One visitor: a browser's storage of his own, and a record of what his page did. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console and uncaught ones. */
  readonly complaints: string[];
  /** Addresses that were asked for. */
  readonly requests: string[];
  /** Breaches of the content security policy. */
  readonly breaches: () => Promise<readonly string[]>;
  close(): Promise<void>;
}

const watchBreaches = () => {
  const seen: string[] = [];
  Object.assign(window, { breaches: seen });
  document.addEventListener("securitypolicyviolation", (e) => seen.push(`${e.violatedDirective}: ${e.blockedURI}`));
};

export interface VisitOptions extends BrowserContextOptions {
  /** Unix seconds at which the visitor's clock stands still. @defaultValue the real clock */
  readonly at?: number;
}

/** Opens a new context with an empty page. */
export async function visit(browser: Browser, { at, ...options }: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(watchBreaches);
  if (at !== undefined) await page.clock.setFixedTime(at * 1000);
  const breaches = () => page.evaluate(() => (window as unknown as { breaches: string[] }).breaches);
  return { page, complaints, requests, breaches, close: () => context.close() };
}
