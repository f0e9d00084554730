import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_FILE, resolveSettings } from "../../../cli/settings.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "zkstate-settings-"));
  mkdirSync(join(root, "a", "b"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const config = (folder: string, values: unknown) => writeFileSync(join(root, folder, CONFIG_FILE), JSON.stringify(values));

describe("settings", () => {
  it("falls back to defaults, with paths below the working folder", () => {
    const settings = resolveSettings({}, {}, join(root, "a"));
    expect(settings.data).toEqual({ value: join(root, "a", ".zkstate"), origin: "default" });
    expect(settings.profile).toEqual({ value: "default", origin: "default" });
    expect(settings.cache.value).toBe("");
  });

  it("puts flag before environment before the nearest file before default", () => {
    config(".", { data: "far", out: "far", profile: "farm" });
    config("a", { data: "near", out: "near" });
    const cwd = join(root, "a", "b");
    const env = { ZKSTATE_DATA: "from-env", ZKSTATE_BACKEND: "" };
    const settings = resolveSettings({ data: "from-flag" }, env, cwd);
    expect(settings.data).toEqual({ value: join(cwd, "from-flag"), origin: "flag" });
    expect(resolveSettings({}, env, cwd).data).toEqual({ value: join(cwd, "from-env"), origin: "env ZKSTATE_DATA" });
    // Paths of a config file start at that file's folder; only the nearest file counts.
    expect(settings.out).toEqual({ value: join(root, "a", "near"), origin: join(root, "a", CONFIG_FILE) });
    expect(settings.profile).toEqual({ value: "default", origin: "default" });
    expect(settings.backend.origin).toBe("default");
  });

  it.each<[string, string]>([
    ["text that is not JSON", "{"],
    ["an unknown setting", '{"dta":"x"}'],
    ["a setting of another type", '{"data":7}'],
    ["an array", "[]"],
  ])("refuses a config file with %s", (_, text) => {
    writeFileSync(join(root, CONFIG_FILE), text);
    expect(() => resolveSettings({}, {}, root)).toThrowError(expect.objectContaining({ code: "CONFIG_INVALID", exitCode: 2 }));
  });
});
