// What the page may load, and how often an address may ask.
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startServer } from "../../../aggregator/http/server.js";
import { expectError, startServeLab } from "./lab.js";

const { root, options, withServer, get, raw, close } = await startServeLab();
afterAll(close);

describe("the page", () => {
  it("is served with a policy that lets it load nothing but its own", async () => {
    const page = await get("/");
    expect([page.status, page.headers.get("content-type"), page.headers.get("cache-control")]).toEqual([
      200,
      "text/html; charset=utf-8",
      "no-cache",
    ]);
    expect(page.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    const asset = await get("/assets/main-abc123.js");
    expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect(asset.headers.get("content-type")).toMatch(/^(?:text|application)\/javascript/);
    expect(asset.headers.get("content-security-policy")).toBe(page.headers.get("content-security-policy"));
    expect((await get("/assets/gone.js")).headers.get("cache-control")).toBe("no-store");
  });

  it("may compile WebAssembly only where that is wanted, and need not be there", async () => {
    await withServer({ page: { dir: join(root, "page"), wasm: true } }, async (url) => {
      expect((await fetch(url)).headers.get("content-security-policy")).toContain("script-src 'self' 'wasm-unsafe-eval';");
    });
    const { page: _, ...bare } = options();
    const own = await startServer(bare);
    const { status, body } = await raw("/", { url: own.url });
    await own.close();
    expect(status).toBe(404);
    expectError(body, "INPUT_NOT_FOUND");
  });
});

describe("the rate limit", () => {
  it("holds an address to its requests, and says when it may come again", async () => {
    await withServer({ rate: 5 }, async (url) => {
      for (const path of ["/v1/heads.json", "/v1/accounts/5", "/v1/batches/1.json", "/v1/nothing", "/nothing"]) await raw(path, { url });
      for (const path of ["/v1/heads.json", "/v1/nothing", "/nothing", "/v1/events", "/"]) {
        const { status, body, headers } = await raw(path, { url });
        expect(status, path).toBe(429);
        expectError(body, "RATE_LIMITED");
        expect(Number(headers["retry-after"])).toBeGreaterThan(0);
        expect([headers["cache-control"], headers["access-control-allow-origin"]]).toEqual(["no-store", "*"]);
      }
      expect((await raw("/healthz", { url })).status).toBe(200);
      expect((await raw("/metrics", { url })).status).toBe(200);
    });
  });

  it("counts the client behind a proxy only where there is one, and never what the client says of itself", async () => {
    const three = async (url: string) => {
      const statuses = [];
      for (const from of ["192.0.2.1", "192.0.2.2", "198.51.100.9, 192.0.2.2"])
        statuses.push((await raw("/v1/heads.json", { url, headers: { "x-forwarded-for": from } })).status);
      return statuses;
    };
    await withServer({ rate: 1 }, async (url) => expect(await three(url)).toEqual([200, 429, 429]));
    await withServer({ rate: 1, proxied: true }, async (url) => expect(await three(url)).toEqual([200, 200, 429]));
  });
});
