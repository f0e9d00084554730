// The built page in a real browser, served by `zkstate serve`: what a visitor sees, and that it was verified there.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChromium } from "../../helpers/chromium.js";
import type { PublishedFixture } from "../../helpers/published.js";
import { publishedMarket } from "../../helpers/published-market.js";
import { type Visit, type VisitOptions, visit } from "./lab/browser.js";
import { type BuiltPage, buildPage } from "./lab/host.js";
import { expectQuiet, lookUp, tamperWith, verdict } from "./lab/pages.js";
import { type Serving, serving } from "./lab/serving.js";

const BATCHES = 14;
const LARGEST = 8;
const NOBODY = 4 ** 8 - 1;

let browser: Browser;
let built: BuiltPage;
let market: PublishedFixture;
let server: Serving;

const headsAt = (batchNumber: number) => ({
  ledgerId: market.trustRoot.ledgerId,
  proven: { batchNumber, root: market.roots[batchNumber] ?? 0n, publishedAt: 1_700_000_000 },
  largest: LARGEST,
});
/** Seconds after the report of a batch. */
const soonAfter = (batchNumber: number, seconds: number): number =>
  Number(market.states[batchNumber]?.header.meta.timestamp ?? 0n) + seconds;

async function arrive(options: VisitOptions = {}, query = ""): Promise<Visit> {
  const visitor = await visit(browser, { at: soonAfter(BATCHES, 21), ...options });
  await visitor.page.goto(server.url + query);
  return visitor;
}

beforeAll(async () => {
  market = publishedMarket({ batches: BATCHES, largest: LARGEST });
  [browser, built] = await Promise.all([openChromium(), buildPage()]);
  server = await serving(built, market.files);
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
  built?.remove();
});

describe("a visitor of zkstate serve", () => {
  it("sees the head verified in a worker, with what it took, and nobody else is asked", async () => {
    const visitor = await arrive();
    const { page } = visitor;
    const text = await verdict(page, "verified");
    expect(text).toContain(`Batch ${BATCHES} is proven`);
    expect(text).toContain("21 seconds behind");
    expect(text).toContain("3 certificates over 14 batches");
    expect(text).toContain("noble, in a worker");
    expect(await page.getAttribute("#head data.number", "value")).toBe(`0x${market.roots[BATCHES]?.toString(16).padStart(64, "0")}`);
    expect(await page.innerText("#banners")).toContain("Development keys");
    expect(await page.innerText("#trust")).toContain("for the first time");
    expect(await page.innerText("#collateral")).toContain("Insurance fund");
    expect(await page.innerText("#markets")).toContain("BTC put 36,000");
    await page.waitForSelector("#activity canvas");
    expect(await page.innerText("#activity")).toMatch(/reported, not proven[\s\S]*14 trades|trades/);
    console.log(`Chromium with noble: ${/Checked in\s+(\S+ \S+)/.exec(text)?.[1]} for ${BATCHES} batches in 3 certificates`);
    await expectQuiet(visitor, server.url);
    await visitor.close();
  });

  it("opens an account down to its positions, and proves that another does not exist", async () => {
    const visitor = await arrive();
    await verdict(visitor.page, "verified");
    const there = await lookUp(visitor.page, 5);
    expect(there).toContain("every hash up to the proven root");
    expect(there).toContain("9 hashes made again here");
    expect(there).toMatch(/Healthy|may only reduce|Below maintenance/);
    const cash = market.states[BATCHES]?.account(5)?.cash ?? 0n;
    const shown = await visitor.page.locator("#account-card data.number").evaluateAll((all) => all.map((e) => e.getAttribute("value")));
    expect(shown.map((value) => value?.replace(/[,.]/g, "").replace("\u2212", "-"))).toContain(`${cash}`);
    const absent = await lookUp(visitor.page, NOBODY);
    expect(absent).toContain("does not exist");
    expect(absent).toContain("proven absent");
    await expectQuiet(visitor, server.url);
    await visitor.close();
  });

  it("can tamper with a certificate, the state and an account, and sees each refused", async () => {
    const visitor = await arrive();
    await verdict(visitor.page, "verified");
    expect(await tamperWith(visitor.page, "certificate")).toMatch(/CERTIFICATE_(INVALID|MALFORMED)/);
    expect(await tamperWith(visitor.page, "state")).toMatch(/RESPONSE_INVALID\s+Check that failed\s+state root/);
    expect(await tamperWith(visitor.page, "account")).toMatch(/RESPONSE_INVALID\s+Check that failed\s+leaf/);
    await verdict(visitor.page, "verified");
    await expectQuiet(visitor, server.url);
    await visitor.close();
  });

  it("sees a new head as it comes, over a restart of the server, and after a reload takes up where it was", async () => {
    server.setHead(headsAt(BATCHES - 1));
    const visitor = await arrive();
    const { page, requests } = visitor;
    const says = (text: string) => page.waitForFunction((t) => document.querySelector("#head")?.textContent?.includes(t), text);
    await says(`Batch ${BATCHES - 1} is proven`);
    await says("Live");
    await server.stop();
    await page.waitForFunction(() => document.querySelector(".live")?.textContent?.includes("from time to time"));
    server.setHead(headsAt(BATCHES));
    await server.start();
    await says(`Batch ${BATCHES} is proven`);
    requests.length = 0;
    await page.reload();
    await says(`Batch ${BATCHES} is proven`);
    await says("kept, checked again");
    expect(requests.filter((address) => address.includes("/certificates/"))).toEqual([]);
    await visitor.close();
  });

  it.each([
    ["switched off", "?worker=off", undefined],
    ["not to be had", "", /worker-entry/],
  ])("is served as well where workers are %s", async (_, query, missing) => {
    const visitor = await visit(browser, { at: soonAfter(BATCHES, 21) });
    if (missing !== undefined) await visitor.page.route(missing, (route) => route.abort());
    await visitor.page.goto(server.url + query);
    expect(await verdict(visitor.page, "verified")).toContain("noble, in this page");
    await visitor.close();
  });

  it("can choose mcl where WebAssembly is allowed, and check all of it again", async () => {
    const visitor = await arrive();
    await verdict(visitor.page, "verified");
    await visitor.page.selectOption("#engine", "mcl");
    await visitor.page.waitForFunction(() => document.querySelector("#head")?.textContent?.includes("mcl, in a worker"));
    const text = await verdict(visitor.page, "verified");
    console.log(`Chromium with mcl: ${/Checked in\s+(\S+ \S+)/.exec(text)?.[1]}`);
    expect(text).toContain("3 certificates over 14 batches");
    await expectQuiet(visitor, server.url);
    await visitor.close();
  });

  it("is told loudly when the proven state is old", async () => {
    const visitor = await arrive({ at: soonAfter(BATCHES, 7200) });
    expect(await verdict(visitor.page, "stale")).toContain("2 hours behind");
    expect(await visitor.page.innerText("#banners")).toContain("Stale");
    await visitor.close();
  });
});
