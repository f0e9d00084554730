// The page against servers that lie, dawdle, fall back or fork, and its trust root: whatever is sent, nothing false is shown as verified.
import type { ServerResponse } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { trustRootDigest } from "../../../core/publication/trust-root.js";
import { openChromium } from "../../helpers/chromium.js";
import { type Files, type PublishedFixture, publishedFixture, putHeads, putJson, readJson } from "../../helpers/published.js";
import { type Visit, visit } from "./lab/browser.js";
import { type BuiltPage, buildPage, type Host, type Lie, staticHost } from "./lab/host.js";
import { expectNothingProven, expectQuiet, lookUp, verdict } from "./lab/pages.js";

const BATCHES = 3;
/** Half a minute after the last report. */
const NOW = 1_700_000_000 + 60 * BATCHES + 30;
/** A server answers within one second or not at all; the page looks every second; WebAssembly is not allowed. */
const deployed = (html: string): string =>
  html
    .replace(/(timeout-seconds" content=")10"/, '$11"')
    .replace(/(poll-seconds" content=")15"/, '$11"')
    .replace(" 'wasm-unsafe-eval'", "");

const ours = publishedFixture({ batches: BATCHES });
const theirs = publishedFixture({ batches: BATCHES, seed: 2 });
const forked = publishedFixture({ batches: BATCHES, fork: { after: 1, seed: 2 } });

let browser: Browser;
let built: BuiltPage;
let host: Host;
let visitor: Visit;

const shown: Files = new Map(ours.files);
function show({ files }: PublishedFixture): void {
  shown.clear();
  for (const [name, bytes] of files) shown.set(name, bytes);
}

beforeAll(async () => {
  [browser, built] = await Promise.all([openChromium(), buildPage()]);
  host = await staticHost(built, shown, deployed);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  built?.remove();
});
beforeEach(async () => {
  show(ours);
  host.lie = undefined;
  visitor = await visit(browser, { at: NOW });
  return () => visitor.close();
});

const open = (query = "") => visitor.page.goto(host.url + query);
const sending = (bytes: string | Uint8Array, response: ServerResponse, status = 200): true => {
  response.writeHead(status, { "content-type": "application/octet-stream" }).end(bytes);
  return true;
};

describe("a plain static host at another address", () => {
  it("serves the page as well: it looks by itself, and has nothing to complain about but the missing event stream", async () => {
    await open();
    expect(await verdict(visitor.page, "verified")).toContain("Batch 3 is proven");
    await visitor.page.waitForFunction(() => document.querySelector(".live")?.textContent?.includes("from time to time"));
    const others = visitor.complaints.filter((text) => !text.includes("404"));
    expect([visitor.complaints.length - others.length, others]).toEqual([1, []]);
    visitor.complaints.length = 0;
    await expectQuiet(visitor, host.url);
  });

  it("says that mcl may not run where WebAssembly is not allowed, and stays with noble", async () => {
    await open();
    await verdict(visitor.page, "verified");
    await visitor.page.selectOption("#engine", "mcl");
    await visitor.page.waitForFunction(() => document.querySelector(".hero-actions")?.textContent?.includes("not allowed here"));
    expect(await visitor.page.inputValue("#engine")).toBe("noble");
    expect(await verdict(visitor.page, "verified")).toContain("noble");
  });
});

/** What a lie does to the file of that name; false leaves it alone. */
const about =
  (pattern: RegExp, lie: (response: ServerResponse, honest: Uint8Array) => boolean): Lie =>
  (name, response, honest) =>
    pattern.test(name) && lie(response, honest ?? new Uint8Array());

const edited = (change: (json: Record<string, unknown>) => void) => (response: ServerResponse, honest: Uint8Array) => {
  const json = JSON.parse(new TextDecoder().decode(honest)) as Record<string, unknown>;
  change(json);
  return sending(JSON.stringify(json), response);
};
const otherHead = edited((json) => Object.assign(json["proven"] as object, { root: `${theirs.roots[BATCHES]}` }));
const dripping = (response: ServerResponse, honest: Uint8Array): boolean => {
  response.writeHead(200);
  const timer = setInterval(() => response.write(honest.subarray(0, 1)), 300);
  response.on("close", () => clearInterval(timer));
  return true;
};

describe("a visitor of a server that lies from the start", () => {
  it.each<[string, Lie, string]>([
    ["another root as its head", about(/^heads/, otherHead), "RESPONSE_INVALID"],
    ["a certificate cut short", about(/2-3\.bin$/, (response, honest) => sending(honest.slice(0, -1), response)), "RESPONSE_INVALID"],
    [
      "a certificate of another batch",
      about(/2-3\.bin$/, (response) => sending(ours.files.get("certificates/1-2.bin") ?? "", response)),
      "RESPONSE_INVALID",
    ],
    [
      "another ledger's verification key",
      about(
        /^verification_key/,
        edited((json) => Object.assign(json, { IC: (json["IC"] as unknown[]).toReversed() })),
      ),
      "RESPONSE_INVALID",
    ],
    [
      "a state with more insurance",
      about(
        /^states/,
        edited((json) => Object.assign((json["header"] as { markets: object }).markets, { insurance: "999" })),
      ),
      "RESPONSE_INVALID",
    ],
    ["errors", about(/^heads/, (response) => sending("", response, 500)), "TRANSPORT_FAILED"],
    ["one byte now and then", about(/^heads/, dripping), "TRANSPORT_FAILED"],
    ["no end", about(/^heads/, (response) => sending("x".repeat(100_000), response)), "RESPONSE_TOO_LARGE"],
  ])("is shown the refusal of %s, and nothing as proven", async (_, lie, code) => {
    host.lie = lie;
    await open();
    expect(await verdict(visitor.page, "refused")).toContain(code);
    await expectNothingProven(visitor.page);
    host.lie = undefined;
    expect(await verdict(visitor.page, "verified")).toContain("Batch 3 is proven");
  });
});

describe("a visitor of a server that goes wrong later", () => {
  it("is shown a forged account's refusal", async () => {
    await open();
    await verdict(visitor.page, "verified");
    host.lie = about(
      /^leaves/,
      edited((json) => Object.assign(json["account"] as object, { cash: "1" })),
    );
    expect(await lookUp(visitor.page, 5)).toMatch(/RESPONSE_INVALID\s+Check that failed\s+leaf/);
    host.lie = about(
      /^nodes/,
      edited((json) => Object.assign(json["children"] as object, { 0: "1" })),
    );
    expect(await lookUp(visitor.page, 1)).toMatch(/RESPONSE_INVALID\s+Check that failed\s+node/);
    host.lie = undefined;
    expect(await lookUp(visitor.page, 5)).toContain("every hash up to the proven root");
  });

  it("sees nothing of one account while another is opened, and that no answer came", async () => {
    await open();
    await verdict(visitor.page, "verified");
    expect(await lookUp(visitor.page, 5)).toContain("every hash up to the proven root");
    host.lie = about(/^(?:nodes|leaves)/, () => true);
    await visitor.page.fill("#account", "1");
    await visitor.page.click("#account-card button[type=submit]");
    expect(await visitor.page.locator("#account-card .account").count()).toBe(0);
    await visitor.page.waitForSelector("#account-card .trouble");
    expect(await visitor.page.innerText("#account-card")).toContain("TRANSPORT_FAILED");
    host.lie = undefined;
    expect(await lookUp(visitor.page, 1)).toContain("every hash up to the proven root");
  });

  it("sees nothing of an account any more when the head is refused", async () => {
    await open();
    await verdict(visitor.page, "verified");
    await lookUp(visitor.page, 5);
    expect(await visitor.page.locator("#account-card .unseen[role=status]").textContent()).toContain("is proven to exist");
    host.lie = about(/^heads/, otherHead);
    expect(await verdict(visitor.page, "refused")).toContain("RESPONSE_INVALID");
    await expectNothingProven(visitor.page);
  });

  it("is not made to remember an event that never ends", async () => {
    let sent = 0;
    const dropped = new Promise<void>((resolve) => {
      host.lie = about(/^events/, (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write("event: head\ndata: ");
        const more = () => {
          sent++;
          response.write("x".repeat(1 << 16), more);
        };
        more();
        response.on("close", resolve);
        return true;
      });
    });
    await open();
    await dropped;
    expect(sent).toBeLessThan(1000);
    expect(await verdict(visitor.page, "verified")).toContain("Batch 3 is proven");
  });

  it("reads the venue's report as what it is: no mark for what was not checked, no words but its own", async () => {
    const batch = (batchNumber: number, root: bigint) => ({
      batchNumber,
      root: `${root}`,
      time: NOW,
      transitions: { constructor: 3 },
      ...{ executeMs: 1, witnessMs: 1, proveMs: 1, verifyMs: 1, provenAt: NOW, publishedAt: NOW },
    });
    const batches = [batch(0, 5n), batch(2, ours.roots[2] ?? 0n), batch(BATCHES, 5n), batch(BATCHES + 1, 5n)];
    const report = JSON.stringify({ format: "zkstate activity 1", batches });
    host.lie = about(/^activity/, (response) => sending(report, response));
    await open();
    await verdict(visitor.page, "verified");
    const rows = visitor.page.locator("#activity tbody tr");
    await rows.first().waitFor();
    const cells = await rows.evaluateAll((all) => all.map((row) => (row.lastElementChild as HTMLElement).innerText.trim()));
    expect(cells).toEqual(["not yet", "another state than the proven one", expect.stringContaining("covered"), "before the trust root"]);
    expect(await visitor.page.innerText("#activity")).not.toContain("native code");
  });

  it("keeps what was verified, and says so, when the server falls silent or behind", async () => {
    await open();
    await verdict(visitor.page, "verified");
    host.lie = about(/^heads/, (response) => sending("", response, 503));
    await visitor.page.waitForFunction(() => document.querySelector("#banners")?.textContent?.includes("No answer from the server"));
    const { trustRoot, roots } = ours;
    putHeads(shown, { ledgerId: trustRoot.ledgerId, proven: { batchNumber: 2, root: roots[2] ?? 0n, publishedAt: NOW } });
    host.lie = undefined;
    await visitor.page.waitForFunction(() => document.querySelector("#banners")?.textContent?.includes("shows batch 2, which is older"));
    expect(await verdict(visitor.page, "verified")).toContain("Batch 3 is proven");
  });

  it("stops for good when two histories are proven, with evidence to keep, and stays so after a reload", async () => {
    await open();
    await verdict(visitor.page, "verified");
    show(forked);
    await visitor.page.waitForSelector(".stopped");
    const [download] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.click(".stopped a")]);
    expect(download.suggestedFilename()).toBe("zkstate-evidence.json");
    show(ours);
    await open();
    expect(await visitor.page.locator(".stopped").innerText()).toContain("COMPROMISED");
    await expectNothingStands();
  });
});

