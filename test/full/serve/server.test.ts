// The server of a published folder over a real port: what it answers, what it refuses, and what it makes of a folder that changes under it.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { buildApp } from "../../../aggregator/http/app.js";
import { type ListenOptions, type PublicServer, startServer } from "../../../aggregator/http/server.js";
import { leafFile, nodeFile, stateFile } from "../../../core/publication/files.js";
import { accountLeaf, stateRoot } from "../../../ledger/hashing.js";
import { priceHash } from "../../../ledger/prices.js";
import { AccountJson } from "../../../ledger/published/account.js";
import { HeaderJson } from "../../../ledger/published/header.js";
import { PricesJson } from "../../../ledger/published/state.js";
import { verifyPath } from "../../../ledger/smt.js";
import { AT_ONCE_MS } from "../../helpers/at-once.js";
import { type PublishedFixture, publishedFixture, putHeads, writePublished } from "../../helpers/published.js";

const ACCOUNTS = [0, 1, 5, 63];
const BATCHES = 3;

let fixture: PublishedFixture;
let root: string;
let dir: string;
let server: PublicServer;
const logged: string[] = [];

const options = (change: Partial<ListenOptions> = {}): ListenOptions => ({
  host: "127.0.0.1",
  port: 0,
  dir,
  page: { dir: join(root, "page"), wasm: false },
  rate: 0,
  proxied: false,
  version: "1.2.3",
  log: pino({ level: "info" }, { write: (line) => logged.push(line) }),
  ...change,
});

/** Another folder with the same files. */
function copyOf(name: string): string {
  const copy = join(root, name);
  writePublished(fixture.files, copy);
  return copy;
}

/** Starts a server for one test. */
async function withServer(change: Partial<ListenOptions>, use: (url: string) => Promise<void>): Promise<void> {
  const own = await startServer(options(change));
  try {
    await use(own.url);
  } finally {
    await own.close();
  }
}

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers });
const json = async (path: string) => (await (await get(path)).json()) as Record<string, never>;

interface Raw {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** A request whose path is sent as it is written. */
const raw = (path: string, { url = server.url, method = "GET", headers = {} as Record<string, string>, body = "" } = {}) =>
  new Promise<Raw>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    sent.on("error", reject).end(body);
  });

const expectError = (body: string, code: string): void => {
  const { ok, error, ...more } = JSON.parse(body) as { ok: boolean; error: { code: string; message: string } };
  expect([ok, error.code, more]).toEqual([false, code, {}]);
  expect(error.message).toMatch(/^[^\n]+$/);
};

beforeAll(async () => {
  fixture = publishedFixture({ batches: BATCHES, accounts: ACCOUNTS });
  root = mkdtempSync(join(tmpdir(), "zkstate-serve-"));
  dir = copyOf("published");
  mkdirSync(join(root, "page/assets"), { recursive: true });
  writeFileSync(join(root, "page/index.html"), "<!doctype html><title>zkstate</title>");
  writeFileSync(join(root, "page/assets/main-abc123.js"), "export {};");
  server = await startServer(options());
});

afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

