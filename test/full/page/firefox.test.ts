// The same page in Firefox: another engine for BigInt, workers, modules and the content security policy.
import { afterAll, beforeAll, expect, it } from "vitest";
import { publishedFixture } from "../../helpers/published.js";
import { type Firefox, openFirefox } from "./lab/firefox.js";
import { type BuiltPage, buildPage, type Host, staticHost } from "./lab/host.js";

const { files } = publishedFixture({ batches: 3 });
/** The fixture is years old, and the host has no event stream. */
const deployed = (html: string): string =>
  html.replace(/(stale-seconds" content=")900"/, '$11000000000"').replace(/(events" content=")on"/, '$1off"');

let firefox: Firefox;
let built: BuiltPage;
let host: Host;

beforeAll(async () => {
  [firefox, built] = await Promise.all([openFirefox(), buildPage()]);
  host = await staticHost(built, files, deployed);
});
afterAll(async () => {
  await firefox?.close();
  await host?.close();
  built?.remove();
});

const textOf = (selector: string) => firefox.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`);

it("Firefox verifies the head in a worker, opens an account, refuses a lie, and asks nobody else", async () => {
  await firefox.open(host.url);
  await firefox.until(`document.querySelector('.verdict[data-state="verified"]') !== null`);
  const head = await textOf("#head");
  expect(head).toContain("Batch 3 is proven");
  expect(head).toContain("noble, in a worker");
  console.log(`Firefox with noble: ${/Checked in\s+(\S+ \S+)/.exec(head)?.[1]} for 3 batches in 3 certificates`);
  await firefox.evaluate(`(document.querySelector("#account").value = "5", document.querySelector("#account-card button").click())`);
  await firefox.until(`/made again here/.test(document.querySelector("#account-card").innerText)`);
  expect(await textOf("#account-card")).toContain("Account 5");
  await firefox.evaluate(`document.querySelector("#tamper button").click()`);
  await firefox.until(`document.querySelector("#tamper .trouble") !== null`);
  expect(await textOf("#tamper")).toMatch(/CERTIFICATE_(INVALID|MALFORMED)/);
  host.lie = (name, response, honest) => {
    if (!name.endsWith("heads.json")) return false;
    response.writeHead(200).end(new TextDecoder().decode(honest).replace(/"root":"(.)/, (_, digit) => `"root":"${digit === "1" ? 2 : 1}`));
    return true;
  };
  await firefox.evaluate(`document.querySelector(".hero-actions button").click()`);
  await firefox.until(`document.querySelector('.verdict[data-state="refused"]') !== null`);
  const asked = firefox.requests.filter((url) => !url.startsWith("data:")); // of its own glyphs
  expect(asked.filter((url) => new URL(url).origin !== new URL(host.url).origin)).toEqual([]);
  expect(firefox.complaints).toEqual([]);
});
