// What lives beside the server's routes: event streams, the watch over the head, and the memory of what was read.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventStreams, STREAM_LIMITS, type StreamLimits } from "../../../aggregator/http/event-streams.js";
import { HeadWatch, type SeenHead } from "../../../aggregator/http/head-watch.js";
import { remember } from "../../../aggregator/http/remember.js";
import type { Heads } from "../../../core/publication/files.js";

const headsJson = (batchNumber: number, root = "7") => ({
  format: "zkstate heads 1",
  ledgerId: "1",
  proven: { batchNumber, root, publishedAt: 1_700_000_000 },
  settled: null,
  largest: 1,
  complete: batchNumber,
  checkpoint: null,
});
const seen = (batchNumber: number): SeenHead => ({
  heads: {} as Heads,
  line: JSON.stringify(headsJson(batchNumber)),
  id: `${batchNumber}-x`,
});

describe("event streams", () => {
  let open: EventStreams[] = [];
  const make = (limits: Partial<StreamLimits> = {}) => {
    const streams = new EventStreams({ ...STREAM_LIMITS, ...limits });
    open.push(streams);
    return streams;
  };
  const text = (stream: Readable): string => (stream.read() as Buffer | null)?.toString() ?? "";
  const eventOf = (n: number) => `id: ${n}-x\nevent: head\ndata: ${JSON.stringify(headsJson(n))}\n\n`;
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    for (const streams of open) streams.close();
    open = [];
    vi.useRealTimers();
  });

  it("begin with the head, and tell of each new one", () => {
    const streams = make();
    const stream = streams.open("a", seen(1), undefined);
    expect(text(stream)).toBe(`retry: 3000\n\n${eventOf(1)}`);
    streams.tell(seen(2));
    expect(text(stream)).toBe(eventOf(2));
  });

  it("spare a client the head that it has, and have none to tell before there is one", () => {
    const streams = make();
    expect(text(streams.open("a", seen(1), "1-x"))).toBe("retry: 3000\n\n");
    expect(text(streams.open("a", undefined, undefined))).toBe("retry: 3000\n\n");
    expect(text(streams.open("a", seen(2), "1-x"))).toContain(eventOf(2));
  });

  it("give signs of life", () => {
    const stream = make({ heartbeatMs: 1000 }).open("a", undefined, undefined);
    text(stream);
    vi.advanceTimersByTime(2500);
    expect(text(stream)).toBe(":\n\n:\n\n");
  });

  it("are limited in all and by address, and free their place", async () => {
    const streams = make({ most: 3, mostPerAddress: 2 });
    const first = streams.open("a", undefined, undefined);
    streams.open("a", undefined, undefined);
    expect(() => streams.open("a", undefined, undefined)).toThrowError(expect.objectContaining({ code: "OVERLOADED" }));
    streams.open("b", undefined, undefined);
    expect(() => streams.open("c", undefined, undefined)).toThrowError(expect.objectContaining({ code: "OVERLOADED" }));
    vi.useRealTimers();
    first.destroy();
    await expect.poll(() => streams.count).toBe(2);
    streams.open("c", undefined, undefined);
    expect(streams.count).toBe(3);
  });

  it("drop a client that does not read, and no other", async () => {
    vi.useRealTimers();
    const streams = make({ mostWaiting: 1000 });
    const slow = streams.open("a", undefined, undefined);
    const quick = streams.open("b", undefined, undefined);
    for (let n = 1; n <= 10; n++) {
      streams.tell(seen(n));
      text(quick);
    }
    await expect.poll(() => streams.count).toBe(1);
    expect([slow.destroyed, quick.destroyed]).toEqual([true, false]);
  });

  it("end when the server stops, and no new one begins", async () => {
    vi.useRealTimers();
    const streams = make();
    const stream = streams.open("a", undefined, undefined);
    const ended = new Promise((resolve) => stream.once("end", resolve));
    streams.close();
    stream.resume();
    await ended;
    expect(() => streams.open("a", undefined, undefined)).toThrowError(expect.objectContaining({ code: "OVERLOADED" }));
  });
});

describe("the watch over the head", () => {
  let parent: string;
  let dir: string;
  let watch: HeadWatch;
  let heads: number[];
  let troubles: string[];
  const put = (json: unknown) => {
    writeFileSync(join(dir, "heads.tmp"), typeof json === "string" ? json : JSON.stringify(json));
    renameSync(join(dir, "heads.tmp"), join(dir, "heads.json"));
  };
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "zkstate-watch-"));
    dir = join(parent, "published");
    [heads, troubles] = [[], []];
    watch = new HeadWatch({
      dir,
      onHead: (head) => heads.push(head.heads.proven.batchNumber),
      onTrouble: (e) => troubles.push((e as { code: string }).code),
      pollMs: 50,
    });
  });
  afterEach(() => {
    watch.close();
    rmSync(parent, { recursive: true, force: true });
  });

  it("sees a folder that appears, each new head once, and a folder that is replaced", async () => {
    await watch.start();
    expect([watch.seen, troubles]).toEqual([undefined, ["NOT_PUBLISHED"]]);
    mkdirSync(dir);
    put(headsJson(1));
    await expect.poll(() => heads).toEqual([1]);
    put(headsJson(1));
    put(headsJson(2));
    await expect.poll(() => heads).toEqual([1, 2]);
    renameSync(dir, join(parent, "old"));
    mkdirSync(dir);
    put(headsJson(3));
    await expect.poll(() => heads).toEqual([1, 2, 3]);
  });

  it("sees anything else that changes", async () => {
    mkdirSync(dir);
    put(headsJson(1));
    await watch.start();
    const id = watch.seen?.id;
    put({ ...headsJson(1), checkpoint: 1 });
    await expect.poll(() => heads).toEqual([1, 1]);
    expect(watch.seen?.id).not.toBe(id);
  });

  it.each<[string, unknown]>([
    ["half a file", '{"format":"zkstate he'],
    ["another format", { ...headsJson(2), format: "zkstate heads 2" }],
    ["a root that is no number", headsJson(2, "0x7")],
    ["a field too many", { ...headsJson(2), more: 1 }],
  ])("keeps the last head over %s, and says so once", async (_, json) => {
    mkdirSync(dir);
    put(headsJson(1));
    await watch.start();
    put(json);
    await expect.poll(() => troubles).toEqual(["STORE_CORRUPT"]);
    await expect(watch.look()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    expect([watch.seen?.heads.proven.batchNumber, troubles]).toEqual([1, ["STORE_CORRUPT"]]);
    put(headsJson(3));
    await expect.poll(() => heads).toEqual([1, 3]);
  });
});

describe("what is remembered", () => {
  it("is made once, for those too who ask at the same time, and forgotten when others were asked for since", async () => {
    const made: string[] = [];
    const get = remember(2, async (key) => {
      made.push(key);
      return key.toUpperCase();
    });
    expect(await Promise.all([get("a"), get("a"), get("b")])).toEqual(["A", "A", "B"]);
    await get("a"); // b is now the oldest
    await get("c");
    await get("a");
    expect(made).toEqual(["a", "b", "c"]);
    await get("b");
    expect(made).toEqual(["a", "b", "c", "b"]);
  });

  it("is made again after it failed", async () => {
    let calls = 0;
    const get = remember(2, async () => {
      calls++;
      if (calls === 1) throw new Error("not yet");
      return calls;
    });
    await expect(get("a")).rejects.toThrow("not yet");
    expect(await get("a")).toBe(2);
  });
});
