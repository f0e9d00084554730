// The stream of new heads.
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startServer } from "../../../aggregator/http/server.js";
import { putHeads } from "../../helpers/published.js";
import { expectError, startServeLab } from "./lab.js";

const { fixture, root, options, copyOf, withServer, raw, close } = await startServeLab();
afterAll(close);

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
