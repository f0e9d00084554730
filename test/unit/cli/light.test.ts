// zkstate light over a published folder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../../cli/commands/light.js";
import { checkEvidence } from "../../../client/evidence.js";
import { HEADS_FILE, stateFile } from "../../../core/publication/files.js";
import { trustRootDigest } from "../../../core/publication/trust-root.js";
import { publishedFixture, writePublished } from "../../helpers/published.js";
import { type Ran, runCommand } from "./run-command.js";

const fixture = publishedFixture({ batches: 4, largest: 4 });
const { roots, trustRoot } = fixture;
/** Ages from the fixture's times to today's, in seconds. */
const AGES = ["--staleness", "900000000"];

let dir: string;
let published: string;
let trustFile: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-light-"));
  published = join(dir, "published");
  writePublished(fixture.files, published);
  trustFile = join(published, "trust-root.json");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const light = (...args: string[]): Promise<Ran> =>
  runCommand(command, ["--url", published, "--trust-root", trustFile, "--backend", "mcl", ...args]);
const jsonOf = ({ stdout }: Ran) => JSON.parse(stdout) as Record<string, unknown>;

describe("zkstate light", () => {
  it("shows the head that it has verified, and how old it is", async () => {
    const { code, stdout, stderr } = await light();
    expect(code).toBe(0);
    expect(stdout).toContain("✔ batch 4");
    expect(stdout).toMatch(/1 certificate for 4 batches/);
    expect(stderr).toContain("development keys");
    expect(stderr).toMatch(/days old/);
    expect(stderr).toMatch(/seconds behind/);
  });

  it("writes one JSON object with the head, the certificates and an account", async () => {
    const json = jsonOf(await light("--json", "--account", "5", ...AGES));
    expect(json).toMatchObject({
      ok: true,
      trustRoot: trustRootDigest(trustRoot),
      head: { batchNumber: 4, root: `${roots[4]}` },
      certificates: [{ from: 0, to: 4 }],
      account: { index: 5, exists: true, account: { nonce: `${fixture.states[4]?.account(5)?.nonce}` } },
    });
  });

  it("shows an account's margin, and that another account does not exist", async () => {
    const some = await light("--account", "5", ...AGES);
    expect(some.stdout).toMatch(/Account 5 after batch 4[\s\S]*equity[\s\S]*maintenance[\s\S]*healthy/);
    const none = await light("--account", "6", ...AGES);
    expect([none.code, none.stdout.includes("Account 6 does not exist after batch 4")]).toEqual([0, true]);
  });

  it("remembers in a file what it has verified", async () => {
    const store = join(dir, "light.json");
    await light("--store", store);
    expect(readFileSync(store, "utf8")).toContain("zkstate light client 1");
    expect((await light("--store", store)).stdout).toContain("none: this state was verified before");
  });

  it("stops for good at a second history, and keeps the evidence beside the store", async () => {
    const [store, forked] = [join(dir, "stopped.json"), join(dir, "forked")];
    await light("--store", store);
    writePublished(publishedFixture({ batches: 4, largest: 4, fork: { after: 2, seed: 9 } }).files, forked);
    const { code, error } = await light("--store", store, "--url", forked);
    expect([code, error?.code]).toEqual([1, "COMPROMISED"]);
    const evidence: unknown = JSON.parse(readFileSync(`${store}.evidence`, "utf8"));
    expect(evidence).toEqual(error?.details["evidence"]);
    expect(await checkEvidence(evidence, trustRoot, "mcl")).toMatchObject({ ok: true, batchNumber: 4 });
    expect((await light("--store", store)).error?.code).toBe("COMPROMISED"); // whoever is asked
  });

  it("makes errors of its remarks when it is strict", async () => {
    const old = await light("--strict");
    expect([old.code, old.error?.code]).toEqual([2, "CONFIG_INVALID"]);
    const now = Math.floor(Date.now() / 1_000);
    const young = join(dir, "young.json");
    writeFileSync(young, readFileSync(trustFile, "utf8").replace(`${trustRoot.createdAt}`, `${now}`));
    const development = await light("--strict", "--trust-root", young);
    expect([development.code, development.error?.code]).toEqual([6, "DEVELOPMENT_KEY"]);
    const production = join(dir, "production.json");
    writeFileSync(production, readFileSync(young, "utf8").replace("development", "production"));
    const stale = await light("--strict", "--trust-root", production);
    expect([stale.code, stale.error?.code, stale.stdout]).toEqual([4, "HEAD_STALE", ""]);
    expect((await light("--strict", "--trust-root", production, ...AGES)).code).toBe(0);
  });

  it.each<[string, () => string[], number, string]>([
    ["a state too old to answer from", () => ["--account", "5"], 4, "HEAD_STALE"],
    ["an account outside the tree", () => ["--account", "256", ...AGES], 2, "USAGE"],
    ["a folder that is not there", () => ["--url", join(dir, "nowhere")], 4, "NOT_PUBLISHED"],
    ["an address that is none", () => ["--url", "http://"], 2, "USAGE"],
    ["a server that does not answer", () => ["--url", "http://127.0.0.1:1/v1/"], 4, "TRANSPORT_FAILED"],
    ["a trust root that is not there", () => ["--trust-root", join(dir, "nowhere")], 2, "INPUT_NOT_FOUND"],
    ["a trust root that is none", () => ["--trust-root", join(published, HEADS_FILE)], 2, "INPUT_MALFORMED"],
    ["an unknown library", () => ["--backend", "arkworks"], 2, "USAGE"],
    ["a store that cannot be read", () => ["--store", dir], 2, "INPUT_NOT_FOUND"],
  ])("answers %s with its exit code", async (_, args, exit, name) => {
    const { code, error } = await light(...args());
    expect([code, error?.code]).toEqual([exit, name]);
  });

  it("needs a place and a trust root", async () => {
    expect((await runCommand(command, ["--url", published])).error?.message).toContain("--trust-root");
    expect((await runCommand(command, ["--trust-root", trustFile])).error?.message).toContain("--url");
  });

  it("answers a lie with 1", async () => {
    const lied = join(dir, "lied");
    writePublished(fixture.files, lied);
    writeFileSync(join(lied, stateFile(roots[4] ?? 0n)), readFileSync(join(lied, stateFile(roots[3] ?? 0n))));
    const { code, error } = await light("--url", lied);
    expect([code, error?.code, error?.details["check"]]).toEqual([1, "RESPONSE_INVALID", "state root"]);
  });

  it("watches until it is interrupted, and shows each new state once", async () => {
    const growing = join(dir, "growing");
    writePublished(publishedFixture({ batches: 2, largest: 2 }).files, growing);
    const controller = new AbortController();
    const args = ["--url", growing, "--trust-root", trustFile, "--backend", "mcl", "--watch", "--interval", "1"];
    const onOutput = (stdout: string) => {
      if (stdout.includes("batch 4")) controller.abort();
      else if (stdout.includes("batch 2")) writePublished(fixture.files, growing);
    };
    const { code, stdout } = await runCommand(command, args, { signal: controller.signal, onOutput });
    expect(code).toBe(0);
    expect(stdout.match(/✔ batch \d+/g)).toEqual(["✔ batch 2", "✔ batch 4"]);
  });
});
