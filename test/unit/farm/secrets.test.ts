import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { farmToken } from "../../../farm/secrets.js";

const dir = mkdtempSync(join(tmpdir(), "zkstate-secrets-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, "token");
writeFileSync(file, "from-a-file\n");

it("takes the token from the environment or from a file, and from one of them only", () => {
  expect(farmToken({})).toBeUndefined();
  expect(farmToken({ ZKSTATE_TOKEN: "", ZKSTATE_TOKEN_FILE: "" })).toBeUndefined();
  expect(farmToken({ ZKSTATE_TOKEN: "direct" })).toBe("direct");
  expect(farmToken({ ZKSTATE_TOKEN_FILE: file })).toBe("from-a-file");
  const both = { ZKSTATE_TOKEN: "direct", ZKSTATE_TOKEN_FILE: file };
  expect(() => farmToken(both)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", got: "ZKSTATE_TOKEN and ZKSTATE_TOKEN_FILE" }));
  expect(() => farmToken({ ZKSTATE_TOKEN_FILE: `${file}-not` })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", got: "ENOENT" }),
  );
});
