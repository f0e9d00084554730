// zkstate verify --trust-root: published certificates, checked offline.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../../cli/commands/verify.js";
import { publishedFixture, writePublished } from "../../helpers/published.js";
import { type Ran, runCommand } from "./run-command.js";

const fixture = publishedFixture({ batches: 4, largest: 4 });
const { roots } = fixture;

let dir: string;
let published: string;
let trustFile: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-certificate-"));
  published = join(dir, "published");
  writePublished(fixture.files, published);
  trustFile = join(published, "trust-root.json");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const path = (name: string): string => join(published, "certificates", name);
const verify = (...args: string[]): Promise<Ran> => runCommand(command, ["--trust-root", trustFile, ...args]);

/** A JSON file with fields changed, elsewhere. */
function changed(file: string, change: Record<string, unknown>, name: string): string {
  const copy = join(dir, name);
  writeFileSync(copy, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), ...change }));
  return copy;
}

/** The published folder with one statement changed. */
function lied(change: Record<string, unknown>): string {
  const copy = mkdtempSync(join(dir, "lied-"));
  cpSync(published, copy, { recursive: true });
  const file = join(copy, "certificates/0-4.json");
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), ...change }));
  return file;
}

describe("zkstate verify --trust-root", () => {
  it.each(["0-4.json", "0-4.bin"])("says what %s proves", async (name) => {
    const { code, stdout, stderr } = await verify(path(name));
    expect(code).toBe(0);
    expect(stdout).toMatch(/batches 1 to 4/);
    expect(stdout).toContain("starts from the trust root's state");
    expect(stderr).toContain("development keys");
  });

  it("writes it as JSON", async () => {
    const { stdout } = await verify(path("0-4.json"), "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      from: { batchNumber: 0, root: `${roots[0]}`, isTrustRoot: true },
      to: { batchNumber: 4, root: `${roots[4]}` },
      keys: "development",
    });
  });

  it("chains several, in any order, and says when the first one starts later", async () => {
    expect((await verify(path("2-4.json"), path("0-2.json"))).code).toBe(0);
    expect((await verify(path("0-2.json"), path("2-3.json"), path("3-4.json"))).code).toBe(0);
    const { code, stdout } = await verify(path("2-4.json"));
    expect([code, stdout.includes("starts after batch 2")]).toEqual([0, true]);
    const gap = await verify(path("0-2.json"), path("3-4.json"));
    expect([gap.code, gap.error?.code]).toEqual([1, "CHAIN_BROKEN"]);
  });

  it("checks a certificate that ends at the trust root's batch against its state", async () => {
    const later = (root: string) => changed(trustFile, { batchNumber: 2, root }, `trust-root-${root.length}.json`);
    const under = (trustRoot: string) => runCommand(command, ["--trust-root", trustRoot, path("0-2.json")]);
    const same = await under(later(`${roots[2]}`));
    expect([same.code, same.stdout.includes("starts after batch 0")]).toEqual([0, true]);
    expect(await under(later("5"))).toMatchObject({ code: 1, error: { code: "ROOT_MISMATCH", expected: "5", got: `${roots[2]}` } });
  });

  it("takes key and setup from elsewhere, and refuses others than the trust root's", async () => {
    const key = join(published, "verification_key.json");
    const srs = join(published, "srs.json");
    const alone = join(dir, "alone");
    cpSync(path(""), join(alone, "certificates"), { recursive: true });
    const certificate = join(alone, "certificates/0-4.json");
    expect((await verify(certificate)).error?.code).toBe("INPUT_NOT_FOUND");
    expect((await verify(certificate, "--key", key, "--srs", srs)).code).toBe(0);
    const otherKey = changed(key, { nPublic: 3 }, "key.json");
    expect(await verify(certificate, "--key", otherKey, "--srs", srs)).toMatchObject({ code: 6, error: { code: "KEY_MISMATCH" } });
    const { bG } = JSON.parse(readFileSync(srs, "utf8")) as { bG: string };
    const otherSrs = changed(srs, { aG: bG }, "srs.json");
    expect(await verify(certificate, "--key", key, "--srs", otherSrs)).toMatchObject({ code: 6, error: { code: "KEY_MISMATCH" } });
  });

  it("refuses development keys with --production", async () => {
    expect(await verify(path("0-4.json"), "--production")).toMatchObject({ code: 6, error: { code: "DEVELOPMENT_KEY" } });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["another ledger", { ledgerId: "8" }, "ROOT_MISMATCH"],
    ["another key", { vkeyDigest: "0".repeat(64) }, "ROOT_MISMATCH"],
    ["another setup", { srsDigest: "0".repeat(64) }, "ROOT_MISMATCH"],
    ["another state to start from", { oldRoot: "5" }, "ROOT_MISMATCH"],
    ["another state to end in", { newRoot: "5" }, "CERTIFICATE_INVALID"],
    ["more batches", { to: 5 }, "CERTIFICATE_INVALID"],
    ["no batches", { to: 0 }, "STATEMENT_MALFORMED"],
    ["another length", { bytes: 1 }, "CERTIFICATE_INVALID"],
    ["other bytes", { sha256: "0".repeat(64) }, "CERTIFICATE_INVALID"],
    ["a number that is none", { oldRoot: "05" }, "STATEMENT_MALFORMED"],
  ])("refuses a statement about %s", async (_, change, code) => {
    expect(await verify(lied(change))).toMatchObject({ code: 1, error: { code } });
  });

  it("refuses files that are not there, and what is no JSON", async () => {
    expect(await verify(path("4-8.json"))).toMatchObject({ code: 2, error: { code: "INPUT_NOT_FOUND" } });
    const folder = mkdtempSync(join(dir, "broken-"));
    cpSync(published, folder, { recursive: true });
    const file = join(folder, "certificates/0-4.json");
    writeFileSync(file, "{");
    expect(await verify(file)).toMatchObject({ code: 1, error: { code: "PROOF_MALFORMED" } });
  });
});
