// How the page looks and reads: contrast, labels, headings, the keyboard, a narrow phone. The pictures in docs/images are taken here.
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChromium } from "../../helpers/chromium.js";
import type { PublishedFixture } from "../../helpers/published.js";
import { publishedMarket } from "../../helpers/published-market.js";
import { type Visit, type VisitOptions, visit } from "./lab/browser.js";
import { faintTexts } from "./lab/contrast.js";
import { type BuiltPage, buildPage } from "./lab/host.js";
import { lookUp, tamperWith, verdict } from "./lab/pages.js";
import { type Serving, serving } from "./lab/serving.js";

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const DESKTOP = { viewport: { width: 1280, height: 900 } } as const;
const PHONE = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true } as const;
const ACCOUNT = 8;

let browser: Browser;
let built: BuiltPage;
let market: PublishedFixture;
let server: Serving;

beforeAll(async () => {
  market = publishedMarket();
  [browser, built] = await Promise.all([openChromium(), buildPage()]);
  server = await serving(built, market.files);
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
  built?.remove();
});

/** A visitor with everything on the page: an account, a refused lie, all details open. */
async function wholePage(options: VisitOptions): Promise<Visit> {
  const at = Number(market.states.at(-1)?.header.meta.timestamp ?? 0n) + 21;
  const visitor = await visit(browser, { at, ...options });
  const { page } = visitor;
  await page.goto(server.url);
  await verdict(page, "verified");
  await lookUp(page, ACCOUNT);
  await tamperWith(page, "certificate");
  await page.waitForSelector("#activity canvas");
  return visitor;
}

const openAll = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

describe.each([
  ["light", DESKTOP],
  ["dark", DESKTOP],
  ["light", PHONE],
  ["dark", PHONE],
] as const)("in %s colours", (colorScheme, screen) => {
  const { width } = screen.viewport;
  it(`every text keeps its contrast and nothing is wider than the screen of ${width} pixels`, async () => {
    const visitor = await wholePage({ ...screen, colorScheme });
    const name = screen === PHONE ? `page-phone-${colorScheme}` : `page-${colorScheme}`;
    await takePicture(visitor.page, name, width);
    await openAll(visitor.page);
    const sizes = async () => visitor.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(await visitor.page.evaluate(faintTexts)).toEqual([]);
    expect(await sizes()).toEqual([width, width]);
    await visitor.page.check("#exact");
    expect(await sizes()).toEqual([width, width]);
    await visitor.close();
  });
});

/** The cards from which a picture starts, and its height. */
const PICTURES: Readonly<Record<string, readonly [from: string, height: number]>> = {
  "page-light": ["body", 1500],
  "page-dark": ["#account-card", 1450],
  "page-phone-light": ["body", 1500],
};

/** Pictures show the same ledger every time; only the time that the check took is the machine's. */
async function takePicture(page: Page, name: string, width: number): Promise<void> {
  const path = `${IMAGES}${name}.png`;
  const [from, height] = PICTURES[name] ?? [];
  if (from === undefined || height === undefined || (process.env["ZKSTATE_SCREENSHOTS"] !== "1" && existsSync(path))) return;
  const top = await page.evaluate((selector) => (document.querySelector(selector)?.getBoundingClientRect().top ?? 0) + scrollY, from);
  mkdirSync(IMAGES, { recursive: true });
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: Math.max(0, top - 20), width, height } });
}

describe("with a screen reader or a keyboard", () => {
  it("has landmarks, a name for every control and every drawing, headings in order, and tables with captions", async () => {
    const visitor = await wholePage(DESKTOP);
    await openAll(visitor.page);
    const found = await visitor.page.evaluate(() => {
      const all = <E extends Element = HTMLElement>(selector: string) => [...document.querySelectorAll<E>(selector)];
      const nameless = all<HTMLInputElement>("input, select, textarea").filter(
        (e) => e.labels?.length !== 1 || e.labels[0]?.innerText.trim() === "",
      );
      const mute = all("button, a, [role=img], [role=region], summary").filter(
        (e) => `${e.getAttribute("aria-label") ?? ""}${e.innerText}` === "" && e.getAttribute("aria-labelledby") === null,
      );
      const levels = all("h1, h2, h3, h4").map((e) => Number(e.tagName[1]));
      const jumps = levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1);
      const ids = all("[id]").map((e) => e.id);
      return {
        nameless: nameless.map((e) => e.id),
        mute: mute.map((e) => e.outerHTML),
        firsts: levels.filter((level) => level === 1).length,
        jumps,
        twice: ids.filter((id, i) => ids.indexOf(id) !== i),
        captionless: all("table").filter((e) => e.querySelector("caption") === null).length,
        landmarks: ["header", "nav", "main", "footer"].map((name) => all(`body ${name}`).length > 0),
        language: document.documentElement.lang,
        lost: all<HTMLAnchorElement>('a[href^="#"]')
          .filter((a) => document.querySelector(a.hash) === null)
          .map((a) => a.hash),
        live: all("[role=status], [aria-live]").length > 0,
      };
    });
    expect(found).toEqual({
      nameless: [],
      mute: [],
      firsts: 1,
      jumps: [],
      twice: [],
      captionless: 0,
      landmarks: [true, true, true, true],
      language: "en",
      lost: [],
      live: true,
    });
    await visitor.close();
  });

  it("leads from the skip link to the verdict, and through every control without a mouse", async () => {
    const visitor = await visit(browser, DESKTOP);
    const { page } = visitor;
    await page.goto(server.url);
    await page.waitForSelector('.verdict[data-state="stale"]');
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the verdict");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("head");
    await page.focus("#account");
    await page.keyboard.type(`${ACCOUNT}`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".account");
    expect(await page.locator("#account-card [role=status]").first().innerText()).toContain(`Account ${ACCOUNT} is proven to exist`);
    await visitor.close();
  });

  it("gives exact values on demand and on copy, and keeps the choice of colours", async () => {
    const visitor = await visit(browser, DESKTOP);
    const { page } = visitor;
    await page.goto(server.url);
    await page.waitForSelector('.verdict[data-state="stale"]');
    const root = await page.locator("#head data.number").first();
    expect(await root.innerText()).toHaveLength(17);
    await page.check("#exact");
    expect(await root.innerText()).toHaveLength(66);
    await page.selectOption("#theme", "dark");
    await page.reload();
    await page.waitForSelector('.verdict[data-state="stale"]');
    expect(
      await page.evaluate(() => [
        getComputedStyle(document.documentElement).colorScheme,
        document.querySelector<HTMLInputElement>("#exact")?.checked,
      ]),
    ).toEqual(["dark", true]);
    await visitor.close();
  });
});
