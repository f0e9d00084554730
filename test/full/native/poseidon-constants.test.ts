import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { constantsFile } from "../../../native/generate-constants.js";

it("the native constants of Poseidon are what their generator makes", () => {
  const file = join(import.meta.dirname, "../../../native/src/poseidon-constants.cpp");
  expect(readFileSync(file, "utf8") === constantsFile(), "run npm run circuits:constants").toBe(true);
});
