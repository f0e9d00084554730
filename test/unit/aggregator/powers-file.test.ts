// Files of powers: what is written is read back by range, and nothing else passes for one.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  createPowersFile,
  POWERS_NAMES,
  pointBytes,
  powersCount,
  powersFileBytes,
  readPowers,
  readPowersHeader,
} from "../../../aggregator/snarkpack/powers-file.js";
import { checkMaxCount, readStrided } from "../../../aggregator/snarkpack/srs.js";

const dir = mkdtempSync(join(tmpdir(), "zkstate-powers-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MAX_COUNT = 4;
let files = 0;

/** A file whose i-th point of a section is filled with one byte that no other point has. */
async function written(): Promise<string> {
  const path = join(dir, `${files++}.bin`);
  const writer = await createPowersFile(path, { kind: "production", maxCount: MAX_COUNT });
  for (const [s, name] of POWERS_NAMES.entries())
    for (let i = 0; i < powersCount(name, MAX_COUNT); i++) await writer.write(name, i, new Uint8Array(pointBytes(name)).fill(16 * s + i));
  await writer.close();
  return path;
}

describe("a file of powers", () => {
  it("says what it is about and is read by range", async () => {
    const path = await written();
    expect(await readPowersHeader(path)).toEqual({ kind: "production", maxCount: MAX_COUNT });
    expect(readFileSync(path).length).toBe(powersFileBytes(MAX_COUNT));
    for (const [s, name] of POWERS_NAMES.entries()) {
      const points = await readPowers(path, MAX_COUNT, name, 1, 2);
      expect([...points]).toEqual([...new Uint8Array(pointBytes(name)).fill(16 * s + 1), ...new Uint8Array(pointBytes(name)).fill(16 * s + 2)]); // biome-ignore format: one line
    }
  });

  it("is shared out by every stride-th point of a range", async () => {
    const srs = { powersPath: await written(), maxCount: MAX_COUNT };
    const firsts = async (index: number, stride: number) => {
      const points = await readStrided(srs, "bG", { from: 2, count: 4 }, { index, stride });
      return Array.from({ length: points.length / 64 }, (_, i) => points[64 * i]);
    };
    expect(await firsts(0, 1)).toEqual([18, 19, 20, 21]);
    expect(await firsts(0, 2)).toEqual([18, 20]);
    expect(await firsts(1, 2)).toEqual([19, 21]);
    expect(await firsts(3, 4)).toEqual([21]);
  });

  it.each<[string, (path: string) => void]>([
    ["another magic", (path) => patch(path, 0, 0x7a ^ 1)],
    ["another kind", (path) => patch(path, 12, 3)],
    ["another count", (path) => patch(path, 8, 8)],
    ["anything in the rest of the header", (path) => patch(path, 31, 1)],
    ["a byte less", (path) => truncateSync(path, powersFileBytes(MAX_COUNT) - 1)],
    ["a byte more", (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]))],
    ["a part of the header", (path) => truncateSync(path, 20)],
  ])("is refused with %s", async (_, damage) => {
    const path = await written();
    damage(path);
    await expect(readPowersHeader(path)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
  });

  it("is not written over one that is there, and missing ones are told", async () => {
    const path = await written();
    await expect(createPowersFile(path, { kind: "production", maxCount: 2 })).rejects.toMatchObject({ code: "IO_FAILED" });
    await expect(readPowersHeader(join(dir, "none"))).rejects.toMatchObject({ code: "IO_FAILED" });
  });
});

function patch(path: string, at: number, byte: number): void {
  const bytes = readFileSync(path);
  bytes[at] = byte;
  writeFileSync(path, bytes);
}

describe("the largest count", () => {
  it("is a power of two from 2 to 2^20", () => {
    for (const good of [2, 4, 1024, 2 ** 20]) expect(() => checkMaxCount(good)).not.toThrow();
    for (const bad of [0, 1, 3, 1000, 2 ** 21, -2, 2.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => checkMaxCount(bad), `${bad}`).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
