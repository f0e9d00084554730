// The server of a published folder: its files, byte for byte, and nothing else that lies there.
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expectError, startServeLab } from "./lab.js";

const { fixture, root, server, copyOf, withServer, get, raw, close } = await startServeLab();
afterAll(close);

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
