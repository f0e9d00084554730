// The client of a server of artifacts, and servers that fail, lie or say nothing.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { httpStore } from "../../../../farm/artifacts/http.js";
import { refOf } from "../../../../farm/artifacts/store.js";
import { AT_ONCE_MS } from "../../../helpers/at-once.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { until } from "../../prover/fault-tools.js";
import {
  closeAll,
  closing,
  codeOf,
  fileOf,
  flipped,
  folderSubject,
  listing,
  lying,
  MIB,
  QUICK,
  sample,
  served,
  TOKEN,
  thrownBy,
} from "./lab.js";

afterEach(closeAll);

describe("a client of a server", () => {
  const bytes = sample(100_000);
  const ref = refOf(bytes);

  it("asks again after errors of the server, five times", async () => {
    let [failures, asked] = [5, 0];
    const store = await lying((_request, response) => {
      asked++;
      response.statusCode = failures-- > 0 ? 502 : 200;
      response.end(response.statusCode === 200 ? bytes : "<html>");
    });
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
    expect(asked).toBe(6);
    failures = 6;
    expect(await thrownBy(store.get(ref))).toMatchObject({ code: "QUEUE_UNAVAILABLE", retryable: true });
    expect(asked).toBe(12);
  });

  it("asks again after a connection that breaks in the middle", async () => {
    let broken = 0;
    const store = await lying((_request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      if (broken++ >= 2) return response.end(bytes);
      return response.write(bytes.subarray(0, 50_000), () => response.destroy());
    });
    const path = join(await tempDir(), "out");
    await store.getFile(ref, path);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(broken).toBe(3);
  });

  it("sends a whole body again after an error", async () => {
    const { store, dir } = await folderSubject();
    let failures = 2;
    const url = await served(store, (app) =>
      app.addHook("preHandler", async (request, reply) =>
        request.method === "PUT" && failures-- > 0 ? reply.code(500).send("no") : undefined,
      ),
    );
    expect(await httpStore(url, TOKEN, QUICK).put(bytes)).toEqual(ref);
    expect((await readFile(fileOf(dir, ref))).equals(bytes)).toBe(true);
    expect(failures).toBe(-1);
  });

  it.each([
    ["other bytes", flipped(Buffer.from(bytes))],
    ["fewer", bytes.subarray(0, 99_999)],
    ["one more", Buffer.concat([bytes, Buffer.from("x")])],
  ])("does not believe a server that sends %s", async (_what, sent) => {
    const store = await lying((_request, response) => response.end(sent));
    const dir = await tempDir();
    expect(await codeOf(store.get(ref))).toBe("ARTIFACT_CORRUPT");
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe("ARTIFACT_CORRUPT");
    expect(listing(dir)).toEqual([]);
  });

  it.each([200, 400])("cuts off a server that sends without end, with status %i", async (status) => {
    let sent = 0;
    let closed = 0;
    const store = await lying((_request, response) => {
      response.writeHead(status).on("close", () => closed++);
      const block = Buffer.alloc(MIB);
      const more = () => {
        while (!response.destroyed && response.write(block)) sent += block.length;
        sent += block.length;
      };
      response.on("drain", more);
      more();
    });
    const dir = await tempDir();
    const code = status === 200 ? "ARTIFACT_CORRUPT" : "IO_FAILED";
    expect(await codeOf(store.get(ref))).toBe(code);
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe(code);
    await until(() => closed === 2);
    expect(sent).toBeLessThan(40 * MIB);
    expect(listing(dir)).toEqual([]);
  });

  it("inflates no bomb", async () => {
    const store = await lying((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(20 * MIB)));
    });
    expect(await thrownBy(store.get(ref))).toMatchObject({ code: "ARTIFACT_CORRUPT", expected: "100000 bytes", got: "more" });
  });

  it("does not wait forever for a server that never answers, or stops answering", async () => {
    for (const begin of [false, true]) {
      const server = createServer((_request, response) => {
        if (begin) response.writeHead(200).write("x");
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const started = performance.now();
      const silent = await thrownBy(httpStore(url, TOKEN, { retryMs: 1, idleMs: 100 }).get(ref));
      expect(silent).toMatchObject({ code: "QUEUE_UNAVAILABLE", got: "no answer for 0.1 s" });
      expect(performance.now() - started).toBeGreaterThan(590);
      expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
      server.closeAllConnections();
      server.close();
    }
  });

  it("waits for a server that is slow but not silent", async () => {
    const { port } = await new Promise<AddressInfo>((resolve) => {
      const server = createServer(async (_request, response) => {
        for (let i = 0; i < 10; i++) {
          response.write(bytes.subarray(i * 10_000, (i + 1) * 10_000));
          await sleep(300);
        }
        response.end();
      }).listen(0, "127.0.0.1", () => resolve(server.address() as AddressInfo));
      closing.push(async () => server.close());
    });
    const store = httpStore(`http://127.0.0.1:${port}`, TOKEN, { retryMs: 1, idleMs: 2000 });
    expect(Buffer.from(await store.get(ref)).equals(bytes)).toBe(true);
  });

  it("is interrupted while the server is silent", async () => {
    const store = await lying((_request, response) => response.writeHead(200).flushHeaders());
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const dir = await tempDir();
    expect(await codeOf(store.getFile(ref, join(dir, "out"), stop.signal))).toBe("INTERRUPTED");
    expect(listing(dir)).toEqual([]);
  });

  it("says that nobody listens", async () => {
    const e = await thrownBy(httpStore("http://127.0.0.1:1", TOKEN, QUICK).get(ref));
    expect(e).toMatchObject({ code: "QUEUE_UNAVAILABLE", message: "The artifact server http://127.0.0.1:1 does not answer." });
    expect(inspect(e, { depth: 9 })).not.toContain(TOKEN);
  });

  it("follows no redirection with its token", async () => {
    let asked = 0;
    const store = await lying((request, response) => {
      asked++;
      if (request.url?.startsWith("/artifacts")) response.writeHead(302, { location: "/elsewhere" });
      response.end(bytes);
    });
    expect(await codeOf(store.get(ref))).toBe("QUEUE_UNAVAILABLE");
    expect(asked).toBe(6);
  });

  it.each([
    ["ftp://host", TOKEN],
    ["http://user:geheim@host", TOKEN],
    ["http://host/?token=geheim", TOKEN],
    ["geheim", TOKEN],
    ["http://host", ""],
    ["http://host", "geheim\n"],
  ])("refuses %j with token %j", async (url, token) => {
    const e = await thrownBy(() => httpStore(url, token));
    expect(e.code).toBe("CONFIG_INVALID");
    expect(inspect(e, { depth: 9 })).not.toContain("geheim");
  });
});
