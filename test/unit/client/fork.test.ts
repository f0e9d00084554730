// Two valid histories of one ledger: the client stops for good, with evidence that anyone can check. A claim of another history alone does nothing.
import { beforeAll, describe, expect, it } from "vitest";
import { checkEvidence, type Evidence, evidenceJson } from "../../../client/evidence.js";
import { memoryStore } from "../../../client/head-store.js";
import { LightClient } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { certificateFile, certificateStatementFile, HEADS_FILE, stateFile } from "../../../core/publication/files.js";
import { mutants } from "../../helpers/json-mutants.js";
import { LongHistory } from "../../helpers/long-history.js";
import { type Files, publishedFixture, putCertificate, simulatedRange } from "../../helpers/published.js";
import { clientOf, edit, editHead, errorOf, refusal, setHead, show, soonAfter } from "./venue.js";

const ours = publishedFixture({ batches: 5, largest: 2 });
const theirs = publishedFixture({ batches: 5, largest: 2, fork: { after: 2, seed: 9 } });

/** A client that has followed our branch to a batch, its files, its store and the evidence that it told of. */
async function followed(batchNumber: number) {
  const files: Files = new Map(ours.files);
  setHead(files, ours, batchNumber);
  const store = memoryStore();
  const client = clientOf(files, ours, { store });
  await client.sync();
  const told: Evidence[] = [];
  client.on("compromised", (evidence) => told.push(evidence));
  return { client, files, store, told };
}

/** The other branch, at a batch. */
function switchTo(files: Files, batchNumber: number): void {
  show(files, theirs.files);
  setHead(files, theirs, batchNumber);
}

async function expectStopped(client: LightClient): Promise<void> {
  for (const call of [client.sync(), client.getAccount(0), client.getMarkets(), client.getCustody(), client.open()])
    expect(await refusal(call)).toBe("COMPROMISED");
  expect(client.head).toBeUndefined();
}

