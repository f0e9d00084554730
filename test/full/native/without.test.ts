// Machines that cannot have the addon: they are told once, and snarkjs proves.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlace, type Place } from "../cli/run-cli.js";

const ROOT = join(import.meta.dirname, "../../..");
const OFF = { ZKSTATE_NATIVE: "off" };

let dir: string;
let place: Place;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-native-"));
  place = makePlace();
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  place.remove();
});

describe("without a compiler", () => {
  it("the build says what to install, and ends well", () => {
    for (const name of ["src", "build.mjs", "compile.mjs"])
      cpSync(join(ROOT, "native", name), join(dir, "native", name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const run = spawnSync(process.execPath, [join(dir, "native", "build.mjs")], { encoding: "utf8", env: { PATH: dir } });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
    expect(run.stderr).toContain("Install g++ or clang++");
    expect(existsSync(join(dir, "native", "build"))).toBe(false);
  });
});

describe("without the addon", () => {
  it("doctor says that snarkjs proves, and why", async () => {
    const { code, stdout } = await place.run(["doctor", "--json"], { env: OFF });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; level: string; found: string }[] };
    const backend = checks.find(({ name }) => name === "backend");
    expect([code, backend?.level]).toEqual([0, "warn"]);
    expect(backend?.found).toMatch(/^(?:snarkjs|rapidsnark).*ZKSTATE_NATIVE=off/);
  });

  it("asking for it is an error with the next step", async () => {
    const { code, stdout } = await place.run(["prove", "--batch", "none.json", "--backend", "native", "--json"], { env: OFF });
    const { error } = JSON.parse(stdout) as { error: { code: string; next: string } };
    expect([code, error.code]).toEqual([2, "CONFIG_INVALID"]);
    expect(error.next).toContain("npm run build:native");
  });

  it("asking for no number of threads is an error too", async () => {
    for (const threads of ["0", "two", "-1", "1e3"]) {
      const { code, stdout } = await place.run(["prove", "--batch", "none.json", "--threads", threads, "--json"]);
      expect([code, JSON.parse(stdout)], threads).toMatchObject([2, { error: { code: "CONFIG_INVALID" } }]);
    }
  });
});
