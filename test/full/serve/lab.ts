// A published folder, and a server of it on a real port.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect } from "vitest";
import { type ListenOptions, startServer } from "../../../aggregator/http/server.js";
import { publishedFixture, writePublished } from "../../helpers/published.js";

export const ACCOUNTS = [0, 1, 5, 63];
export const BATCHES = 3;

interface Raw {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An error in the shape that all have: a code, and a sentence in one line. */
export const expectError = (body: string, code: string): void => {
  const { ok, error, ...more } = JSON.parse(body) as { ok: boolean; error: { code: string; message: string } };
  expect([ok, error.code, more]).toEqual([false, code, {}]);
  expect(error.message).toMatch(/^[^\n]+$/);
};

/** A request whose path is sent as it is written. */
const requestRaw = (path: string, { url = "", method = "GET", headers = {} as Record<string, string>, body = "" }) =>
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

/** A folder with three batches, a page, and a server; `close` removes all of it. */
export async function startServeLab() {
  const fixture = publishedFixture({ batches: BATCHES, accounts: ACCOUNTS });
  const root = mkdtempSync(join(tmpdir(), "zkstate-serve-"));
  const logged: string[] = [];
  /** Another folder with the same files. */
  const copyOf = (name: string): string => {
    const copy = join(root, name);
    writePublished(fixture.files, copy);
    return copy;
  };
  const dir = copyOf("published");
  mkdirSync(join(root, "page/assets"), { recursive: true });
  writeFileSync(join(root, "page/index.html"), "<!doctype html><title>zkstate</title>");
  writeFileSync(join(root, "page/assets/main-abc123.js"), "export {};");
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
  const server = await startServer(options());
  return {
    fixture,
    root,
    dir,
    server,
    logged,
    options,
    copyOf,
    /** Starts a server for one test. */
    withServer: async (change: Partial<ListenOptions>, use: (url: string) => Promise<void>): Promise<void> => {
      const own = await startServer(options(change));
      try {
        await use(own.url);
      } finally {
        await own.close();
      }
    },
    get: (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers }),
    json: async (path: string) => (await (await fetch(`${server.url}${path}`)).json()) as Record<string, never>,
    raw: (path: string, given: Partial<Parameters<typeof requestRaw>[1]> = {}) => requestRaw(path, { url: server.url, ...given }),
    close: async () => {
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