describe("a link to the page", () => {
  it.each(["//127.0.0.1:1/v1/", "/x/..//127.0.0.1:1/v1/", "/.//127.0.0.1:1/v1/", "http://127.0.0.1:1/v1/", "http://[", "blob:HERE"])(
    "leads to no other server: %s",
    async (api) => {
      await open(`?api=${encodeURIComponent(api.replace("HERE", host.url))}`);
      await visitor.page.waitForSelector(`.verdict[data-state="verified"], .verdict[data-state="refused"]`);
      const { origin } = new URL(host.url);
      expect(visitor.requests.filter((address) => new URL(address).origin !== origin)).toEqual([]);
      expect(await visitor.breaches()).toEqual([]);
    },
  );

  it("may lead to another folder of its server", async () => {
    await open(`?api=${encodeURIComponent("/some/where/v1?x#y")}`);
    expect(await verdict(visitor.page, "verified")).toContain("Batch 3 is proven");
  });
});

async function expectNothingStands(): Promise<void> {
  expect(await visitor.page.locator("#head, #collateral, #markets").count()).toBe(0);
}

describe("the trust root", () => {
  const digest = trustRootDigest(ours.trustRoot);
  const trustText = () => visitor.page.innerText("#trust");

  it("is held against the digest in the link", async () => {
    await open(`#trust=${digest}`);
    await verdict(visitor.page, "verified");
    expect(await trustText()).toContain("The link that brought you here");
    const other = await visit(browser, { at: NOW });
    await other.page.goto(`${host.url}#trust=${digest.replace(/.$/, digest.endsWith("0") ? "1" : "0")}`);
    expect(await verdict(other.page, "refused")).toMatch(/KEY_MISMATCH\s+Check that failed\s+digest in the link/);
    await expectNothingProven(other.page);
    await other.close();
  });

  it("is remembered: a change is refused until the visitor forgets the old one", async () => {
    await open();
    await verdict(visitor.page, "verified");
    show(theirs);
    const name = "trust-root.json";
    putJson(shown, name, { ...(readJson(shown, name) as object), createdAt: 1 });
    await open();
    expect(await verdict(visitor.page, "refused")).toMatch(/KEY_MISMATCH\s+Check that failed\s+remembered digest/);
    await expectNothingProven(visitor.page);
    await visitor.page.click("#trust > details > summary");
    await visitor.page.click("#trust button.quiet");
    expect(await verdict(visitor.page, "verified")).toContain("Batch 3 is proven");
  });

  it("can be compared, and brought by the visitor", async () => {
    await open();
    await verdict(visitor.page, "verified");
    await visitor.page.fill("#digest", digest.toUpperCase().replace(/(.{8})/g, "$1 "));
    await visitor.page.click("#trust form button");
    expect(await trustText()).toContain("Equal: this is the trust root you expect.");
    await visitor.page.fill("#digest", "00");
    await visitor.page.click("#trust form button");
    expect(await trustText()).toContain("Different");
    await visitor.page.click("#trust > details > summary");
    await visitor.page.fill("#trust-text", "{}");
    await visitor.page.click("#trust .drop button:not(.quiet)");
    expect(await trustText()).toContain("INPUT_MALFORMED");
    await visitor.page.setInputFiles("#trust-file", {
      name: "trust-root.json",
      mimeType: "application/json",
      buffer: Buffer.from(ours.files.get("trust-root.json") ?? ""),
    });
    await verdict(visitor.page, "verified");
    expect(await trustText()).toContain("You gave this page the file.");
  });
});
