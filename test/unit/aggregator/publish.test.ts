// What a reader meets in a published folder while it is written, and after the writer died between any two files.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type CheckedBatch, collect } from "../../../aggregator/collect.js";
import { type EndsOf, endsIn, missingRanges, publishBatch, rangeOf } from "../../../aggregator/publish/batch.js";
import { type About, hasCertificate, publishCertificate, readCertificate } from "../../../aggregator/publish/certificates.js";
import type { Folder } from "../../../aggregator/publish/folder.js";
import { HeadsFile } from "../../../aggregator/publish/heads.js";
import { type Identity, identify, publishedKey } from "../../../aggregator/publish/identity.js";
import { readJsonFile } from "../../../aggregator/publish/json-file.js";
import { publishState } from "../../../aggregator/publish/state.js";
import type { ProverSrs } from "../../../aggregator/snarkpack/srs.js";
import {
  ACTIVITY_FILE,
  Activity,
  batchFile,
  certificateFile,
  certificateStatementFile,
  HEADS_FILE,
  NodeFile,
  nodeFile,
  stateFile,
  TRUST_ROOT_FILE,
  VKEY_FILE,
} from "../../../core/publication/files.js";
import { TrustRoot } from "../../../core/publication/trust-root.js";
import { certificateBytes, roundsFor } from "../../../core/snarkpack/certificate.js";
import type { VerifierSrs } from "../../../core/snarkpack/statement.js";
import { srsDigest } from "../../../core/snarkpack/verifier-srs.js";
import { verificationKeyDigest } from "../../../core/vkey-digest.js";
import { accountLeaves, stateRoot } from "../../../ledger/hashing.js";
import { MemoryTree } from "../../../ledger/smt.js";
import type { Account } from "../../../ledger/types.js";
import { problemsOf } from "../../helpers/check-published.js";
import { emptyVenue } from "../../helpers/ledger-fixtures.js";
import { Crash, type MemoryFolder, memoryFolder } from "../../helpers/memory-folder.js";
import { publishedFixture } from "../../helpers/published.js";
import { simulatedSrs } from "../../helpers/simulated-setup.js";
import { type SimulatedSource, simulatedSource } from "../../helpers/simulated-source.js";
import { someAccount } from "../ledger/store/store-fixtures.js";
import { simulatedKey } from "../prover/simulated-proof.js";

const LARGEST = 4;
const lock = { check: () => undefined };
const setupOf = (verifier: VerifierSrs): ProverSrs => ({
  kind: "development",
  maxCount: 8,
  verifier,
  digest: srsDigest(verifier),
  powersPath: "",
});
const setup = setupOf(simulatedSrs());
const digests = { vkeyDigest: verificationKeyDigest(simulatedKey()), srsDigest: setup.digest };

let source: SimulatedSource;
let checked: readonly CheckedBatch[];
let about: About;
let identity: Identity;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
  source = simulatedSource({ batches: 4, accounts: [0, 1, 2, 63, 200] });
  about = { ledgerId: source.genesis.ledgerId, ...digests };
  identity = { genesis: source.genesis, vkey: simulatedKey(), setup };
  checked = (await collect({ source, ...about, production: false, check: () => [] }, [1, 2, 3, 4])).batches;
});
afterAll(() => vi.useRealTimers());

/** What the service does, with certificates of the right length in place of aggregated ones. */
async function publishAll(folder: Folder, upTo = checked.length): Promise<void> {
  await identify(folder, identity);
  const heads = HeadsFile.open(folder, lock, about.ledgerId);
  for (const each of checked.slice(heads.batchNumber, upTo))
    await publishBatch({ folder, heads, about }, each, source.state(each.batch.batchNumber));
  for (const range of missingRanges(folder, 0, heads.batchNumber, LARGEST, () => undefined)) {
    const [first, last] = [checked[range.from], checked[range.to - 1]];
    const bytes = new Uint8Array(certificateBytes(roundsFor(range.to - range.from))).fill(range.to);
    const roots = { oldRoot: first?.batch.oldRoot ?? 0n, newRoot: last?.batch.newRoot ?? 0n };
    await publishCertificate(folder, about, range, { ...roots, bytes });
  }
  await heads.tell({ largest: LARGEST, complete: heads.batchNumber });
}