describe("a client that meets a second valid history", () => {
  it.each([
    ["at its own batch", 4, 4, 4],
    ["at a later batch", 4, 5, 4],
    ["at an earlier batch where it has been", 5, 4, 4],
    ["over several certificates", 5, 5, 4],
  ])("%s stops for good", async (_, mine, other, where) => {
    const { client, files, told } = await followed(mine);
    switchTo(files, other);
    const error = await errorOf(client.sync());
    expect(error.code).toBe("COMPROMISED");
    expect(told.map(({ batchNumber }) => batchNumber)).toEqual([where]);
    await expectStopped(client);
    show(files, ours.files);
    await expectStopped(client); // even if the server is honest again
    const verdict = await checkEvidence(error.details["evidence"], ours.trustRoot, "mcl");
    expect(verdict).toEqual({ ok: true, batchNumber: where, roots: [ours.roots[where], theirs.roots[where]] });
  });

  it("over a path that is not whole stops for good, if as much of it as is there leads elsewhere", async () => {
    const { client, files, told } = await followed(5);
    switchTo(files, 5);
    files.delete(certificateFile({ from: 4, to: 5 }));
    expect(await refusal(client.sync())).toBe("COMPROMISED");
    expect(told.map(({ batchNumber }) => batchNumber)).toEqual([4]);
    await expectStopped(client);
  });

  it.each<[string, (files: Files) => void, string]>([
    ["its state is missing", (f) => f.delete(stateFile(theirs.roots[4] ?? 0n)), "NOT_PUBLISHED"],
    ["its head is another", (f) => editHead(f, { root: "5" }), "RESPONSE_INVALID: new root"],
    [
      "its next certificate is missing",
      (f) => {
        setHead(f, theirs, 5);
        f.delete(certificateFile({ from: 4, to: 5 }));
      },
      "NOT_PUBLISHED",
    ],
  ])("in a sync that fails, since %s, stops for good when it is shown ours", async (_, spoil, said) => {
    const { client, files, told } = await followed(2);
    switchTo(files, 4);
    spoil(files);
    expect(await refusal(client.sync())).toBe(said);
    expect([client.head?.batchNumber, told]).toEqual([2, []]);
    show(files, ours.files);
    setHead(files, ours, 4);
    const error = await errorOf(client.sync());
    expect([error.code, told.map(({ batchNumber }) => batchNumber)]).toEqual(["COMPROMISED", [4]]);
    expect(await checkEvidence(error.details["evidence"], ours.trustRoot, "mcl")).toMatchObject({ ok: true, batchNumber: 4 });
    await expectStopped(client);
  });

  it("in a sync whose end could not be kept stops for good when it is shown ours", async () => {
    const { files, store } = await followed(2);
    let full = true;
    const save: typeof store.save = (what, text) => (full ? Promise.reject(new Error("full")) : store.save(what, text));
    const client = clientOf(files, ours, { store: { load: store.load, save } });
    switchTo(files, 4);
    expect(await refusal(client.sync())).toBe("IO_FAILED");
    full = false;
    show(files, ours.files);
    setHead(files, ours, 4);
    expect(await refusal(client.sync())).toBe("COMPROMISED");
  });

  it("piece by piece in syncs that all fail stops for good, whatever was verified between", async () => {
    const [b, a] = [
      publishedFixture({ batches: 8, largest: 8 }),
      publishedFixture({ batches: 8, largest: 8, fork: { after: 1, seed: 9 } }),
    ];
    const files: Files = new Map(a.files);
    const client = clientOf(files, b);
    setHead(files, a, 4);
    files.delete(stateFile(a.roots[4] ?? 0n));
    expect(await refusal(client.sync())).toBe("NOT_PUBLISHED");
    show(files, b.files);
    files.delete(stateFile(b.roots[8] ?? 0n));
    expect(await refusal(client.sync())).toBe("NOT_PUBLISHED"); // over one certificate, without a state after batch 4
    show(files, b.files);
    edit(files, HEADS_FILE, { largest: 4 });
    const error = await errorOf(client.sync());
    expect(error.code).toBe("COMPROMISED");
    expect(await checkEvidence(error.details["evidence"], b.trustRoot, "mcl")).toMatchObject({ ok: true, batchNumber: 4 });
  });

  it("in answers that prove less than they claim stops for good", async () => {
    const [b, a] = [
      publishedFixture({ batches: 8, largest: 8 }),
      publishedFixture({ batches: 8, largest: 8, fork: { after: 1, seed: 9 } }),
    ];
    const files: Files = new Map(b.files);
    const client = clientOf(files, b, { now: () => soonAfter(8) });
    await client.sync();
    const claim = (from: Files): void => {
      show(files, from);
      editHead(files, { root: "5" });
      edit(files, HEADS_FILE, { largest: 4 });
      files.delete(certificateFile({ from: 4, to: 8 }));
    };
    claim(a.files);
    expect(await refusal(client.sync())).toBe("RESPONSE_INVALID: fork");
    claim(b.files);
    const error = await errorOf(client.sync());
    expect(error.code).toBe("COMPROMISED");
    expect(await checkEvidence(error.details["evidence"], b.trustRoot, "mcl")).toMatchObject({ ok: true, batchNumber: 4 });
  });

  it("instead of a shorter path stops for good", async () => {
    const history = new LongHistory();
    const { trustRoot } = history;
    const [files, stops] = [history.empty(), [65, 66]];
    const client = new LightClient({ trustRoot, transport: memoryTransport(files), backend: "mcl", stalenessSeconds: 1e12 });
    history.publish(files, 0, 65, stops, 1);
    await client.sync();
    history.publish(files, 65, 66, stops, 1);
    const other = Array.from({ length: 67 }, (_, n) => (n === 0 ? trustRoot.root : 5_000_000n + BigInt(n)));
    for (const range of [
      { from: 0, to: 64 },
      { from: 64, to: 66 },
    ]) {
      const between = other.slice(range.from, range.to + 1);
      putCertificate(files, trustRoot, range, between[0] ?? 0n, between.at(-1) ?? 0n, simulatedRange(between, trustRoot));
    }
    edit(files, HEADS_FILE, { largest: 64 });
    const error = await errorOf(client.sync());
    expect(error.code).toBe("COMPROMISED");
    expect(await checkEvidence(error.details["evidence"], trustRoot, "mcl")).toMatchObject({ ok: true, batchNumber: 64 });
    await expectStopped(client);
  });

  it("stays stopped after a restart, and tells why", async () => {
    const { client, files, store } = await followed(4);
    switchTo(files, 4);
    await errorOf(client.sync());
    const again = clientOf(new Map(ours.files), ours, { store });
    const told: Evidence[] = [];
    again.on("compromised", (evidence) => told.push(evidence));
    await expectStopped(again);
    expect(told).toHaveLength(1);
    expect((await checkEvidence(evidenceJson(told[0] as Evidence), ours.trustRoot, "mcl")).ok).toBe(true);
  });

  it("stops though the evidence cannot be kept", async () => {
    const files: Files = new Map(ours.files);
    let full = false;
    const inner = memoryStore();
    const save: typeof inner.save = (what, text) => (full ? Promise.reject(new Error("full")) : inner.save(what, text));
    const client = clientOf(files, ours, { store: { load: inner.load, save } });
    await client.sync();
    full = true;
    switchTo(files, 5);
    expect(await refusal(client.sync())).toBe("COMPROMISED");
    await expectStopped(client);
  });
});

