// Everything that a server can say wrong. Whatever it is, the client names it, keeps the head that it had, and follows the next honest answer.
import { beforeAll, describe, expect, it } from "vitest";
import type { LightClient } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { R } from "../../../core/field.js";
import {
  certificateFile,
  certificateStatementFile,
  HEADS_FILE,
  leafFile,
  SRS_FILE,
  stateFile,
  VKEY_FILE,
} from "../../../core/publication/files.js";
import { mutants } from "../../helpers/json-mutants.js";
import { type Files, publishedFixture, putCertificate, putJson, readJson, simulatedRange } from "../../helpers/published.js";
import { sha256Hex, simulatedCertificate } from "../../helpers/simulated-setup.js";
import { clientOf, edit, editHead, refusal, setHead, show } from "./venue.js";

const fixture = publishedFixture({ batches: 5, largest: 2 });
const { roots, trustRoot } = fixture;
/** The client stands at batch 2; the server says batch 5: certificates 2-4 and 4-5. */
const NEXT = { from: 2, to: 4 };
const LAST = { from: 4, to: 5 };
const statement = certificateStatementFile(NEXT);
const certificate = certificateFile(NEXT);
const text = (word: string) => new TextEncoder().encode(word);
const root = (n: number) => roots[n] ?? 0n;
const stateOf = (n: number) => stateFile(root(n));

const files: Files = new Map();
let client: LightClient;
async function atBatch2(): Promise<LightClient> {
  show(files, fixture.files);
  setHead(files, fixture, 2);
  const made = clientOf(files, fixture);
  await made.sync();
  return made;
}
beforeAll(async () => {
  client = await atBatch2();
});

