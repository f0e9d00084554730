// The client's life: first sync, later ones, restarts, staleness, events, questions.
import { beforeEach, describe, expect, it } from "vitest";
import { memoryStore, webStorageStore } from "../../../client/head-store.js";
import type { LightClient } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { HEADS_FILE } from "../../../core/publication/files.js";
import { mutants } from "../../helpers/json-mutants.js";
import { type Files, publishedFixture, putJson, readJson } from "../../helpers/published.js";
import { clientOf, errorOf, refusal, setHead, soonAfter } from "./venue.js";

const fixture = publishedFixture({ batches: 4, largest: 2 });
const { roots, trustRoot } = fixture;
let files: Files;
beforeEach(() => {
  files = new Map(fixture.files);
});

/** Everything that a client tells, in order. */
function record(client: LightClient): unknown[][] {
  const told: unknown[][] = [];
  client.on("syncing", ({ verified, total }) => told.push(["syncing", verified, total]));
  client.on("advanced", ({ batchNumber }) => told.push(["advanced", batchNumber]));
  client.on("stale", ({ behindSeconds, serverBatchNumber }) => told.push(["stale", behindSeconds, serverBatchNumber]));
  client.on("compromised", ({ batchNumber }) => told.push(["compromised", batchNumber]));
  return told;
}

describe("a client", () => {
  it.each(["noble", "mcl"] as const)("follows the certificates from the trust root to the head, on %s", async (backend) => {
    const client = clientOf(files, fixture, { backend });
    const told = record(client);
    expect(client.head).toBeUndefined();
    const synced = await client.sync();
    expect(synced.certificates.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 4],
    ]);
    expect(synced.head).toMatchObject({ batchNumber: 4, root: roots[4] });
    expect(client.head).toBe(synced.head);
    expect(synced.behindSeconds).toBe(60);
    expect(synced.claims).toMatchObject({ settled: null });
    expect(told).toEqual([
      ["syncing", 0, 2],
      ["syncing", 1, 2],
      ["syncing", 2, 2],
      ["advanced", 4],
    ]);
  });

  it("goes on from its own head, and has nothing to do at the server's", async () => {
    setHead(files, fixture, 1);
    const client = clientOf(files, fixture);
    await client.sync();
    files.set(HEADS_FILE, fixture.files.get(HEADS_FILE) ?? new Uint8Array());
    const told = record(client);
    const later = await client.sync();
    expect(later.certificates.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [2, 4],
    ]);
    const nothing = await client.sync();
    expect([nothing.certificates, nothing.head.batchNumber]).toEqual([[], 4]);
    expect(nothing.bytes).toBe(fixture.files.get(HEADS_FILE)?.length);
    expect(told.filter(([name]) => name === "advanced")).toEqual([["advanced", 4]]);
  });

  it("starts from a trust root in the middle, and stands at the trust root itself when there is nothing newer", async () => {
    const later = publishedFixture({ batches: 4, largest: 2, trustFrom: 2 });
    expect((await clientOf(later.files, later).sync()).certificates).toHaveLength(1);
    setHead(later.files, later, 2);
    const { head, certificates } = await clientOf(later.files, later).sync();
    expect([head.batchNumber, head.root, certificates]).toEqual([2, roots[2], []]);
    setHead(later.files, later, 1);
    const ahead = clientOf(later.files, later);
    const told = record(ahead);
    expect((await ahead.sync()).head.batchNumber).toBe(2);
    expect(told).toEqual([
      ["advanced", 2],
      ["stale", 180, 1],
    ]);
  });

  it("answers nothing before it has verified something", async () => {
    const client = clientOf(files, fixture);
    for (const question of [client.getAccount(0), client.getMarkets(), client.getCustody()])
      expect(await refusal(question)).toBe("NOT_SYNCED");
  });

  it("refuses development keys where they are not allowed", () => {
    expect(() => clientOf(files, fixture, { allowDevelopment: false })).toThrow(/development keys/);
    const production = { ...trustRoot, keys: "production" as const };
    expect(() => clientOf(files, fixture, { trustRoot: production, allowDevelopment: false })).not.toThrow();
  });

  it("lets syncs take turns", async () => {
    const client = clientOf(files, fixture);
    const [first, second] = await Promise.all([client.sync(), client.sync()]);
    expect([first.certificates.length, second.certificates.length]).toEqual([2, 0]);
  });

  it("stops when it is told to, and stays where it was", async () => {
    const client = clientOf(files, fixture);
    const controller = new AbortController();
    client.on("syncing", ({ verified }) => verified === 1 && controller.abort(new Error("closed")));
    await expect(client.sync(controller.signal)).rejects.toThrow("closed");
    expect(client.head).toBeUndefined();
    expect((await client.sync()).head.batchNumber).toBe(4);
  });

  it("does not mind what its listeners throw", async () => {
    const client = clientOf(files, fixture);
    const thrown: unknown[] = [];
    const catchOne = (e: unknown) => thrown.push(e);
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", catchOne);
    try {
      client.on("advanced", () => {
        throw new Error("a listener's own fault");
      });
      expect((await client.sync()).head.batchNumber).toBe(4);
      await new Promise((resolve) => setTimeout(resolve));
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
    expect(thrown).toHaveLength(1);
  });
});

