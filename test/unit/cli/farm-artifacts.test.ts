import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../../cli/command.js";
import { coordinatorArtifacts } from "../../../cli/farm/artifacts.js";
import { redisSettings } from "../../../farm/connection.js";

let data = "";
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "zkstate-farm-token-"));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const redis = redisSettings("redis://127.0.0.1:6379", {});
const tokenWith = (env: NodeJS.ProcessEnv = {}): string => {
  const settings = { data: { value: data }, artifacts: { value: "" } };
  return coordinatorArtifacts({ settings, env } as unknown as Context, redis).token;
};
const path = () => join(data, "farm", "token");

describe("the token of a ledger's coordinator", () => {
  it("is drawn once and kept for the ledger's owner only", () => {
    const token = tokenWith();
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(tokenWith()).toBe(token);
    expect(readFileSync(path(), "utf8")).toBe(`${token}\n`);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it("is that of the environment where it has one, which is not written down", () => {
    expect(tokenWith({ ZKSTATE_TOKEN: "given" })).toBe("given");
    expect(() => statSync(path())).toThrow("ENOENT");
  });

  it("is drawn again where the file is damaged", () => {
    const token = tokenWith();
    writeFileSync(path(), token.slice(1));
    expect(tokenWith()).not.toContain(token.slice(1));
  });
});
