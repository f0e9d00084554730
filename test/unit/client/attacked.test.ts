// Faults of the light client and its publisher that an attack found.
import { mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Aggregator } from "../../../aggregator/service.js";
import { folderTransport } from "../../../cli/light/folder-transport.js";
import { type HeadStore, memoryStore } from "../../../client/head-store.js";
import { memoryTransport, type Transport } from "../../../client/transport.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { certificateFile, HEADS_FILE, leafFile, nodeFile, VKEY_FILE } from "../../../core/publication/files.js";
import { srsDigest } from "../../../core/snarkpack/verifier-srs.js";
import { type Files, publishedFixture } from "../../helpers/published.js";
import { simulatedSrs } from "../../helpers/simulated-setup.js";
import { type SimulatedSource, simulatedSource } from "../../helpers/simulated-source.js";
import { clientOf, edit, editHead, errorOf, refusal, setHead, show } from "./venue.js";

const ours = publishedFixture({ batches: 5, largest: 2 });
const theirs = publishedFixture({ batches: 5, largest: 2, fork: { after: 2, seed: 9 } });
const at = (batchNumber: number): Files => {
  const files: Files = new Map(ours.files);
  setHead(files, ours, batchNumber);
  return files;
};
const fork = (files: Files): void => {
  show(files, theirs.files);
  setHead(files, theirs, 4);
};