describe("a stale head", () => {
  it("answers at the limit and refuses a second later, saying how far behind it is", async () => {
    let now = soonAfter(4);
    const client = clientOf(files, fixture, { now: () => now, stalenessSeconds: 100 });
    const told = record(client);
    await client.sync();
    now += 40_000;
    expect((await client.getMarkets()).batchNumber).toBe(4);
    now += 1_000;
    const error = await errorOf(client.getAccount(0));
    expect(error).toMatchObject({ code: "HEAD_STALE", details: { behindSeconds: 101 } });
    expect(error.message).toContain("101 seconds behind");
    expect(await refusal(client.getCustody())).toBe("HEAD_STALE");
    expect(told.filter(([name]) => name === "stale")).toEqual([["stale", 101, undefined]]);
  });

  it("is told again after it was fresh in between", async () => {
    setHead(files, fixture, 1);
    let now = soonAfter(3);
    const client = clientOf(files, fixture, { now: () => now, stalenessSeconds: 100 });
    const told = record(client);
    await client.sync();
    files.set(HEADS_FILE, fixture.files.get(HEADS_FILE) ?? new Uint8Array());
    await client.sync();
    now += 200_000;
    await client.sync();
    expect(told.map(([name]) => name).filter((name) => name !== "syncing")).toEqual(["advanced", "stale", "advanced", "stale"]);
  });

  it("stays where it is when the server falls behind it", async () => {
    const client = clientOf(files, fixture);
    await client.sync();
    const told = record(client);
    setHead(files, fixture, 1); // not a boundary of the client's path: 0-2, 2-4
    const synced = await client.sync();
    expect([synced.head.batchNumber, synced.certificates]).toEqual([4, []]);
    setHead(files, fixture, 2);
    await client.sync();
    expect(told).toEqual([["stale", 60, 1]]);
    expect((await client.getAccount(0)).batchNumber).toBe(4);
  });
});

