// The bundle that is shipped, in a real browser: under a strict content security policy, in the page, in a worker, and with mcl.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LightClient } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { openChromium } from "../../helpers/chromium.js";
import { publishedFixture } from "../../helpers/published.js";

const BUDGET = 60_000;
const fixture = publishedFixture({ batches: 4, largest: 2 });
const STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'";

let dir: string;
let server: Server;
let origin: string;
let browser: Browser;

const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".json": "application/json" };

/** Bundle and published files; the policy is what follows `?csp=`, and holds for a worker by its own answer. */
function serve(): Server {
  return createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://host");
    const file = join(dir, pathname.slice(1));
    const bytes =
      pathname === "/"
        ? Buffer.from("<!doctype html>")
        : (fixture.files.get(pathname.slice(4)) ?? (existsSync(file) ? readFileSync(file) : undefined));
    const type = pathname === "/" ? "text/html" : (TYPES[extname(pathname)] ?? "application/octet-stream");
    response.writeHead(bytes === undefined ? 404 : 200, {
      "content-type": type,
      "content-security-policy": searchParams.get("csp") ?? STRICT,
    });
    response.end(bytes);
  });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-bundle-"));
  const configFile = fileURLToPath(new URL("../../../client/vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "error", build: { outDir: dir } });
  server = serve();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  browser = await openChromium();
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

interface Seen {
  readonly head: { readonly batchNumber: number; readonly root: string };
  readonly certificates: number;
  readonly exists: readonly boolean[];
  readonly equity: string;
  readonly events: readonly string[];
  readonly kept: number;
}

/** What a script in the page does with a client. */
const USE = (client: string) => `(async () => {
  const m = await import("/zkstate-client.js");
  const trustRoot = m.TrustRoot.parse(await (await fetch("/v1/trust-root.json")).json());
  const store = m.webStorageStore(localStorage, "light");
  const client = ${client};
  const events = [];
  for (const name of ["syncing", "advanced", "compromised"]) client.on(name, () => events.push(name));
  const { head, certificates } = await client.sync();
  const accounts = [await client.getAccount(5), await client.getAccount(6)];
  for (const { path, index, leaf, accountsRoot } of accounts) if (!m.verifyPath(accountsRoot, BigInt(index), leaf, path)) throw new Error("path");
  return {
    head: { batchNumber: head.batchNumber, root: String(head.root) }, certificates: certificates.length, events,
    exists: accounts.map((account) => account.exists), equity: String(accounts[0].margin.equity), kept: localStorage.getItem("light").length,
  };
})()`;
const LOCAL = (backend: string) =>
  `new m.LightClient({ trustRoot, store, transport: m.httpTransport(location.origin + "/v1/"), stalenessSeconds: 1e12, backend: "${backend}" })`;
const REMOTE = `m.connectClient(new Worker("/zkstate-client-worker.js", { type: "module" }),
  { trustRoot, store, url: location.origin + "/v1/", stalenessSeconds: 1e12 })`;

/** Runs a script in a page under a policy, and what the browser had to say about it. */
async function inPage(csp: string, script: string): Promise<{ seen: Seen; complaints: string[]; loaded: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const [complaints, loaded]: [string[], string[]] = [[], []];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  try {
    await page.goto(`${origin}/?csp=${encodeURIComponent(csp)}`);
    return { seen: await page.evaluate<Seen>(script), complaints, loaded };
  } finally {
    await context.close();
  }
}

/** What a client in this process says of the same files. */
let expected: Omit<Seen, "kept">;
beforeAll(async () => {
  const client = new LightClient({ trustRoot: fixture.trustRoot, transport: memoryTransport(fixture.files), stalenessSeconds: 1e12 });
  await client.sync();
  expected = { ...BROUGHT, equity: `${(await client.getAccount(5)).margin?.equity}` };
});
const BROUGHT = {
  head: { batchNumber: 4, root: `${fixture.roots[4]}` },
  certificates: 2,
  exists: [true, false],
  events: ["syncing", "syncing", "syncing", "advanced"],
};

describe("the bundle", () => {
  it("fits its budget, needs no WebAssembly and no code from text, and has no tables of constants", () => {
    const code = readFileSync(join(dir, "zkstate-client.js"), "utf8");
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(BUDGET);
    expect(code).not.toMatch(/WebAssembly|new Function|\beval\(|from\s*["']node:|require\(/);
    expect(code).not.toMatch(/^import/m);
  });

  it("verifies in a page under a strict policy, loading nothing but itself", async () => {
    const { seen, complaints, loaded } = await inPage(STRICT, USE(LOCAL("noble")));
    expect(seen).toMatchObject(expected);
    expect(seen.kept).toBeGreaterThan(5_000);
    expect(complaints).toEqual([]);
    expect(loaded.filter((path) => path.endsWith(".js"))).toEqual(["/zkstate-client.js"]);
  });

  it("verifies in a worker, with the page's store", async () => {
    const { seen, complaints, loaded } = await inPage(STRICT, USE(REMOTE));
    expect(seen).toMatchObject(expected);
    expect(seen.kept).toBeGreaterThan(5_000);
    expect(complaints).toEqual([]);
    expect(loaded).toContain("/zkstate-client-worker.js");
  });

  it("verifies with mcl where WebAssembly is allowed, and cannot where it is not", async () => {
    const allowed = STRICT.replace("'self';", "'self' 'wasm-unsafe-eval';");
    const { seen, complaints } = await inPage(allowed, USE(LOCAL("mcl")));
    expect(seen).toMatchObject(expected);
    expect(complaints).toEqual([]);
    await expect(inPage(STRICT, USE(LOCAL("mcl")))).rejects.toThrow();
  });
});