const whole = async (): Promise<MemoryFolder> => {
  const folder = memoryFolder();
  await publishAll(folder);
  return folder;
};

const text = (files: ReadonlyMap<string, Uint8Array>, name: string): string => Buffer.from(files.get(name) ?? []).toString("latin1");
/** Names and contents, quick to compare. */
const contents = ({ files }: MemoryFolder): Record<string, string> =>
  Object.fromEntries([...files.keys()].sort().map((name) => [name, text(files, name)]));

describe("publishing", () => {
  it("leaves a folder without a fault, and with nothing of the ledger missing", async () => {
    const folder = await whole();
    expect(problemsOf(folder)).toEqual([]);
    expect(readJsonFile(folder, TRUST_ROOT_FILE, TrustRoot)).toMatchObject({
      ...source.genesis,
      ...digests,
      keys: "development",
      batchNumber: 0,
    });
    expect(folder.list("certificates")).toHaveLength(2 * 7);
    expect([...missingRanges(folder, 0, 4, LARGEST, () => undefined)]).toEqual([]);
    for (const state of source.states.slice(1)) expect(folder.size(stateFile(stateRoot(state.header)))).toBeGreaterThan(0);
    expect(readJsonFile(folder, ACTIVITY_FILE, Activity)?.batches.map(({ batchNumber }) => batchNumber)).toEqual([1, 2, 3, 4]);
  });

  it("writes the very trees that another writer of the form writes", async () => {
    const { files } = publishedFixture({ batches: 4, accounts: [0, 1, 2, 63, 200] });
    const ours = await whole();
    const trees = (names: Iterable<string>) => [...names].filter((name) => /^(?:nodes|leaves|states)\//.test(name)).sort();
    expect(trees(ours.files.keys())).toEqual(trees(files.keys()).filter((name) => name !== stateFile(source.genesis.root)));
    for (const name of trees(ours.files.keys())) expect(text(ours.files, name), name).toBe(text(files, name));
  });

  it("meets a reader with complete things only, after a crash before any file, and loses nothing when it goes on", async () => {
    const reference = await whole();
    const writes = reference.written.length;
    expect(writes).toBeGreaterThan(50);
    for (let budget = 0; budget < writes; budget++) {
      const folder = memoryFolder();
      folder.budget = budget;
      await expect(publishAll(folder)).rejects.toThrow(Crash);
      expect(problemsOf(folder), `after ${budget} files`).toEqual([]);
      folder.budget = Number.POSITIVE_INFINITY;
      await publishAll(folder);
      expect(contents(folder), `resumed after ${budget} files`).toEqual(contents(reference));
    }
  });

  it("writes no file twice but the heads and the activity, and of a new state only what changed", async () => {
    const folder = memoryFolder();
    await publishAll(folder, 3);
    const before = folder.written.length;
    await publishAll(folder);
    const names = folder.written.filter((name) => name !== HEADS_FILE && name !== ACTIVITY_FILE);
    expect(new Set(names).size).toBe(names.length);
    const added = folder.written.slice(before);
    const changed = source.states[4];
    const touched = [...(changed?.accounts ?? [])].filter(([index, account]) => source.states[3]?.accounts.get(index) !== account);
    expect(added.filter((name) => name.startsWith("leaves/"))).toHaveLength(touched.length);
    expect(added.filter((name) => name.startsWith("nodes/")).length).toBeLessThanOrEqual(1 + touched.length);
  });

  it("puts everything of a batch before the head that speaks of it, and a tree below before above", async () => {
    const folder = memoryFolder();
    await publishAll(folder, 1);
    const at = (name: string) => folder.written.indexOf(name);
    const newRoot = checked[0]?.batch.newRoot ?? 0n;
    const order = [
      stateFile(newRoot),
      batchFile(1),
      certificateFile(rangeOf(1)),
      certificateStatementFile(rangeOf(1)),
      ACTIVITY_FILE,
      HEADS_FILE,
    ];
    expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b));
    expect(at(order[0] ?? "")).toBeGreaterThan(Math.max(...folder.written.map((name, i) => (/^(?:nodes|leaves)/.test(name) ? i : 0))));
    const top = readJsonFile(folder, nodeFile(source.states[1]?.header.accountsRoot ?? 0n), NodeFile);
    for (const child of Object.values(top?.children ?? {}))
      expect(at(nodeFile(child))).toBeLessThan(at(nodeFile(source.states[1]?.tree.root() ?? 0n)));
  });

  it("publishes a batch whose state is not kept, and leaves the head where it can be opened", async () => {
    const folder = memoryFolder();
    await publishAll(folder, 1);
    const heads = HeadsFile.open(folder, lock, about.ledgerId);
    const [, second, third] = checked as [CheckedBatch, CheckedBatch, CheckedBatch];
    await publishBatch({ folder, heads, about }, second, undefined);
    expect(heads.batchNumber).toBe(1);
    expect(problemsOf(folder)).toEqual([]);
    await publishBatch({ folder, heads, about }, third, source.state(3));
    expect(heads.batchNumber).toBe(3);
    expect(problemsOf(folder)).toEqual([]);
  });

  it("keeps the newest 256 batches in the activity", async () => {
    const folder = memoryFolder();
    await publishAll(folder, 1);
    const heads = HeadsFile.open(folder, lock, about.ledgerId);
    const [first] = checked as [CheckedBatch];
    for (let n = 2; n <= 258; n++) {
      const batch = { ...first.batch, batchNumber: n, activity: { ...first.batch.activity, batchNumber: n } };
      await publishBatch({ folder, heads, about }, { ...first, batch }, undefined);
    }
    const numbers = readJsonFile(folder, ACTIVITY_FILE, Activity)?.batches.map(({ batchNumber }) => batchNumber);
    expect(numbers).toEqual(Array.from({ length: 256 }, (_, i) => i + 3));
  });

  it("refuses a state that is not the root's", async () => {
    const [one, two] = [source.state(1), source.state(2)];
    if (one === undefined || two === undefined) throw new Error("no state");
    const corrupt = { code: "STORE_CORRUPT" };
    await expect(publishState(memoryFolder(), 5n, one, undefined)).rejects.toMatchObject(corrupt);
    await expect(publishState(memoryFolder(), stateRoot(one.header), { ...one, tree: two.tree }, undefined)).rejects.toMatchObject(corrupt);
    await expect(
      publishState(memoryFolder(), stateRoot(one.header), { ...one, account: () => undefined }, undefined),
    ).rejects.toMatchObject(corrupt);
  });

  it("publishes more accounts than it holds in memory, below before above all the same", async () => {
    const nLevels = 7;
    const accounts = new Map<number, Account>(Array.from({ length: 1100 }, (_, i) => [i * 11, someAccount({ nonce: BigInt(i) })]));
    const leaves = accountLeaves([...accounts.values()]);
    const { tree } = MemoryTree.empty(nLevels).update(new Map([...accounts.keys()].map((index, i) => [BigInt(index), leaves[i] ?? 0n])));
    const header = { ...emptyVenue({ nLevels }).header, accountsRoot: tree.root() };
    const folder = memoryFolder();
    await publishState(folder, stateRoot(header), { header, tree, account: (index) => accounts.get(index) }, undefined);
    expect(folder.written.filter((name) => name.startsWith("leaves/"))).toHaveLength(1100);
    expect(problemsOf(folder)).toEqual([]);
    const half = memoryFolder();
    half.budget = Math.floor(folder.written.length * 0.9);
    await expect(
      publishState(half, stateRoot(header), { header, tree, account: (index) => accounts.get(index) }, undefined),
    ).rejects.toThrow(Crash);
    expect(problemsOf(half)).toEqual([]);
    expect(half.written.filter((name) => name.startsWith("nodes/")).length).toBeGreaterThan(0);
  });
});

