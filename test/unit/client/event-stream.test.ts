// The page's reader of server-sent events, over real connections.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../../../client/page/event-stream.js";

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function hear(answer: RequestListener, signal = new AbortController().signal) {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const heard: [string, string][] = [];
  let opened = 0;
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`);
  const listener = { onOpen: () => void opened++, onEvent: (name: string, data: string) => void heard.push([name, data]) };
  const exists = await listen(url, listener, signal);
  return { exists, heard, opened };
}

const STREAM = { "content-type": "text/event-stream; charset=utf-8" };
/** A server that sends these bytes in pieces of one size. */
const sending =
  (text: string, size: number): RequestListener =>
  async (_, response) => {
    response.writeHead(200, STREAM);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) {
      response.write(bytes.subarray(at, at + size));
      await new Promise(setImmediate);
    }
    response.end();
  };

describe("events", () => {
  const text =
    'retry: 3000\n\nid: 1\nevent: head\ndata: {"a":\ndata:"ä😀"}\n\n:\n\ndata: plain\n\nevent: empty\n\nevent: head\ndata: cut off';

  it.each(["\n", "\r\n", "\r"].flatMap((end) => [1, 7, 10_000].map((size) => [JSON.stringify(end), size, end] as const)))(
    "whose lines end in %s are read from pieces of %d bytes",
    async (_name, size, end) => {
      const { exists, heard, opened } = await hear(sending(text.replaceAll("\n", end), size));
      expect([exists, opened]).toEqual([true, 1]);
      expect(heard).toEqual([
        ["head", '{"a":\n"ä😀"}'],
        ["message", "plain"],
      ]);
    },
  );

  it("of no end are not kept: the connection is given up", async () => {
    let dropped: Promise<unknown> = Promise.resolve();
    const { exists, heard } = await hear((_, response) => {
      dropped = once(response, "close");
      response.writeHead(200, STREAM).write("data: ");
      const more = () => void response.write("x".repeat(1024), more);
      more();
    });
    expect([exists, heard]).toEqual([true, []]);
    await dropped;
  });

  it.each<[string, RequestListener, boolean]>([
    ["nowhere, for good", (_, response) => response.writeHead(404).end(), false],
    ["nowhere for now", (_, response) => response.writeHead(503).end(), true],
    ["a page instead", (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("data: x\n\n"), false],
  ])("are %s", async (_, answer, again) => {
    expect(await hear(answer)).toEqual({ exists: again, heard: [], opened: 0 });
  });

  it("end with the signal", async () => {
    const stop = new AbortController();
    const silent: RequestListener = (_, response) => {
      response.writeHead(200, STREAM).write(":\n\n");
      response.on("close", () => closed());
      setTimeout(() => stop.abort(), 50);
    };
    let closed = (): void => undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await expect(hear(silent, stop.signal)).rejects.toThrow();
    await gone;
  });
});