describe("a store", () => {
  it("brings a client back to its head without a server", async () => {
    const store = memoryStore();
    await clientOf(files, fixture, { store }).sync();
    const again = clientOf(new Map(), fixture, { store });
    await again.open();
    expect(again.head).toMatchObject({ batchNumber: 4, root: roots[4] });
    expect((await again.getMarkets()).root).toBe(roots[4]);
  });

  it("keeps a restarted client from being led back", async () => {
    const store = memoryStore();
    await clientOf(files, fixture, { store }).sync();
    setHead(files, fixture, 2);
    expect((await clientOf(files, fixture, { store }).sync()).head.batchNumber).toBe(4);
  });

  it("is of one trust root: under another one the client starts over", async () => {
    const store = memoryStore();
    await clientOf(files, fixture, { store }).sync();
    const later = publishedFixture({ batches: 4, largest: 2, trustFrom: 2 });
    const client = clientOf(later.files, later, { store });
    await client.open();
    expect(client.head).toBeUndefined();
    expect((await client.sync()).certificates.map(({ from, to }) => [from, to])).toEqual([[2, 4]]);
  });

  it("cannot add to what was verified: any change of what it holds is noticed, and the client starts over", async () => {
    const store = memoryStore();
    await clientOf(files, fixture, { store }).sync();
    const kept = JSON.parse((await store.load("position")) ?? "") as Record<string, unknown>;
    const { verificationKey, srs, links, state, ...rest } = kept;
    const texts = [
      ...[...mutants(rest)].map(({ name, json }) => ({ name, json: { verificationKey, srs, links, state, ...(json as object) } })),
      ...[...mutants(links)].map(({ name, json }) => ({ name, json: { ...kept, links: json } })),
      ...["verificationKey", "srs", "state"].map((field) => ({ name: field, json: { ...kept, [field]: {} } })),
    ].map(({ name, json }) => ({ name, text: JSON.stringify(json) }));
    for (const { name, text } of [...texts, { name: "garbage", text: "{" }]) {
      const client = clientOf(files, fixture, { store: memoryStore(text) });
      await client.open();
      expect(client.head, name).toBeUndefined();
    }
    expect(texts.length).toBeGreaterThan(50);
  }, 30_000);

  it("that fails keeps the head where it was", async () => {
    const store = { load: async () => undefined, save: () => Promise.reject(new Error("full")) };
    const client = clientOf(files, fixture, { store });
    expect(await errorOf(client.sync())).toMatchObject({ code: "IO_FAILED", got: "full" });
    expect(client.head).toBeUndefined();
  });

  it("can be a browser's", async () => {
    const entries = new Map<string, string>();
    const storage = {
      getItem: (key: string) => entries.get(key) ?? null,
      setItem: (key: string, value: string) => void entries.set(key, value),
    };
    const store = webStorageStore(storage, "light");
    expect(await store.load("position")).toBeUndefined();
    await clientOf(files, fixture, { store }).sync();
    expect([...entries.keys()]).toEqual(["light"]);
    expect(await store.load("position")).toBe(entries.get("light"));
  });
});

describe("questions and answers", () => {
  it("are of the head at the time of the question", async () => {
    setHead(files, fixture, 2);
    const slow = memoryTransport(files);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const transport = {
      read: async (name: string, maxBytes: number) => {
        if (name.startsWith("leaves/")) await gate;
        return slow.read(name, maxBytes);
      },
    };
    const client = clientOf(files, fixture, { transport });
    await client.sync();
    const asked = client.getAccount(0);
    files.set(HEADS_FILE, fixture.files.get(HEADS_FILE) ?? new Uint8Array());
    await client.sync();
    release();
    expect([(await asked).batchNumber, client.head?.batchNumber]).toEqual([2, 4]);
  });

  it("need only the files that the question is about", async () => {
    const read: string[] = [];
    const inner = memoryTransport(files);
    const transport = {
      read: (name: string, maxBytes: number) => {
        read.push(name.replace(/[0-9a-f]{64}/, "*").replace(/\/[0-9a-f]{2}\//, "/"));
        return inner.read(name, maxBytes);
      },
    };
    const client = clientOf(files, fixture, { transport });
    await client.sync();
    read.length = 0;
    await client.getMarkets();
    await client.getCustody();
    expect(read).toEqual([]);
    await client.getAccount(5);
    expect(read).toEqual(["nodes/*.json", "nodes/*.json", "leaves/*.json"]);
    expect(readJson(files, HEADS_FILE)).toMatchObject({ largest: 2 });
    putJson(files, HEADS_FILE, {});
    expect((await client.getAccount(5)).exists).toBe(true);
  });
});
