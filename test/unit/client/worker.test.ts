// A client behind a port does what the client does: the same answers, events, errors, store and cancellation.
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectClient } from "../../../client/connect-client.js";
import { memoryStore } from "../../../client/head-store.js";
import { serveClient } from "../../../client/serve-client.js";
import { memoryTransport, type Transport } from "../../../client/transport.js";
import type { Port } from "../../../client/worker-messages.js";
import { type Files, publishedFixture } from "../../helpers/published.js";
import { clientOf, editHead, errorOf, refusal, soonAfter } from "./venue.js";

const fixture = publishedFixture({ batches: 4, largest: 4 });
const { trustRoot } = fixture;
const OPTIONS = { trustRoot, url: "https://venue.example/v1/", backend: "mcl" } as const;

let files: Files;
let ends: readonly MessagePort[];
let page: Port;
/** The worker's server answers no question about states until it is told that nobody waits any more. */
let silent: boolean;
beforeEach(() => {
  files = new Map(fixture.files);
  const { port1, port2 } = new MessageChannel();
  ends = [port1, port2];
  page = port1 as unknown as Port;
  silent = false;
  const honest = memoryTransport(files);
  const transport: Transport = {
    read: (name, maxBytes, signal) => {
      if (!silent || !name.startsWith("states/")) return honest.read(name, maxBytes, signal);
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    },
  };
  serveClient(port2 as unknown as Port, { transport, now: () => soonAfter(4) });
});
afterEach(() => {
  for (const port of ends) port.close();
});

describe("a client in a worker", () => {
  it("answers as one in the page does", async () => {
    const remote = connectClient(page, OPTIONS);
    const local = clientOf(new Map(fixture.files), fixture);
    const synced = await remote.sync();
    await local.sync();
    expect(synced.head).toEqual(local.head);
    expect(remote.head).toEqual(local.head);
    for (const index of [0, 2, 200]) expect(await remote.getAccount(index)).toEqual(await local.getAccount(index));
    expect(await remote.getMarkets()).toEqual(await local.getMarkets());
    expect(await remote.getCustody()).toEqual(await local.getCustody());
  });

  it("tells of events until nobody listens", async () => {
    const remote = connectClient(page, OPTIONS);
    const told: unknown[] = [];
    const onSyncing = ({ verified }: { verified: number }) => told.push(verified);
    remote.on("syncing", onSyncing);
    remote.on("advanced", ({ batchNumber }) => told.push(`advanced ${batchNumber}`));
    await remote.sync();
    expect(told).toEqual([0, 1, "advanced 4"]);
    remote.off("syncing", onSyncing);
    await remote.sync();
    expect(told).toHaveLength(3);
  });

  it("fails with the client's errors", async () => {
    const remote = connectClient(page, OPTIONS);
    expect(await refusal(remote.getMarkets())).toBe("NOT_SYNCED");
    editHead(files, { root: "5" });
    const error = await errorOf(remote.sync());
    expect(error).toMatchObject({ code: "RESPONSE_INVALID", details: { check: "new root" }, retryable: false });
    expect(error.next).toContain("mirror");
    const refused = connectClient(page, { ...OPTIONS, allowDevelopment: false });
    expect(await refusal(refused.sync())).toBe("DEVELOPMENT_KEY");
  });

  it("keeps what it has verified in the page's store", async () => {
    const store = memoryStore();
    await connectClient(page, { ...OPTIONS, store }).sync();
    const again = clientOf(new Map(), fixture, { store });
    await again.open();
    expect(again.head?.batchNumber).toBe(4);
  });

  it("hears when the page's store fails", async () => {
    const store = { load: async () => undefined, save: () => Promise.reject(new Error("quota")) };
    expect(await errorOf(connectClient(page, { ...OPTIONS, store }).sync())).toMatchObject({
      code: "IO_FAILED",
      got: "quota",
    });
  });

  it("is stopped by the page's signal", async () => {
    const remote = connectClient(page, OPTIONS);
    const controller = new AbortController();
    const reason = new Error("closed");
    silent = true;
    remote.on("syncing", ({ verified }) => verified === 1 && controller.abort(reason));
    await expect(remote.sync(controller.signal)).rejects.toBe(reason);
    await expect(remote.sync(controller.signal)).rejects.toBe(reason);
    silent = false;
    expect((await remote.sync()).head.batchNumber).toBe(4);
  });
});
