// What an operator meets: a damaged folder, health, metrics, ports.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startServer } from "../../../aggregator/http/server.js";
import { leafFile, nodeFile, stateFile } from "../../../core/publication/files.js";
import { accountLeaf } from "../../../ledger/hashing.js";
import { AT_ONCE_MS } from "../../helpers/at-once.js";
import { writePublished } from "../../helpers/published.js";
import { BATCHES, expectError, startServeLab } from "./lab.js";

const { fixture, root, dir, server, logged, options, copyOf, withServer, json, raw, close } = await startServeLab();
afterAll(close);

describe("a folder that is damaged", () => {
  const state = () => stateFile(fixture.roots[BATCHES] ?? 0n);
  const header = () => fixture.states[BATCHES]?.header;

  it.each<[string, () => string, string | undefined, number, string]>([
    ["no heads", () => "heads.json", undefined, 404, "NOT_PUBLISHED"],
    ["half of its heads", () => "heads.json", '{"format":"zks', 500, "STORE_CORRUPT"],
    ["no trust root", () => "trust-root.json", undefined, 404, "NOT_PUBLISHED"],
    ["another trust root", () => "trust-root.json", "[]", 500, "STORE_CORRUPT"],
    ["no state of its head", state, undefined, 404, "NOT_PUBLISHED"],
    ["half of that state", state, '{"format":', 500, "STORE_CORRUPT"],
    ["no node", () => nodeFile(header()?.accountsRoot ?? 0n), undefined, 500, "STORE_CORRUPT"],
    ["an empty node", () => nodeFile(header()?.accountsRoot ?? 0n), "", 500, "STORE_CORRUPT"],
    ["no leaf", () => leafFile(leafOf(5)), undefined, 500, "STORE_CORRUPT"],
  ])("of which there is %s is said to be, and served again once it is whole", async (_, name, content, status, code) => {
    const damaged = copyOf(`damaged-${code}-${Math.random()}`);
    const path = join(damaged, name());
    rmSync(path);
    if (content !== undefined) writeFileSync(path, content);
    await withServer({ dir: damaged }, async (url) => {
      const response = await raw("/v1/accounts/5", { url });
      expect(response.status).toBe(status);
      expectError(response.body, code);
      expect(response.body).not.toContain(root);
      writePublished(fixture.files, damaged);
      expect((await raw("/v1/accounts/5", { url })).status).toBe(200);
    });
  });
  const leafOf = (index: number) => accountLeaf(fixture.states[BATCHES]?.accounts.get(index));

  it("does not pass off one state or account for another", async () => {
    const swapped = copyOf("swapped");
    const put = (to: string, from: string) => writeFileSync(join(swapped, to), fixture.files.get(from) ?? "");
    put(leafFile(leafOf(5)), leafFile(leafOf(1)));
    put(stateFile(fixture.roots[2] ?? 0n), stateFile(fixture.roots[1] ?? 0n));
    await withServer({ dir: swapped }, async (url) => {
      for (const path of ["/v1/accounts/5", "/v1/markets?batch=2"]) {
        const { status, body } = await raw(path, { url });
        expect(status, path).toBe(500);
        expectError(body, "STORE_CORRUPT");
      }
      expect((await raw("/v1/accounts/63", { url })).status).toBe(200);
    });
  });

  it("may be missing until it is published", async () => {
    const later = join(root, "later");
    await withServer({ dir: later }, async (url) => {
      for (const path of ["/v1/heads.json", "/v1/accounts/5", "/v1/batches/1.json"]) {
        const { status, body } = await raw(path, { url });
        expect(status, path).toBe(404);
        expectError(body, "NOT_PUBLISHED");
      }
      const sick = await raw("/healthz", { url });
      expect(sick.status).toBe(503);
      expectError(sick.body, "NOT_PUBLISHED");
      expect((await raw("/metrics", { url })).body).not.toMatch(/^zkstate_head_/m);
      copyOf("later");
      expect((await raw("/v1/accounts/5", { url })).status).toBe(200);
      expect((await raw("/healthz", { url })).status).toBe(200);
    });
  });

  it("is in the log", () => {
    expect(logged.filter((line) => line.includes("STORE_CORRUPT")).length).toBeGreaterThan(3);
  });
});

describe("the operator", () => {
  it("sees that the server is well", async () => {
    expect(await json("/healthz")).toEqual({
      ok: true,
      batchNumber: BATCHES,
      root: `${fixture.roots[BATCHES]}`,
      ageSeconds: expect.any(Number),
    });
  });

  it("sees requests by route and status, their time, and the head", async () => {
    await withServer({}, async (url) => {
      for (const path of ["/v1/accounts/5", "/v1/accounts/6", "/v1/accounts/x", "/nothing", "/wp-login.php"]) await raw(path, { url });
      const text = (await raw("/metrics", { url })).body;
      for (const line of [
        'zkstate_http_requests_total{route="/v1/accounts/:index",status="200"} 2',
        'zkstate_http_requests_total{route="/v1/accounts/:index",status="400"} 1',
        'zkstate_http_requests_total{route="none",status="404"} 2',
        'zkstate_http_request_seconds_count{route="/v1/accounts/:index"} 3',
        `zkstate_head_batch_number ${BATCHES}`,
        "zkstate_sse_connections 0",
      ])
        expect(text).toContain(`${line}\n`);
      expect(Number(/^zkstate_head_age_seconds (\d+)/m.exec(text)?.[1])).toBeGreaterThan(0);
    });
  });

  it("is told of a port that somebody else has, of one that cannot be had, and of a folder that is none", async () => {
    const port = Number(new URL(server.url).port);
    await expect(startServer(options({ port }))).rejects.toMatchObject({ code: "IO_FAILED", message: `127.0.0.1:${port} is in use.` });
    await expect(startServer(options({ host: "192.0.2.1" }))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(startServer(options({ dir: join(dir, "heads.json") }))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("gets the port back at once, whoever is still connected", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const own = await startServer(options({ host }));
      expect((await fetch(`${own.url}/healthz`)).status).toBe(200); // stays open: fetch keeps connections
      const started = performance.now();
      await own.close();
      expect(performance.now() - started, host).toBeLessThan(AT_ONCE_MS);
      const again = await startServer(options({ host, port: Number(new URL(own.url).port) }));
      await again.close();
    }
  });
});