/** Swaps in another certificate, with the statement's sums adapted to it. */
function swap(lied: Files, bytes: Uint8Array): void {
  lied.set(certificate, bytes);
  edit(lied, statement, { bytes: bytes.length, sha256: sha256Hex(bytes) });
}
function flipped(name: string, at: number): Uint8Array {
  const bytes = new Uint8Array(fixture.files.get(name) ?? []);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

type Lie = readonly [name: string, tell: (files: Files) => void, said: string];

const aboutHeads: readonly Lie[] = [
  ["another ledger", (f) => edit(f, HEADS_FILE, { ledgerId: "8" }), "RESPONSE_INVALID: ledger"],
  ["a root that its certificates do not reach", (f) => editHead(f, { root: `${root(4)}` }), "RESPONSE_INVALID: new root"],
  ["a batch that there is none of", (f) => editHead(f, { batchNumber: 6 }), "NOT_PUBLISHED"],
  [
    "a head behind endless certificates",
    (f) => {
      editHead(f, { batchNumber: 2 ** 32 - 1 });
      edit(f, HEADS_FILE, { largest: 1 });
    },
    "RESPONSE_INVALID: number of certificates",
  ],
  ["the same in another way", (f) => editHead(f, { batchNumber: 2 ** 31 }), "RESPONSE_INVALID: number of certificates"],
  ["garbage", (f) => f.set(HEADS_FILE, text("<html>")), "RESPONSE_INVALID: json"],
  ["bytes that are no text", (f) => f.set(HEADS_FILE, Uint8Array.of(0x22, 0xff, 0x22)), "RESPONSE_INVALID: json"],
  ["half a file", (f) => f.set(HEADS_FILE, (f.get(HEADS_FILE) ?? text("")).slice(0, 50)), "RESPONSE_INVALID: json"],
  ["nothing", (f) => f.delete(HEADS_FILE), "NOT_PUBLISHED"],
  ["too much", (f) => f.set(HEADS_FILE, new Uint8Array(4_097).fill(32)), "RESPONSE_TOO_LARGE"],
];

const aboutCertificates: readonly Lie[] = [
  ["a statement of another ledger", (f) => edit(f, statement, { ledgerId: "8" }), "RESPONSE_INVALID: ledger"],
  ["a statement of another start", (f) => edit(f, statement, { from: 1 }), "RESPONSE_INVALID: range"],
  ["a statement of another end", (f) => edit(f, statement, { to: 5 }), "RESPONSE_INVALID: range"],
  ["a statement under another key", (f) => edit(f, statement, { vkeyDigest: "0".repeat(64) }), "RESPONSE_INVALID: verification key"],
  ["a statement under another setup", (f) => edit(f, statement, { srsDigest: "0".repeat(64) }), "RESPONSE_INVALID: setup"],
  ["another new root", (f) => edit(f, statement, { newRoot: `${root(3)}` }), "CERTIFICATE_INVALID"],
  ["another old root", (f) => edit(f, statement, { oldRoot: `${root(1)}` }), "RESPONSE_INVALID: fork"],
  ["roots in each other's place", (f) => edit(f, statement, { oldRoot: `${root(4)}`, newRoot: `${root(2)}` }), "RESPONSE_INVALID: fork"],
  ["the next statement at once", (f) => edit(f, statement, { oldRoot: `${root(4)}`, newRoot: `${root(5)}` }), "RESPONSE_INVALID: fork"],
  ["a root plus r", (f) => edit(f, statement, { newRoot: `${root(4) + R}` }), "RESPONSE_INVALID: shape"],
  ["another length", (f) => edit(f, statement, { bytes: 2_663 }), "RESPONSE_INVALID: certificate bytes"],
  ["a certificate that is not the statement's", (f) => f.set(certificate, flipped(certificate, 99)), "RESPONSE_INVALID: certificate bytes"],
  ["half a certificate", (f) => swap(f, (f.get(certificate) ?? text("")).slice(0, 1_000)), "CERTIFICATE_MALFORMED"],
  ["a certificate with more behind it", (f) => swap(f, new Uint8Array(2_665)), "RESPONSE_TOO_LARGE"],
  ["zeros", (f) => swap(f, new Uint8Array(2_664)), "CERTIFICATE_MALFORMED"],
  ["no bytes", (f) => swap(f, new Uint8Array()), "CERTIFICATE_MALFORMED"],
  ["the certificate of another range", (f) => swap(f, f.get("certificates/0-2.bin") ?? text("")), "CERTIFICATE_INVALID"],
  ["the proof of one batch for two", (f) => swap(f, f.get("certificates/2-3.bin") ?? text("")), "CERTIFICATE_MALFORMED"],
  ["no statement", (f) => f.delete(statement), "NOT_PUBLISHED"],
  ["no certificate", (f) => f.delete(certificate), "NOT_PUBLISHED"],
  ["a later certificate that is missing", (f) => f.delete(certificateFile(LAST)), "NOT_PUBLISHED"],
  [
    "a chain that breaks further on",
    (f) => {
      const bytes = simulatedCertificate(root(3), root(5));
      putCertificate(f, trustRoot, LAST, root(3), root(5), bytes);
    },
    "RESPONSE_INVALID: fork",
  ],
];

const aboutStates: readonly Lie[] = [
  ["no state", (f) => f.delete(stateOf(5)), "NOT_PUBLISHED"],
  ["another state", (f) => f.set(stateOf(5), f.get(stateOf(4)) ?? text("")), "RESPONSE_INVALID: state root"],
  ["no prices", (f) => edit(f, stateOf(5), { prices: null }), "RESPONSE_INVALID: prices"],
  [
    "older prices",
    (f) => edit(f, stateOf(5), { prices: (readJson(f, stateOf(4)) as { prices: unknown }).prices }),
    "RESPONSE_INVALID: prices",
  ],
  ["a state of another form", (f) => edit(f, stateOf(5), { format: "zkstate state 2" }), "RESPONSE_INVALID: shape"],
  ["too long a state", (f) => f.set(stateOf(5), new Uint8Array(131_073)), "RESPONSE_TOO_LARGE"],
];

describe.each([
  ["about its head", aboutHeads],
  ["about certificates", aboutCertificates],
  ["about the head's state", aboutStates],
] as const)("a server that lies %s", (_, lies) => {
  it.each(lies)("with %s is refused", async (_name, tell, said) => {
    const before = client.head;
    show(files, fixture.files);
    tell(files);
    expect(await refusal(client.sync())).toBe(said);
    expect(client.head).toBe(before);
    expect((await client.getMarkets()).batchNumber).toBe(2);
  });
});

it("a valid certificate to a state that is not the head's is refused, by a client that knows no other", async () => {
  const fresh = await atBatch2();
  show(files, fixture.files);
  putCertificate(files, trustRoot, NEXT, root(2), 77n, simulatedRange([root(2), root(3), 77n], trustRoot));
  expect(await refusal(fresh.sync())).toBe("RESPONSE_INVALID: fork");
  expect((await fresh.getMarkets()).batchNumber).toBe(2);
});

describe("a server that changes one field", () => {
  it("of a statement is refused, whatever the change", async () => {
    const before = client.head;
    const accepted: string[] = [];
    let tried = 0;
    for (const name of [statement, certificateStatementFile(LAST)]) {
      for (const mutant of mutants(readJson(fixture.files, name))) {
        tried += 1;
        show(files, fixture.files);
        putJson(files, name, mutant.json);
        const said = await refusal(client.sync()).catch(() => "accepted");
        if (!/^(RESPONSE_INVALID|CERTIFICATE_INVALID)/.test(said)) accepted.push(`${mutant.name}: ${said}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThan(80);
    expect(client.head).toBe(before);
  });

  it("of heads.json leads nowhere but to the true state", async () => {
    const elsewhere: string[] = [];
    const reached = new Set<number>();
    for (const mutant of mutants(readJson(fixture.files, HEADS_FILE))) {
      if (client.head?.batchNumber !== 2) client = await atBatch2();
      show(files, fixture.files);
      putJson(files, HEADS_FILE, mutant.json);
      await client.sync().catch(() => undefined);
      const { batchNumber = -1, root: proven } = client.head ?? {};
      reached.add(batchNumber);
      if (proven !== roots[batchNumber]) elsewhere.push(mutant.name);
    }
    expect(elsewhere).toEqual([]);
    expect([...reached].sort()).toEqual([2, 5]);
  });
});

describe("a server that lies to a newcomer", () => {
  const key = () => readJson(fixture.files, VKEY_FILE) as Record<string, unknown>;
  it.each<Lie>([
    ["another verification key", (f) => edit(f, VKEY_FILE, { vk_delta_2: key()["vk_beta_2"] }), "RESPONSE_INVALID: verification key"],
    ["a key that is none", (f) => putJson(f, VKEY_FILE, null), "RESPONSE_INVALID: verification key"],
    ["a key with more in it", (f) => edit(f, VKEY_FILE, { note: "trust me" }), "PROOF_MALFORMED"],
    ["another setup", (f) => edit(f, SRS_FILE, { bG: (readJson(f, SRS_FILE) as { aG: string }).aG }), "RESPONSE_INVALID: setup"],
    ["a setup of another form", (f) => edit(f, SRS_FILE, { aG: "00" }), "RESPONSE_INVALID: shape"],
    ["no key", (f) => f.delete(VKEY_FILE), "NOT_PUBLISHED"],
    ["too long a key", (f) => f.set(VKEY_FILE, new Uint8Array(65_537)), "RESPONSE_TOO_LARGE"],
    ["another state to start from", (f) => edit(f, "certificates/0-2.json", { oldRoot: "5" }), "RESPONSE_INVALID: fork"],
  ])("with %s is refused", async (_, tell, said) => {
    const lied: Files = new Map(fixture.files);
    tell(lied);
    const newcomer = clientOf(lied, fixture);
    expect(await refusal(newcomer.sync())).toBe(said);
    expect(newcomer.head).toBeUndefined();
  });

  it("with a whole other ledger under another genesis is refused", async () => {
    const other = publishedFixture({ batches: 2, largest: 2, nLevels: 5 });
    expect(await refusal(clientOf(other.files, fixture).sync())).toBe("RESPONSE_INVALID: fork");
  });
});

describe("a server that lies about an account", () => {
  it("is refused, and asked again may tell the truth", async () => {
    show(files, fixture.files);
    await client.sync();
    const honest = await client.getAccount(1);
    files.set(leafFile(honest.leaf), files.get(leafFile((await client.getAccount(5)).leaf)) ?? text(""));
    expect(await refusal(client.getAccount(1))).toBe("RESPONSE_INVALID: leaf");
    show(files, fixture.files);
    expect((await client.getAccount(1)).account).toEqual(honest.account);
  });

  it("by silence is refused as not published, not taken for absence", async () => {
    const alone = clientOf(files, fixture, {
      transport: { read: (name, max) => memoryTransport(name.startsWith("nodes/") ? new Map() : files).read(name, max) },
    });
    await alone.sync();
    expect(await refusal(alone.getAccount(2))).toBe("NOT_PUBLISHED");
  });
});
