// The main job with the tiny profile: one slot a batch, so every transition of a file is a batch of its own.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { snarkjsVerdicts } from "../../helpers/snarkjs-accepts.js";
import { makePlace, type Place } from "./run-cli.js";

const TINY = ["--profile", "tiny"];
let place: Place;
/** Genesis, report and deposits of the simulation, and one withdrawal with a broken signature. */
let items: string[];

const at = (...path: string[]) => join(place.dir, ...path);
const put = (name: string, lines: readonly string[]) => writeFileSync(at(name), `${lines.join("\n")}\n`);
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

beforeAll(async () => {
  place = makePlace();
  const made = await place.run([
    "simulate",
    ...TINY,
    "--accounts",
    "4",
    "--batches",
    "6",
    "--out",
    "market.jsonl",
    "--seed",
    "cli",
    "--json",
  ]);
  expect(made.code, made.stderr).toBe(0);
  items = readFileSync(at("market.jsonl"), "utf8").trimEnd().split("\n");
  put("two.jsonl", [...items.slice(0, 3), ...items.slice(2, 3)]);
});
afterAll(() => place.remove());

describe("zkstate prove", () => {
  it("proves a file that is larger than a batch as several that chain", async () => {
    const { code, stdout, stderr } = await place.run(["prove", "--batch", "two.jsonl", ...TINY]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("Proven and verified: 2 batches, 2 transitions");
    expect(stdout).toContain("zkstate verify proofs");
    expect(readdirSync(at("proofs")).sort()).toEqual(["batch-000001", "batch-000002"]);
    expect(readdirSync(at("proofs", "batch-000001")).sort()).toEqual(["batch.json", "proof.json", "public.json", "verification_key.json"]);
    // Progress goes to stderr in plain lines when that is no terminal.
    expect(stderr).toMatch(/\[1\/2\] proving: [0-9.]+ s/);
    expect(stderr).not.toContain("\u001b[");
  });

  it("returns the same result at once for the same batch, changing nothing", async () => {
    const before = readFileSync(at("proofs", "batch-000002", "proof.json"), "utf8");
    const again = await place.run(["prove", "--batch", "two.jsonl", ...TINY, "--json"]);
    expect(again.code, again.stderr).toBe(0);
    const result = json(again.stdout);
    expect(result).toMatchObject({
      ok: true,
      executed: "before",
      batches: [
        { batchNumber: 1, proved: "before" },
        { batchNumber: 2, proved: "before" },
      ],
    });
    expect(again.stderr).not.toMatch(/proving|compiling/);
    expect(readFileSync(at("proofs", "batch-000002", "proof.json"), "utf8")).toBe(before);
    expect(json((await place.run(["inspect", "state", "--json"])).stdout)).toMatchObject({ batchNumber: 2, unproven: [] });
  });

  it("refuses a file without trace, with the item's index, code, expected and got", async () => {
    const withdrawal = {
      kind: "withdraw",
      account: 0,
      chain: 0,
      instrument: 12,
      amount: "5",
      recipient: "1",
      nonce: "0",
      signature: { r8x: "1", r8y: "2", s: "3" },
    };
    put("bad.jsonl", [...items.slice(1, 3), JSON.stringify(withdrawal)]);
    const { code, stdout } = await place.run(["prove", "--batch", "bad.jsonl", ...TINY, "--json"]);
    expect(code).toBe(3);
    expect(json(stdout)).toMatchObject({
      ok: false,
      error: {
        code: "TRANSITION_REFUSED",
        index: 2,
        kind: "withdraw",
        refusal: "SIGNATURE_INVALID",
        expected: expect.any(String),
        got: expect.any(String),
      },
    });
    expect(json((await place.run(["inspect", "state", "--json"])).stdout)).toMatchObject({ batchNumber: 2 });
  });

  it("leaves nothing behind when the first file of a ledger is refused", async () => {
    put("first-bad.jsonl", [
      ...items.slice(0, 2),
      JSON.stringify({ kind: "cancel", account: 0, newMinOrderId: "5", nonce: "0", signature: { r8x: "1", r8y: "2", s: "3" } }),
    ]);
    const { code } = await place.run(["prove", "--batch", "first-bad.jsonl", "--data", "fresh", ...TINY]);
    expect(code).toBe(3);
    expect(readdirSync(place.dir)).not.toContain("fresh");
  });

  it("reads stdin, and with --skip-invalid proves the rest and reports the refusal", async () => {
    const stdin = readFileSync(at("bad.jsonl"), "utf8");
    const { code, stdout, stderr } = await place.run(["prove", "--batch", "-", "--skip-invalid", ...TINY, "--json"], { stdin });
    expect(code, stderr).toBe(0);
    expect(json(stdout)).toMatchObject({
      skipped: [{ index: 2, kind: "withdraw", code: "SIGNATURE_INVALID" }],
      batches: [{ batchNumber: 3, transitions: { deposit: 1 } }],
    });
  });

  it("resumes a batch whose process was killed after the execution, and does not execute it twice", async () => {
    put("third.jsonl", [items[1] ?? "", JSON.stringify({ ...json(items[2] ?? ""), amount: "777" })]);
    const first = place.start(["prove", "--batch", "third.jsonl", ...TINY]);
    await first.seen(/witness|proving/);
    first.child.kill("SIGKILL");
    expect((await first.done).signal).toBe("SIGKILL");
    expect(json((await place.run(["inspect", "batch", "4", "--json"])).stdout)).toMatchObject({ batchNumber: 4, state: "executed" });
    const doctor = await place.run(["doctor", "--json"]);
    expect(doctor.stdout).toContain("1 waiting for a proof");
    const second = await place.run(["prove", "--batch", "third.jsonl", ...TINY, "--json"]);
    expect(second.code, second.stderr).toBe(0);
    expect(json(second.stdout)).toMatchObject({ executed: "before", batches: [{ batchNumber: 4, proved: "now" }] });
    expect(json((await place.run(["inspect", "state", "--json"])).stdout)).toMatchObject({ batchNumber: 4, unproven: [] });
  });

  it("ends with 130 on SIGINT, with nothing damaged and nothing half-written", async () => {
    put("fourth.jsonl", [items[1] ?? "", JSON.stringify({ ...json(items[2] ?? ""), amount: "778" })]);
    const running = place.start(["prove", "--batch", "fourth.jsonl", ...TINY]);
    await running.seen(/witness|proving/);
    running.child.kill("SIGINT");
    const { code, stderr } = await running.done;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("INTERRUPTED");
    expect(readdirSync(at("proofs")).filter((name) => !/^batch-00000[1-4]$/.test(name))).toEqual([]);
    expect((await place.run(["inspect", "--audit"])).code).toBe(0);
  });

  it("refuses another genesis, and a batch without a ledger", async () => {
    const other = { ...json(items[0] ?? ""), insurance: "1" };
    put("other.jsonl", [JSON.stringify(other), ...items.slice(1, 3)]);
    const { code, stdout } = await place.run(["prove", "--batch", "other.jsonl", ...TINY, "--json"]);
    expect([code, json(stdout)]).toMatchObject([2, { error: { code: "CONFIG_INVALID" } }]);
    put("none.jsonl", items.slice(1, 3));
    const none = await place.run(["prove", "--batch", "none.jsonl", "--data", "empty", ...TINY]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("begin the file with a genesis item");
  });
});

describe("zkstate verify", () => {
  it("accepts what was proven and its chain", async () => {
    const { code, stdout } = await place.run(["verify", "proofs", "--json"]);
    expect([code, json(stdout)]).toMatchObject([0, { ok: true, chain: { ok: true } }]);
    expect(snarkjsVerdicts(at("proofs"))).not.toContain(false);
    const folder = at("proofs", "batch-000001");
    const bare = await place.run([
      "verify",
      join(folder, "proof.json"),
      join(folder, "public.json"),
      join(folder, "verification_key.json"),
    ]);
    expect(bare.code, bare.stderr).toBe(0);
    const pinned = await place.run(["verify", "proofs", "--key", join(folder, "verification_key.json")]);
    expect(pinned.code, pinned.stderr).toBe(0);
  });

  it("refuses development keys for production", async () => {
    const { code, stdout } = await place.run(["verify", "proofs", "--production", "--json"]);
    expect([code, json(stdout)]).toMatchObject([6, { error: { code: "DEVELOPMENT_KEY" } }]);
  });

  it("notices a missing batch in the chain", async () => {
    const { code, stdout } = await place.run(["verify", "proofs/batch-000001", "proofs/batch-000003", "--json"]);
    expect([code, json(stdout)]).toMatchObject([1, { ok: false, error: { code: "CHAIN_BROKEN" } }]);
  });

  const tampered = (name: string, file: string, change: (text: string) => string) => {
    const dir = at("tampered", name);
    mkdirSync(dir, { recursive: true });
    cpSync(at("proofs", "batch-000001"), dir, { recursive: true });
    writeFileSync(join(dir, file), change(readFileSync(join(dir, file), "utf8")));
    return dir;
  };

  it.each<[string, string, (text: string) => string]>([
    ["a changed signal", "public.json", (t) => t.replace(/"\d/, '"7')],
    ["a cut proof", "proof.json", (t) => t.slice(0, 200)],
    ["a changed amount in the published batch", "batch.json", (t) => t.replace(/"amount": "\d/, '"amount": "9')],
    ["another batch number", "batch.json", (t) => t.replace('"batchNumber": 1', '"batchNumber": 2')],
    ["another new root", "batch.json", (t) => t.replace(/"newRoot": "\d/, '"newRoot": "7')],
    ["another history", "batch.json", (t) => t.replaceAll(/"historyHash": "\d/g, '"historyHash": "7')],
    ["an unknown field", "batch.json", (t) => t.replace("{", '{"extra": 1,')],
  ])("refuses %s", async (name, file, change) => {
    const { code, stderr } = await place.run(["verify", tampered(name.replaceAll(" ", "-"), file, change)]);
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/PROOF_(?:INVALID|MALFORMED)/);
  });
});
