// A certificate of 256 and one of 1,024 batches, verified in Chromium by the shipped bundle, with noble and with mcl. `npm run bench:browser`
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openChromium } from "../test/helpers/chromium.js";
import { LongHistory } from "../test/helpers/long-history.js";
import type { Files } from "../test/helpers/published.js";
import { writeResults } from "./machine.js";

const BUNDLE = join(import.meta.dirname, "../dist/client");
const SIZES = [256, 1024];
const ROUNDS = 12;

interface Timing {
  readonly firstMs: number;
  readonly bestMs: number;
  /** From an empty client to a verified head, the first time: scripts loaded, files fetched over loopback, key and setup prepared. */
  readonly syncMs: number;
  readonly bytes: number;
}

/** The bundle and published files of several histories, each below its own address. */
async function host(histories: ReadonlyMap<string, Files>): Promise<{ readonly origin: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    const [, folder = "", ...rest] = (request.url ?? "/").split("/");
    const name = rest.join("/");
    const bytes =
      folder === "bundle" ? readFileSync(join(BUNDLE, name)) : folder === "" ? "<!doctype html>" : histories.get(folder)?.get(name);
    const type = folder === "bundle" ? "text/javascript" : folder === "" ? "text/html" : "application/octet-stream";
    response.writeHead(bytes === undefined ? 404 : 200, { "content-type": type }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** In the page: syncs a new client again and again, and times the one certificate. */
const timeIn = (page: Page, base: string, backend: string, rounds: number): Promise<Timing> =>
  page.evaluate(
    async ([base = "", backend = "", rounds = "", bundle = ""]) => {
      const started = performance.now();
      const { LightClient, TrustRoot, httpTransport } = await import(bundle);
      const trustRoot = TrustRoot.parse(await (await fetch(`${base}trust-root.json`)).json());
      const times: number[] = [];
      let [syncMs, bytes] = [0, 0];
      for (let i = 0; i < Number(rounds); i++) {
        const client = new LightClient({ trustRoot, transport: httpTransport(base), backend, stalenessSeconds: 1e12 });
        const synced = await client.sync();
        syncMs ||= performance.now() - started;
        bytes = synced.bytes;
        times.push(synced.certificates[0].ms);
      }
      return { firstMs: times[0] ?? 0, bestMs: Math.min(...times), syncMs, bytes };
    },
    [base, backend, `${rounds}`, new URL("/bundle/zkstate-client.js", base).href],
  );

const round = (timing: Timing): Timing =>
  Object.fromEntries(Object.entries(timing).map(([name, x]) => [name, Math.round(x * 10) / 10])) as unknown as Timing;

const history = new LongHistory();
const histories = new Map(SIZES.map((batches) => [`${batches}`, history.files(batches)]));
const { origin, close } = await host(histories);
const browser = await openChromium();
try {
  const measured: unknown[] = [];
  for (const backend of ["noble", "mcl"]) {
    for (const batches of SIZES) {
      const page = await browser.newPage(); // nothing compiled, nothing warm
      await page.goto(`${origin}/`);
      const timing = round(await timeIn(page, `${origin}/${batches}/`, backend, ROUNDS));
      await page.close();
      measured.push({ backend, batches, ...timing });
      process.stdout.write(
        `${backend}, ${batches} batches: certificate ${timing.bestMs} ms at best, ${timing.firstMs} ms the first time; first sync ${timing.syncMs} ms, ${timing.bytes} bytes\n`,
      );
    }
  }
  writeResults("browser", "npm run bench:browser", { browser: `Chromium ${browser.version()}`, rounds: ROUNDS, measured });
} finally {
  await browser.close();
  close();
}