describe("published files", () => {
  it("are answered byte for byte, those that never change to be kept for ever", async () => {
    expect(fixture.files.size).toBeGreaterThan(30);
    for (const [name, bytes] of fixture.files) {
      const response = await get(`/v1/${name}`);
      expect(response.status, name).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(bytes)), name).toBe(true);
      expect(response.headers.get("content-type"), name).toBe(
        name.endsWith(".bin") ? "application/octet-stream" : "application/json; charset=utf-8",
      );
      expect(response.headers.get("cache-control"), name).toBe(name.includes("/") ? "public, max-age=31536000, immutable" : "no-cache");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it.each(["heads.json", "trust-root.json", "certificates/0-1.bin", "batches/1.json", "accounts/5", "openapi.json"])(
    "%s is not sent again to who has it",
    async (name) => {
      const first = await get(`/v1/${name}`);
      const etag = first.headers.get("etag") ?? "";
      expect(etag).toMatch(/^(?:W\/)?"/);
      const again = await raw(`/v1/${name}`, { headers: { "if-none-match": etag } });
      expect([again.status, again.body]).toEqual([304, ""]);
      expect(again.headers["cache-control"]).toBe(first.headers.get("cache-control"));
      expect((await raw(`/v1/${name}`, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    },
  );

  it("are answered whole, never in ranges, and by their headers alone to HEAD", async () => {
    const range = await get("/v1/certificates/0-1.bin", { range: "bytes=0-9" });
    expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([200, 128]);
    const head = await raw("/v1/certificates/0-1.bin", { method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.body]).toEqual([200, "128", ""]);
  });

  it("may be read by pages of any origin", async () => {
    for (const path of ["/v1/heads.json", "/v1/batches/1.json", "/v1/accounts/5", "/v1/batches/99.json", "/%"]) {
      const response = await raw(path, { headers: { origin: "https://elsewhere.example" } });
      expect(response.headers["access-control-allow-origin"], path).toBe("*");
      expect(response.headers["access-control-allow-credentials"]).toBeUndefined();
    }
    const preflight = await raw("/v1/heads.json", {
      method: "OPTIONS",
      headers: { origin: "https://elsewhere.example", "access-control-request-method": "GET" },
    });
    expect([preflight.status, preflight.headers["access-control-allow-methods"]]).toEqual([204, "GET, HEAD"]);
    expect((await raw("/v1/heads.json", { method: "OPTIONS" })).status).toBe(204);
  });
});

describe("what is not published", () => {
  const HASH = "0a".repeat(32);

  it("is not there, whatever else lies in the folder", async () => {
    const other = copyOf("other");
    writeFileSync(join(root, "secret.json"), "{}");
    const lying = [
      "heads.json.tmp",
      ".heads.json",
      ".env",
      "notes.json",
      "certificates/0-1.bin.part",
      "certificates/.0-1.bin",
      "certificates/00-1.bin",
      "certificates/0-1.txt",
      "batches/0.json",
      "batches/1.json~",
      `states/${HASH.toUpperCase()}.json`,
      `nodes/ff/${HASH}.json`,
      `leaves/0a/${HASH}.bin`,
    ];
    for (const name of lying) {
      mkdirSync(join(other, name, ".."), { recursive: true });
      writeFileSync(join(other, name), "{}");
    }
    mkdirSync(join(other, "batches/7.json"));
    await withServer({ dir: other }, async (url) => {
      for (const name of [...lying, "batches/7.json", "batches/8.json", "batches", "", "batches/", "states", "certificates/0-9.bin"]) {
        const { status, body, headers } = await raw(`/v1/${name}`, { url });
        expect(status, name).toBe(404);
        expectError(body, "NOT_PUBLISHED");
        expect([headers["cache-control"], headers.etag]).toEqual(["no-store", undefined]);
      }
    });
  });

  it.each([
    "/v1/../secret.json",
    "/v1/%2e%2e/secret.json",
    "/v1/..%2fsecret.json",
    "/v1/batches/../../secret.json",
    "/v1/batches/..%2f..%2fsecret.json",
    "/v1/batches/%2e%2e%2f%2e%2e%2fsecret.json",
    "/v1/batches/..%5c..%5csecret.json",
    "/v1/nodes/../../../secret.json",
    "/v1/nodes/..%2f../secret.json",
    "/v1//etc/passwd",
    "//etc/passwd",
    "/../../../../etc/passwd",
    "/v1/batches/1.json%00.txt",
    "/assets/..%2findex.html",
    "/assets/../../secret.json",
    "/assets/.hidden",
    "/index.html",
  ])("is out of reach by %s", async (path) => {
    const { status, body } = await raw(path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ ok: false });
  });

  it.each<[string, number, string]>([
    ["/v1/accounts/256", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/99999999999", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/-1", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/01", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/0x1", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/1e1", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/5?batch=", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/5?batch=1&batch=2", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/5?batches=1", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/5?batch=4", 404, "NOT_PUBLISHED"],
    ["/v1/markets?batch=9999999999", 404, "NOT_PUBLISHED"],
    ["/v1/markets?batch=-1", 400, "INPUT_MALFORMED"],
    ["/v1/accounts/", 400, "INPUT_MALFORMED"],
    ["/nothing?token=x", 404, "INPUT_NOT_FOUND"],
    ["/%", 400, "INPUT_MALFORMED"],
    [`/v1/states/${"a".repeat(300)}`, 414, "INPUT_MALFORMED"],
  ])("answers %s with %i and %s", async (path, status, code) => {
    const response = await raw(path);
    expect(response.status).toBe(status);
    expectError(response.body, code);
    expect(response.body).not.toContain("token");
    expect(response.headers["x-content-type-options"]).toBe("nosniff");
  });

  it("is nothing that can be changed, nor told", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"]) {
      const { status, body, headers } = await raw("/v1/heads.json", { method, headers: { "content-length": "1" }, body: "x" });
      expect([status, headers.allow, headers.connection], method).toEqual([405, "GET, HEAD, OPTIONS", "close"]);
      expectError(body, "READ_ONLY");
    }
    const { status, body } = await raw("/v1/heads.json", { headers: { "content-length": "5" }, body: "hello" });
    expect(status).toBe(413);
    expectError(body, "INPUT_MALFORMED");
  });

  it("is answered in JSON too to what is no request, or a long one", async () => {
    const talk = (text: string) =>
      new Promise<string>((resolve) => {
        let answer = "";
        const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => socket.write(text));
        socket.setEncoding("utf8").on("data", (chunk) => {
          answer += chunk;
        });
        socket.on("close", () => resolve(answer));
      });
    const bodyOf = (answer: string) => answer.split("\r\n\r\n")[1] ?? "";
    const garbage = await talk("hello\r\n\r\n");
    expect(garbage).toMatch(/^HTTP\/1.1 400 /);
    expectError(bodyOf(garbage), "INPUT_MALFORMED");
    const long = await talk(`GET /${"a".repeat(10_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1.1 431 /);
    expectError(bodyOf(long), "INPUT_MALFORMED");
  });
});

describe("an account", () => {
  const proofOf = async (index: number, query = "") => {
    const body = await json(`/v1/accounts/${index}${query}`);
    const { batchNumber, root, leaf, account, children } = body as unknown as {
      batchNumber: number;
      root: string;
      leaf: string;
      account: z.input<typeof AccountJson> | null;
      children: string[][];
    };
    expect(Object.keys(body).sort()).toEqual(["account", "batchNumber", "children", "index", "leaf", "root"]);
    return { batchNumber, root: BigInt(root), leaf: BigInt(leaf), account, children: children.map((quad) => quad.map(BigInt)) };
  };
  const accountsRootOf = (n: number) => fixture.states[n]?.header.accountsRoot ?? 0n;

  it.each(ACCOUNTS)("%i is answered with a path to the head's root, and hashes to its leaf", async (index) => {
    const { batchNumber, root, leaf, account, children } = await proofOf(index);
    expect([batchNumber, root]).toEqual([BATCHES, fixture.roots[BATCHES]]);
    expect(verifyPath(accountsRootOf(BATCHES), BigInt(index), leaf, children)).toBe(true);
    expect(accountLeaf(z.parse(AccountJson, account))).toBe(leaf);
    expect(z.parse(AccountJson, account)).toEqual(fixture.states[BATCHES]?.accounts.get(index));
  });

  it.each([2, 64, 255])("%i does not exist, which the path shows", async (index) => {
    const { leaf, account, children } = await proofOf(index);
    expect([leaf, account]).toEqual([0n, null]);
    expect(verifyPath(accountsRootOf(BATCHES), BigInt(index), 0n, children)).toBe(true);
  });

  it("is answered for every earlier batch, as far as the genesis", async () => {
    for (let n = 0; n <= BATCHES; n++) {
      const { batchNumber, root, leaf, children } = await proofOf(5, `?batch=${n}`);
      expect([batchNumber, root]).toEqual([n, fixture.roots[n]]);
      expect(verifyPath(accountsRootOf(n), 5n, leaf, children)).toBe(true);
      expect(leaf === 0n).toBe(n === 0);
    }
  });
});

describe("markets and custody", () => {
  it("open the root", async () => {
    for (let n = 0; n <= BATCHES; n++) {
      const markets = await json(`/v1/markets?batch=${n}`);
      const header = z.parse(HeaderJson, markets["header"]);
      expect([stateRoot(header), markets["batchNumber"], markets["root"]]).toEqual([fixture.roots[n], n, `${fixture.roots[n]}`]);
      const prices = markets["prices"] === null ? undefined : z.parse(PricesJson, markets["prices"]);
      expect(prices === undefined ? 0n : priceHash(header.meta.ledgerId, prices)).toBe(header.markets.priceHash);
      expect(prices === undefined).toBe(n === 0);
    }
    const custody = await json("/v1/custody");
    expect(stateRoot(z.parse(HeaderJson, custody["header"]))).toBe(fixture.roots[BATCHES]);
    expect(Object.keys(custody)).toEqual(["batchNumber", "root", "header"]);
  });
});

describe("the API's description", () => {
  it("is OpenAPI 3.1, and has every route with its parameters and answers", async () => {
    const spec = await json("/v1/openapi.json");
    expect(await new Validator().validate(structuredClone(spec))).toEqual({ valid: true });
    expect(spec).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });

    const { app, streams } = await buildApp(options());
    await app.ready();
    const routes = [...app.printRoutes({ commonPrefix: false }).matchAll(/── (\S+) \(GET/g)].map((match) =>
      `/${match[1]}`.replace("//", "/"),
    );
    await app.close();
    streams.close();
    expect(routes.length).toBeGreaterThan(18);
    const described = routes.map((route) => route.replaceAll(/:(\w+)/g, "{$1}"));
    expect(Object.keys(spec["paths"] ?? {}).sort()).toEqual(described.sort());

    type Operation = { summary?: string; parameters?: { name: string; description?: string }[]; responses: Record<string, object> };
    for (const [path, { get: operation }] of Object.entries(spec["paths"] as unknown as Record<string, { get: Operation }>)) {
      expect(operation.summary, path).toBeTruthy();
      expect(operation.responses["200"], path).toBeDefined();
      expect(
        Object.keys(operation.responses).some((status) => Number(status) >= 400),
        path,
      ).toBe(true);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const parameters = operation.parameters ?? [];
      expect(
        parameters.map(({ name }) => name),
        path,
      ).toEqual(expect.arrayContaining(named));
      for (const { description } of parameters) expect(description, path).toBeTruthy();
    }
  });
});

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

describe("events", () => {
  /** Reads a stream until the text matches, and answers all of it. */
  async function listen(url: string, headers: Record<string, string> = {}) {
    const abort = new AbortController();
    const response = await fetch(`${url}/v1/events`, { headers, signal: abort.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    let ended = false;
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) {
          ended = true;
          break;
        }
        text += value;
      }
      return text;
    };
    return { response, until, stop: () => abort.abort(), toEnd: async () => [await until(/^$(?!)/), ended] as const };
  }
  const ids = (text: string) => [...text.matchAll(/^id: (\S+)$/gm)].map((match) => match[1] ?? "");
  const next = (name: string, batchNumber: number, rootOf: bigint) => {
    const files = new Map<string, Uint8Array>();
    putHeads(files, { ledgerId: fixture.trustRoot.ledgerId, proven: { batchNumber, root: rootOf, publishedAt: 1_700_000_500 } });
    writeFileSync(join(root, name, "heads.tmp"), files.get("heads.json") ?? "");
    renameSync(join(root, name, "heads.tmp"), join(root, name, "heads.json"));
  };

  it("tell the head at once, each new one, and nothing twice", async () => {
    await withServer({ dir: copyOf("moving"), streams: { heartbeatMs: 100 } }, async (url) => {
      const stream = await listen(url);
      expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
      expect(stream.response.headers.get("cache-control")).toBe("no-store");
      expect(stream.response.headers.get("access-control-allow-origin")).toBe("*");
      const first = await stream.until(/^data: .+\n\n/m);
      expect(first).toMatch(/^retry: 3000\n\nid: 3-[0-9a-f]{16}\nevent: head\ndata: /);
      const data = /^data: (.+)$/m.exec(first)?.[1] ?? "";
      expect(JSON.parse(data)).toEqual(JSON.parse(new TextDecoder().decode(fixture.files.get("heads.json"))));
      await stream.until(/\n:\n\n/); // a sign of life

      next("moving", 2, fixture.roots[2] ?? 0n);
      const both = ids(await stream.until(/^id: 2-/m));
      expect(both).toHaveLength(2);

      const resumed = await listen(url, { "last-event-id": both[1] ?? "" });
      expect(ids(await resumed.until(/\n:\n\n/))).toEqual([]);
      const behind = await listen(url, { "last-event-id": both[0] ?? "" });
      expect(ids(await behind.until(/^data: .+\n\n/m))).toEqual([both[1]]);
      for (const open of [stream, resumed, behind]) open.stop();
      await expect.poll(async () => (await (await fetch(`${url}/metrics`)).text()).includes("zkstate_sse_connections 0")).toBe(true);
    });
  });

  it("are refused beyond their limit, to HEAD, and end in order with the server", async () => {
    const own = await startServer(options({ streams: { most: 2 } }));
    const streams = [await listen(own.url), await listen(own.url)];
    const third = await raw("/v1/events", { url: own.url });
    expect(third.status).toBe(503);
    expectError(third.body, "OVERLOADED");
    expect((await raw("/v1/events", { url: own.url, method: "HEAD" })).status).toBe(404);
    await own.close();
    for (const stream of streams) expect((await stream.toEnd())[1]).toBe(true);
  });
});

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