describe("a published folder that is there already", () => {
  let folder: MemoryFolder;
  beforeEach(async () => {
    folder = await whole();
  });
  const genesis = (change: Partial<Identity["genesis"]>): Identity => ({ ...identity, genesis: { ...identity.genesis, ...change } });
  const mismatch = { code: "KEY_MISMATCH" };

  it.each<[string, () => Identity]>([
    ["ledger", () => genesis({ ledgerId: 8n })],
    ["genesis", () => genesis({ root: 8n })],
    ["depth", () => genesis({ nLevels: 5 })],
    ["custody contract", () => genesis({ chains: [8n] })],
    ["key", () => ({ ...identity, vkey: simulatedKey({ delta: 99_991n }) })],
    ["setup", () => ({ ...identity, setup: setupOf(simulatedSrs(5n, 7n)) })],
    ["kind of keys", () => ({ ...identity, setup: { ...setup, kind: "production" } })],
  ])("is refused when it is of another %s, and not touched", async (_, other) => {
    const before = contents(folder);
    await expect(identify(folder, other())).rejects.toMatchObject(mismatch);
    expect(contents(folder)).toEqual(before);
    // So is one whose first writer died before it wrote the trust root.
    folder.files.delete(TRUST_ROOT_FILE);
    if (["key", "setup"].includes(_)) await expect(identify(folder, other())).rejects.toMatchObject(mismatch);
  });

  it("is refused when its trust root is no trust root", async () => {
    folder.files.set(TRUST_ROOT_FILE, Buffer.from("{}"));
    await expect(identify(folder, identity)).rejects.toMatchObject(mismatch);
  });

  it("has certificates of another history made again, and of no batch besides", () => {
    const ends = endsIn((batchNumber) => checked[batchNumber - 1]?.batch);
    expect([...missingRanges(folder, 0, 4, LARGEST, ends)]).toEqual([]);
    const other: EndsOf = (range) => {
      const roots = ends(range);
      return roots && range.to === 3 ? { ...roots, newRoot: 5n } : roots;
    };
    expect([...missingRanges(folder, 0, 4, LARGEST, other)]).toEqual([{ from: 2, to: 3 }]);
    const start: EndsOf = (range) => ({ oldRoot: 5n, newRoot: 0n, ...ends(range), ...(range.from === 0 ? { oldRoot: 5n } : {}) });
    expect([...missingRanges(folder, 0, 4, LARGEST, start)]).toEqual([1, 2, 4].map((to) => ({ from: 0, to })));
  });

  it("has the whole tree written again with the next batch, once all of it is removed", async () => {
    const folder = memoryFolder();
    await publishAll(folder, 3);
    for (const name of [...folder.files.keys()]) if (/^(?:states|nodes|leaves)\//.test(name)) folder.files.delete(name);
    expect(problemsOf(folder)).toEqual(["the head's state is missing"]);
    await publishAll(folder);
    expect(problemsOf(folder)).toEqual([]);
  });

  it("gives its key, and gets it back when it is lost", async () => {
    expect(publishedKey(memoryFolder())).toBeUndefined();
    expect(publishedKey(folder)).toEqual(simulatedKey());
    folder.files.set(VKEY_FILE, Buffer.from("{"));
    expect(publishedKey(folder)).toBeUndefined();
    await identify(folder, identity);
    expect(publishedKey(folder)).toEqual(simulatedKey());
  });

  it.each([
    ["missing", (file: Uint8Array) => file.subarray(0, 0)],
    ["cut off", (file: Uint8Array) => file.subarray(0, file.length - 1)],
  ])("tells which certificates and batches are %s", (_, damage) => {
    const range = { from: 0, to: 4 };
    for (const name of [certificateFile(range), certificateFile(rangeOf(2)), batchFile(3)]) {
      const file = folder.files.get(name) ?? new Uint8Array();
      folder.files.set(name, name.endsWith(".json") ? file.subarray(0, 0) : damage(file));
    }
    expect([...missingRanges(folder, 0, 4, LARGEST, () => undefined)]).toEqual([rangeOf(2), rangeOf(3), range]);
    expect([...missingRanges(folder, 2, 4, 2, () => undefined)]).toEqual([rangeOf(3)]);
  });

  it.each<[string, (name: string) => void]>([
    ["a flipped bit", () => folder.files.set(certificateFile(rangeOf(2)), flipped(folder.read(certificateFile(rangeOf(2)))))],
    [
      "another certificate",
      () => folder.files.set(certificateFile(rangeOf(2)), folder.read(certificateFile(rangeOf(3))) ?? new Uint8Array()),
    ],
    [
      "another statement",
      () => folder.files.set(certificateStatementFile(rangeOf(2)), folder.read(certificateStatementFile(rangeOf(3))) ?? new Uint8Array()),
    ],
    ["no statement", () => folder.files.delete(certificateStatementFile(rangeOf(2)))],
  ])("does not give a certificate with %s for a whole one", (_, damage) => {
    expect(readCertificate(folder, about, rangeOf(2))).toMatchObject({
      oldRoot: checked[1]?.batch.oldRoot,
      newRoot: checked[1]?.batch.newRoot,
    });
    expect(readCertificate(folder, { ...about, srsDigest: digests.vkeyDigest }, rangeOf(2))).toBeUndefined();
    damage("");
    expect(readCertificate(folder, about, rangeOf(2))).toBeUndefined();
  });

  it.each([
    ["not there", () => folder.files.delete(HEADS_FILE)],
    ["cut off", () => folder.files.set(HEADS_FILE, Buffer.from('{"format": "zk'))],
    ["of a state that is not there", () => folder.files.delete(stateFile(checked[3]?.batch.newRoot ?? 0n))],
  ])("is published again from the first batch when its heads are %s", async (_, damage) => {
    const reference = contents(folder);
    damage();
    expect(HeadsFile.open(folder, lock, about.ledgerId).value).toBeUndefined();
    const written = folder.written.length;
    await publishAll(folder);
    expect(contents(folder)).toEqual(reference);
    expect(folder.written.slice(written).filter((name) => hasNumber(name))).toEqual([]);
  });

  it("keeps what is settled, and writes heads one after another whoever asks", async () => {
    const heads = HeadsFile.open(folder, lock, about.ledgerId);
    const proven = heads.value?.proven;
    const settled = { batchNumber: 2, root: checked[1]?.batch.newRoot ?? 0n, publishedAt: 5 };
    const text = JSON.parse(Buffer.from(folder.read(HEADS_FILE) ?? []).toString()) as Record<string, unknown>;
    folder.files.set(HEADS_FILE, Buffer.from(JSON.stringify({ ...text, settled: { ...settled, root: `${settled.root}` } })));
    const again = HeadsFile.open(folder, lock, about.ledgerId);
    await Promise.all([again.tell({ checkpoint: 3 }), again.advance(4, proven?.root ?? 0n), again.tell({ complete: 2 })]);
    expect(again.value).toMatchObject({ settled, checkpoint: 3, complete: 2, largest: LARGEST, proven });
    expect(HeadsFile.open(folder, lock, about.ledgerId).value).toEqual(again.value);
  });

  it("gets no head from a writer that has lost the folder", async () => {
    const lost = { check: () => expect.fail("lost") };
    const heads = HeadsFile.open(folder, lost, about.ledgerId);
    const before = contents(folder);
    await expect(heads.tell({ complete: 0 })).rejects.toThrow("lost");
    expect(contents(folder)).toEqual(before);
    expect(heads.value?.complete).toBe(4);
  });
});

const hasNumber = (name: string): boolean => /^(?:certificates|batches|nodes|leaves)\//.test(name);

function flipped(bytes: Uint8Array | undefined): Uint8Array {
  const copy = new Uint8Array(bytes ?? []);
  copy[7] = (copy[7] ?? 0) ^ 1;
  return copy;
}

it("finds both files of a certificate, and its length", async () => {
  const folder = memoryFolder();
  const range = { from: 0, to: 2 };
  const certificate = { oldRoot: 1n, newRoot: 2n, bytes: new Uint8Array(certificateBytes(1)) };
  await publishCertificate(folder, about, range, certificate);
  expect(hasCertificate(folder, range)).toBe(true);
  expect(hasCertificate(folder, { from: 0, to: 3 })).toBe(false);
  expect(readCertificate(folder, about, range)).toEqual(certificate);
  folder.files.delete(certificateStatementFile(range));
  expect(hasCertificate(folder, range)).toBe(false);
});