describe("a server that only claims another history", () => {
  it.each<[string, (files: Files) => void, string]>([
    ["by a head alone", (f) => editHead(f, { root: "5" }), "RESPONSE_INVALID: fork"],
    [
      "by statements alone",
      (f) => {
        editHead(f, { root: "5" });
        edit(f, certificateStatementFile({ from: 2, to: 4 }), { newRoot: "5" });
      },
      "CERTIFICATE_INVALID",
    ],
    [
      "with a path that breaks",
      (f) => {
        editHead(f, { root: `${theirs.roots[4]}` });
        edit(f, certificateStatementFile({ from: 2, to: 4 }), { oldRoot: "5" });
      },
      "RESPONSE_INVALID: fork",
    ],
    [
      "with a path that is not there",
      (f) => {
        editHead(f, { root: `${theirs.roots[4]}` });
        f.delete(certificateFile({ from: 0, to: 2 }));
      },
      "RESPONSE_INVALID: fork",
    ],
  ])("%s is a liar: the client's head stays", async (_, claim, said) => {
    const { client, files, told } = await followed(4);
    const { head } = client;
    claim(files);
    expect(await refusal(client.sync())).toBe(said);
    expect([client.head, told]).toEqual([head, []]);
    show(files, ours.files);
    expect((await client.sync()).head.batchNumber).toBe(5);
  });
});

describe("evidence", () => {
  let json: Record<string, unknown>;
  beforeAll(async () => {
    const { client, files } = await followed(4);
    switchTo(files, 4);
    json = (await errorOf(client.sync())).details["evidence"] as Record<string, unknown>;
  });

  it("survives JSON and both pairing libraries", async () => {
    const sent: unknown = JSON.parse(JSON.stringify(json));
    for (const backend of ["noble", "mcl"] as const) expect((await checkEvidence(sent, ours.trustRoot, backend)).ok).toBe(true);
  });

  it("is none under another trust root", async () => {
    const later = { ...ours.trustRoot, createdAt: ours.trustRoot.createdAt + 1 };
    expect(await checkEvidence(json, later, "mcl")).toEqual({ ok: false, detail: "it is about another trust root" });
  });

  it("is none with the same history twice, or with one that does not start at the trust root", async () => {
    const [a, b] = json["paths"] as [unknown[], unknown[]];
    for (const paths of [
      [a, a],
      [b, b],
      [a.slice(1), b.slice(1)],
      [a, []],
      [[], []],
      [a.slice(0, 1), b.slice(0, 1)],
    ])
      expect((await checkEvidence({ ...json, paths }, ours.trustRoot, "mcl")).ok, JSON.stringify(paths)).toBe(false);
  });

  it("is none after any change of a link", async () => {
    const [a, b] = json["paths"] as [unknown[], unknown[]];
    const accepted: string[] = [];
    const changed = [...mutants(b[1])].filter(({ name }) => /newRoot|certificate/.test(name));
    for (const { name, json: link } of changed) {
      const verdict = await checkEvidence({ ...json, paths: [a, [b[0], link]] }, ours.trustRoot, "mcl");
      if (verdict.ok) accepted.push(name);
    }
    expect(accepted).toEqual([]);
    expect(changed.length).toBeGreaterThan(8);
  });

  it.each([null, 5, "evidence", [], {}])("is not %j", async (other) => {
    expect(await checkEvidence(other, ours.trustRoot, "mcl")).toEqual({ ok: false, detail: "it is not in the form of evidence" });
  });
});
