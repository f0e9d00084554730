// zkstate setup --aggregation, as people run it.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlace, type Place } from "./run-cli.js";

let place: Place;
let cache: readonly string[];
beforeAll(() => {
  place = makePlace();
  cache = ["--cache", join(place.dir, "cache")];
});
afterAll(() => place.remove());

const run = (...args: string[]) => place.run(["setup", "--aggregation", ...cache, ...args]);

describe("zkstate setup --aggregation", () => {
  it("makes a development setup, shows it, and finds it again", async () => {
    const made = await run("--max-count", "4", "--json");
    expect(made.code, made.stderr).toBe(0);
    const shown = JSON.parse(made.stdout) as Record<string, unknown>;
    expect(shown).toMatchObject({ ok: true, kind: "development", maxCount: 4, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const checked = await place.run(["setup", "verify", "--aggregation", ...cache]);
    expect(checked.code, checked.stderr).toBe(0);
    expect(checked.stdout).toContain(String(shown["digest"]));
    expect(checked.stdout).toContain("for trying out only");
  });

  it.each<[string, string[], number, string]>([
    ["a production setup without files", ["--keys", "production"], 2, "INPUT_NOT_FOUND"],
    ["files that are not there", ["--ptau", "one.ptau", "--ptau", "two.ptau"], 2, "INPUT_NOT_FOUND"],
    ["a count that is no power of two", ["--max-count", "100"], 2, "USAGE"],
  ])("refuses %s", async (_, args, code, name) => {
    const refused = await run(...args, "--json");
    expect(refused.code).toBe(code);
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, error: { code: name } });
  });

  it("leaves keys to one file, and counts to aggregation", async () => {
    for (const args of [
      ["--ptau", "one.ptau", "--ptau", "two.ptau"],
      ["--max-count", "4"],
    ]) {
      const refused = await place.run(["setup", ...cache, ...args, "--json"]);
      expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([2, { error: { code: "USAGE" } }]);
    }
  });
});
