// What the command line says to wrong input and on odd machines.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlace, type Place } from "./run-cli.js";

const EXAMPLE = join(import.meta.dirname, "../../../examples/crash.json");
const COMMANDS = ["prove", "verify", "simulate", "inspect", "init", "setup", "doctor", "config"];
let place: Place;
beforeAll(() => {
  place = makePlace();
});
afterAll(() => place.remove());

const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe("zkstate", () => {
  it("shows its commands, exit codes, and examples for each command", async () => {
    const top = await place.run(["--help"]);
    expect(top.code).toBe(0);
    for (const name of COMMANDS) {
      expect(top.stdout).toContain(name);
      const help = await place.run(["help", name]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain("Examples:");
    }
    expect(top.stdout).toContain("130 interrupted");
  });

  it.each<[string, string[]]>([
    ["an unknown command", ["fly"]],
    ["an unknown option", ["prove", "--fast"]],
    ["a missing option", ["prove"]],
    ["a profile that does not exist", ["simulate", "--profile", "huge"]],
    ["a number that is none", ["simulate", "--batches", "many"]],
    ["two tapes at once", ["simulate", "--candles", "a", "--trades", "b"]],
    ["a file that does not exist", ["prove", "--batch", "nowhere.json"]],
    ["a folder instead of a file", ["prove", "--batch", "."]],
    ["a proof that does not exist", ["verify", "nowhere"]],
    ["a ledger that does not exist", ["inspect", "state", "--data", "nowhere"]],
    ["an account without a number", ["inspect", "account"]],
  ])("answers %s with 2, a code and a sentence", async (_, args) => {
    const { code, stdout, stderr } = await place.run(args);
    expect(code, stderr).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error [A-Z_]+: .+\n/m);
  });

  it("writes one JSON object on stdout for an error too", async () => {
    const { code, stdout } = await place.run(["prove", "--batch", "nowhere.json", "--json"]);
    expect([code, json(stdout)]).toMatchObject([2, { ok: false, error: { code: "INPUT_NOT_FOUND" } }]);
  });

  it.each<[string, string, string]>([
    ["malformed JSON", '[{"kind":', "INPUT_MALFORMED"],
    ["an unknown kind", '{"kind":"mint"}', "INPUT_MALFORMED"],
    [
      "an amount with a leading zero",
      '{"kind":"deposit","account":0,"chain":0,"instrument":12,"amount":"007","owner":{"ax":"0","ay":"1"},"exitAddress":"0"}',
      "INPUT_NOT_CANONICAL",
    ],
  ])("answers %s on stdin with 2 and no ledger", async (_, stdin, code) => {
    const result = await place.run(["prove", "--batch", "-", "--json", "--data", "untouched"], { stdin });
    expect([result.code, json(result.stdout)]).toMatchObject([2, { error: { code } }]);
    expect(readdirSync(place.dir)).not.toContain("untouched");
  });

  it("shows where settings come from", async () => {
    writeFileSync(join(place.dir, "zkstate.config.json"), JSON.stringify({ out: "elsewhere", data: "lower" }));
    const { stdout } = await place.run(["config", "--resolved", "--json", "--data", "flagged"], { env: { ZKSTATE_PROFILE: "tiny" } });
    expect(json(stdout)).toMatchObject({
      data: { value: join(place.dir, "flagged"), origin: "flag" },
      out: { value: join(place.dir, "elsewhere"), origin: join(place.dir, "zkstate.config.json") },
      profile: { value: "tiny", origin: "env ZKSTATE_PROFILE" },
      backend: { value: "auto", origin: "default" },
    });
  });

  it("makes the example again, byte for byte, and a ledger from its genesis", async () => {
    const made = await place.run(["simulate", "--story", "crash", "--seed", "zkstate", "--out", "crash.json", "--quiet"]);
    expect(made.code, made.stderr).toBe(0);
    expect(made.stderr).toBe("");
    expect(readFileSync(join(place.dir, "crash.json"), "utf8")).toBe(readFileSync(EXAMPLE, "utf8"));
    expect((await place.run(["init", "--genesis", "crash.json", "--data", "ledger"])).code).toBe(0);
    const again = await place.run(["init", "--genesis", "crash.json", "--data", "ledger", "--json"]);
    expect([again.code, json(again.stdout)]).toMatchObject([0, { created: false }]);
  });

  it("writes the file to stdout for a pipe, and the report to stderr", async () => {
    const { code, stdout, stderr } = await place.run(["simulate", "--story", "crash", "--out", "-"]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(17);
    expect(stderr).toContain("conservation");
  });

  // Root may write anywhere, so the permission bits say nothing to it.
  it.skipIf(process.getuid?.() === 0)("answers a read-only folder with 4 and the next step", async () => {
    const folder = join(place.dir, "locked");
    mkdirSync(folder);
    chmodSync(folder, 0o555);
    const { code, stderr } = await place.run(["simulate", "--story", "crash", "--out", "locked/x.json"]);
    expect(code).toBe(4);
    expect(stderr).toContain("READ_ONLY");
    expect(stderr).toContain("next");
  });

  it("answers a folder that is a file with 4, writing nothing", async () => {
    writeFileSync(join(place.dir, "file"), "x");
    const { code, stderr } = await place.run(["simulate", "--story", "crash", "--out", "file/x.json"]);
    expect(code, stderr).toBe(4);
    expect(readFileSync(join(place.dir, "file"), "utf8")).toBe("x");
  });
});
