// A visit to the page, and what it must never do: complain, or ask anybody but its server.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

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
  page.setDefaultTimeout(60_000);
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(watchBreaches);
  if (at !== undefined) await page.clock.setFixedTime(at * 1000);
  const breaches = () => page.evaluate(() => (window as unknown as { breaches: string[] }).breaches);
  return { page, complaints, requests, breaches, close: () => context.close() };
}