/** Holds up whoever waits for it until it is opened. */
function gate() {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-attack-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("evidence is not written over by another client of the same store", async () => {
  const store = memoryStore();
  const [seen, unseen] = [at(4), at(4)];
  const [first, second] = [clientOf(seen, ours, { store }), clientOf(unseen, ours, { store })];
  await first.sync();
  await second.sync();
  fork(seen);
  expect(await refusal(first.sync())).toBe("COMPROMISED");
  setHead(unseen, ours, 5);
  expect(await refusal(second.sync())).toBe("COMPROMISED");
  expect(await refusal(clientOf(at(5), ours, { store }).open())).toBe("COMPROMISED");
});

it("evidence is not written over by a position that was on its way to the store", async () => {
  const store = memoryStore();
  const [sent, arrival] = [gate(), gate()];
  const slow: typeof store.save = async (what, text) => {
    sent.open();
    await arrival.passed;
    await store.save(what, text);
  };
  let save = store.save;
  const [seen, unseen] = [at(4), at(4)];
  const [first, second] = [
    clientOf(seen, ours, { store }),
    clientOf(unseen, ours, { store: { load: store.load, save: (...of) => save(...of) } }),
  ];
  await first.sync();
  await second.sync();
  setHead(unseen, ours, 5);
  save = slow;
  const late = refusal(second.sync());
  await sent.passed;
  fork(seen);
  expect(await refusal(first.sync())).toBe("COMPROMISED");
  arrival.open();
  expect(await late).toBe("COMPROMISED");
  expect(await refusal(clientOf(at(5), ours, { store }).open())).toBe("COMPROMISED");
});

it("a cache that holds what was refused is passed over the next time", async () => {
  const [files, cached] = [at(4), at(4)];
  const bad = new Set<string>();
  const asked: string[] = [];
  const transport: Transport = {
    read: (name, maxBytes, signal, reload = false) => {
      if (bad.has(name)) asked.push(reload ? "reload" : "cache");
      return memoryTransport(reload || !bad.has(name) ? files : cached).read(name, maxBytes, signal);
    },
  };
  const certificate = certificateFile({ from: 2, to: 4 });
  cached.set(certificate, new Uint8Array(2_664));
  bad.add(certificate);
  const client = clientOf(files, ours, { transport });
  expect(await refusal(client.sync())).toMatch(/^RESPONSE_INVALID/);
  expect((await client.sync()).head.batchNumber).toBe(4);
  const node = nodeFile(client.head?.header.accountsRoot ?? 0n);
  cached.set(node, Buffer.from("{}"));
  bad.add(node);
  expect(await refusal(client.getAccount(0))).toMatch(/^RESPONSE_INVALID/);
  await client.sync();
  expect((await client.getAccount(0)).exists).toBe(true);
  await client.getAccount(0).catch(() => undefined);
  expect(asked).toEqual(["cache", "reload", "cache", "reload", "cache"]);
  bad.clear();
  const leaf = leafFile((await client.getAccount(0)).leaf);
  cached.set(leaf, Buffer.from("{}"));
  bad.add(leaf);
  expect(await refusal(client.getAccount(0))).toMatch(/^RESPONSE_INVALID/);
  await client.getAccount(1); // which goes well without that file
  expect((await client.getAccount(0)).exists).toBe(true);
});

it("a transport and a store may be objects of classes", async () => {
  class Mirror implements Transport {
    readonly #inner = memoryTransport(at(4));
    lies = true;
    async read(...of: Parameters<Transport["read"]>) {
      if (this.lies) throw new Error("away");
      return this.#inner.read(...of);
    }
  }
  class Memory implements HeadStore {
    readonly texts = new Map<string, string>();
    load(what: string) {
      if (this.texts.get("broken") !== undefined) throw new Error("broken");
      return Promise.resolve(this.texts.get(what));
    }
    async save(what: string, text: string) {
      this.texts.set(what, text);
    }
  }
  const [transport, store] = [new Mirror(), new Memory()];
  const client = clientOf(new Map(), ours, { transport, store });
  await expect(client.sync()).rejects.toThrow("away");
  transport.lies = false;
  expect((await client.sync()).head.batchNumber).toBe(4);
  expect(store.texts.size).toBe(1);
  store.texts.set("broken", "");
  expect(await errorOf(clientOf(at(4), ours, { store }).sync())).toMatchObject({ code: "IO_FAILED", got: "broken" });
});

it("a sync that is given up does not hold up the next one, though its transport heeds no signal", async () => {
  const inner = memoryTransport(at(4));
  let hangs = true;
  const read: Transport["read"] = (...of) => (hangs ? new Promise(() => undefined) : inner.read(...of));
  const client = clientOf(new Map(), ours, { transport: { read } });
  const stop = new AbortController();
  const given = client.sync(stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort(new Error("closed"));
  await expect(given).rejects.toThrow("closed");
  hangs = false;
  expect((await client.sync()).head.batchNumber).toBe(4);
});

it("a sync that waits for its turn heeds its signal", async () => {
  const arrival = gate();
  const inner = memoryTransport(at(4));
  const client = clientOf(at(4), ours, { transport: { read: (...of) => arrival.passed.then(() => inner.read(...of)) } });
  const first = client.sync();
  const reason = new Error("closed");
  const stop = new AbortController();
  const second = client.sync(stop.signal);
  stop.abort(reason);
  await expect(second).rejects.toBe(reason);
  arrival.open();
  expect((await first).head.batchNumber).toBe(4);
});

it.each(["its state comes", "it is kept"])("a sync that is given up while %s moves nothing", async (when) => {
  const files = at(4);
  const stop = new AbortController();
  const inner = memoryTransport(files);
  const read: Transport["read"] = async (...of) => {
    const bytes = await inner.read(...of);
    if (when === "its state comes" && of[0].startsWith("states/")) stop.abort(new Error("closed"));
    return bytes;
  };
  const kept = memoryStore();
  const save: typeof kept.save = async (...of) => {
    if (when === "it is kept") stop.abort(new Error("closed"));
    await kept.save(...of);
  };
  const client = clientOf(files, ours, { transport: { read }, store: { load: kept.load, save } });
  const told: unknown[] = [];
  client.on("advanced", (head) => told.push(head));
  await expect(client.sync(stop.signal)).rejects.toThrow("closed");
  await new Promise((resolve) => setTimeout(resolve, 300)); // what was given up has ended by now
  expect([client.head, told]).toEqual([undefined, []]);
  expect((await client.sync()).head.batchNumber).toBe(4);
});

it("a largest certificate of no power of two does not let a server ask for twice as many", async () => {
  const files = at(4);
  edit(files, HEADS_FILE, { largest: 3, complete: 2 ** 32 - 1 });
  editHead(files, { batchNumber: 250_000 });
  expect(await refusal(clientOf(files, ours).sync())).toBe("RESPONSE_INVALID: number of certificates");
});

it("a store that could not be read once is read the next time", async () => {
  let loads = 0;
  const load = () => (++loads === 1 ? Promise.reject(new Error("locked")) : Promise.resolve(undefined));
  const client = clientOf(at(4), ours, { store: { load, save: async () => undefined } });
  expect(await errorOf(client.sync())).toMatchObject({ code: "IO_FAILED", got: "locked" });
  expect((await client.sync()).head.batchNumber).toBe(4);
});

it("an account that was on its way when the fork was found is not answered", async () => {
  const files = at(4);
  const arrival = gate();
  const inner = memoryTransport(files);
  const read: typeof inner.read = async (name, most, signal) => {
    const bytes = await inner.read(name, most, signal);
    if (name.startsWith("leaves/")) await arrival.passed;
    return bytes;
  };
  const client = clientOf(files, ours, { transport: { read } });
  await client.sync();
  const asked = refusal(client.getAccount(0));
  await new Promise((resolve) => setTimeout(resolve, 50));
  fork(files);
  expect(await refusal(client.sync())).toBe("COMPROMISED");
  arrival.open();
  expect(await asked).toBe("COMPROMISED");
});

it("a key that is nested deep is refused by name, not by a fault of the client's own", async () => {
  const files = at(4);
  const deep = `${"[".repeat(28_000)}${"]".repeat(28_000)}`;
  const honest = new TextDecoder().decode(files.get(VKEY_FILE));
  for (const key of [`{"protocol":${deep}}`, honest.replace("{", `{"more":${deep},`)]) {
    files.set(VKEY_FILE, Buffer.from(key));
    expect(await refusal(clientOf(files, ours).sync())).toMatch(/^RESPONSE_INVALID/);
  }
});

it("a folder's file that is no file is refused, before it is opened", async () => {
  await expect(folderTransport("/dev").read("null", 1)).rejects.toMatchObject({ code: "TRANSPORT_FAILED" });
});

it("a folder is not continued with another history because its key's file is gone", async () => {
  const verifier = simulatedSrs();
  const setup = { kind: "development", maxCount: 8, verifier, digest: srsDigest(verifier), powersPath: "" } as const;
  const make = () => Promise.reject(new Error("not asked for"));
  const run = async (source: SimulatedSource) => {
    const aggregator = await Aggregator.open({ source, dir, setup, backend: await mclBackend(), make, largest: 1 });
    await aggregator.run(new AbortController().signal).finally(() => aggregator.close());
  };
  await run({ ...simulatedSource({ batches: 4 }), shown: 3 });
  unlinkSync(join(dir, VKEY_FILE));
  await expect(run(simulatedSource({ batches: 4, fork: { after: 1, seed: 9 } }))).rejects.toMatchObject({ code: "KEY_MISMATCH" });
});
