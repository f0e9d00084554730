// What tests do on the page and read from it.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Visit } from "./browser.js";

/** Waits for a verdict. @returns all that the card with the verdict says */
export async function verdict(page: Page, state: "verified" | "stale" | "refused"): Promise<string> {
  await page.waitForSelector(`.verdict[data-state="${state}"]`);
  return page.innerText("#head");
}

/** Nothing on the page says that something is proven. */
export async function expectNothingProven(page: Page): Promise<void> {
  expect(await page.locator(".seal-verified, .seal-stale").count()).toBe(0);
  expect(await page.locator("#collateral, #markets, .account, .mark-proven").filter({ visible: true }).count()).toBe(0);
  expect(await page.innerText("#head")).not.toContain("is proven");
  // What is read out, too.
  expect((await page.locator("[role=status]").allTextContents()).filter((text) => text.includes("proven"))).toEqual([]);
}

/** Looks an account up. @returns what the card says when it has settled */
export async function lookUp(page: Page, index: number): Promise<string> {
  await page.fill("#account", `${index}`);
  await page.click("#account-card button[type=submit]");
  await page.waitForFunction(() => {
    const card = document.querySelector("#account-card");
    return card?.querySelector(".trouble") !== null || /made again here|breaks at/.test(card.textContent ?? "");
  });
  return page.innerText("#account-card");
}

/** Changes a byte of something. @returns what the page says about it */
export async function tamperWith(page: Page, target: "certificate" | "state" | "account"): Promise<string> {
  await page.check(`#tamper input[value="${target}"]`);
  await page.click("#tamper button[type=submit]");
  await page.waitForSelector("#tamper .trouble, #tamper .answer-bad");
  return page.innerText("#tamper");
}

/** The visit asked nobody but its server, broke no policy and had nothing to complain about. */
export async function expectQuiet({ requests, complaints, breaches }: Visit, url: string): Promise<void> {
  const { origin } = new URL(url);
  expect(requests.filter((address) => new URL(address).origin !== origin)).toEqual([]);
  expect(await breaches()).toEqual([]);
  expect(complaints).toEqual([]);
}
