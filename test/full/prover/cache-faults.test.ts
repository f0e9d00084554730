import { appendFile, mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type CircuitArtifact, circuitDigest, compileCircuit } from "../../../prover/artifacts.js";
import { ensureEntry } from "../../../prover/cache-entry.js";
import type { FileRecord } from "../../../prover/file-digest.js";
import { ensureKeys, findKeys } from "../../../prover/keys/ensure-keys.js";
import { multiplier, poseidonChain, tempDir } from "../../helpers/toy-circuit.js";
import { listing, mountSmallDisk, remountReadOnly, startBuild, unmount, until } from "./fault-tools.js";

const leftovers = (dir: string) => listing(dir).filter((name) => /\.tmp-/.test(name));

describe("two processes at once", () => {
  it("compile once and set up once", async () => {
    const cacheDir = await tempDir();
    const { mainCircom } = poseidonChain(2);
    const builds = [1, 2].map(() => startBuild(cacheDir, mainCircom, "keys"));
    const [one, two] = await Promise.all(builds.map(({ done }) => done));
    expect(one?.digest).toBe(two?.digest);
    expect(one?.vkeyDigest).toBe(two?.vkeyDigest); // two setups would have drawn different secrets
    expect([...(one?.notes ?? []), ...(two?.notes ?? [])].join()).toMatch(/another process is building/);
    expect(leftovers(cacheDir)).toEqual([]);
  });
});

describe("an entry that another process put in place while it was built here", () => {
  const manifest = (json: unknown) => json as { name: string; files: Record<string, FileRecord> };
  const plan = (dir: string, name: string, meanwhile: () => Promise<unknown>) => ({
    dir,
    manifestName: "m.json",
    parse: manifest,
    build: async (tmp: string) => {
      await writeFile(join(tmp, "file"), name);
      await meanwhile();
      return { name };
    },
  });

  it.each(["absent", "damaged"])("stays, where the one before was %s", async (before) => {
    const [dir, elsewhere] = [join(await tempDir(), "entry"), join(await tempDir(), "entry")];
    if (before === "damaged") await mkdir(join(dir, "half"), { recursive: true });
    const theirs = async () => {
      await ensureEntry(plan(elsewhere, "theirs", async () => undefined));
      await rm(dir, { recursive: true, force: true });
      await rename(elsewhere, dir);
    };
    expect((await ensureEntry(plan(dir, "ours", theirs))).name).toBe("theirs");
    expect(await readFile(join(dir, "file"), "utf8")).toBe("theirs");
    expect(leftovers(dirname(dir))).toEqual([]);
  });

  it("is replaced if it is damaged too", async () => {
    const dir = join(await tempDir(), "entry");
    const theirs = () => mkdir(join(dir, "half"), { recursive: true });
    expect((await ensureEntry(plan(dir, "ours", theirs))).name).toBe("ours");
    expect(listing(dir).sort()).toEqual(["file", "m.json"]);
  });
});

describe("a killed process", () => {
  it.each(["circuits", "keys"] as const)("leaves nothing that looks complete in %s, and the next run succeeds", async (folder) => {
    const cacheDir = await tempDir();
    const { mainCircom } = poseidonChain(4);
    const { child, done } = startBuild(cacheDir, mainCircom, folder === "keys" ? "keys" : "circuit");
    await until(() => leftovers(join(cacheDir, folder)).length > 0);
    child.kill("SIGKILL");
    await expect(done).rejects.toThrow();
    expect(leftovers(join(cacheDir, folder))).not.toEqual([]);
    expect(listing(join(cacheDir, folder)).filter((name) => /^[^.].*(manifest|key)\.json$/.test(name))).toEqual([]);
    const again = await startBuild(cacheDir, mainCircom, "keys").done;
    expect(again.vkeyDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(leftovers(cacheDir)).toEqual([]);
  });
});

describe("a damaged file", () => {
  let cacheDir: string;
  let circuit: CircuitArtifact;
  beforeAll(async () => {
    cacheDir = await tempDir();
    circuit = await compileCircuit(multiplier(), { cacheDir });
  });

  const damage: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ["truncated", (path) => truncate(path, 100)],
    ["longer", (path) => appendFile(path, "x")],
    ["gone", (path) => rm(path)],
    [
      "changed in place",
      async (path) =>
        writeFile(
          path,
          (await readFile(path)).map((byte, i) => (i === 60 ? byte ^ 1 : byte)),
        ),
    ],
  ];

  it.each(damage)("is noticed and rebuilt: circuit %s", async (_how, spoil) => {
    for (const name of ["circuit.r1cs", "circuit.wasm", "manifest.json"]) {
      await spoil(join(circuit.dir, name));
      const notes: string[] = [];
      const again = await compileCircuit(multiplier(), { cacheDir }, (e) => e.note && notes.push(e.note));
      expect(notes.join()).toMatch(/rebuilding/);
      expect(again.manifest).toEqual(circuit.manifest);
    }
  });

  it.each(damage)("is noticed and rebuilt: key %s", async (_how, spoil) => {
    const keys = await ensureKeys(circuit, { kind: "development", cacheDir });
    await spoil(keys.zkeyPath);
    await expect(findKeys(circuit, "development", cacheDir)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    const notes: string[] = [];
    const again = await ensureKeys(circuit, { kind: "development", cacheDir }, (e) => e.note && notes.push(e.note));
    expect(notes.join()).toMatch(/circuit\.zkey .*rebuilding/);
    expect(again.vkeyDigest).not.toBe(keys.vkeyDigest);
    expect((await findKeys(circuit, "development", cacheDir))?.vkeyDigest).toBe(again.vkeyDigest);
  });
});

describe("a disk that refuses", () => {
  it("is READ_ONLY when the cache lies below a regular file", async () => {
    const file = join(await tempDir(), "file");
    await writeFile(file, "");
    const failure = compileCircuit(multiplier(), { cacheDir: join(file, "cache") });
    await expect(failure).rejects.toMatchObject({ code: "READ_ONLY", next: expect.stringContaining("ZKSTATE_CACHE") });
  });

  it.each([
    ["ENOSPC", "DISK_FULL"],
    ["EROFS", "READ_ONLY"],
    ["EACCES", "READ_ONLY"],
  ])("names %s as %s and leaves nothing behind", async (errno, code) => {
    const parent = await tempDir();
    const build = async (tmp: string): Promise<never> => {
      await writeFile(join(tmp, "half"), "half");
      throw Object.assign(new Error(errno), { code: errno });
    };
    const plan = { dir: join(parent, "entry"), manifestName: "m.json", parse: () => undefined, build };
    await expect(ensureEntry(plan)).rejects.toMatchObject({ code, next: expect.any(String) });
    expect(listing(parent)).toEqual([]);
  });

  it("is DISK_FULL or READ_ONLY on real small disks, and works again when there is room", async ({ skip }) => {
    const disk = join(await tempDir(), "disk");
    const source = poseidonChain(2);
    const circuit = await compileCircuit(source);
    if (!(await mountSmallDisk(disk, 400 << 10))) skip("the injected faults above stand in where mounting is not allowed");
    try {
      await expect(compileCircuit(source, { cacheDir: disk })).rejects.toMatchObject({ code: "DISK_FULL" });
      await expect(ensureKeys(circuit, { kind: "development", cacheDir: disk })).rejects.toMatchObject({ code: "DISK_FULL" });
      expect(leftovers(disk)).toEqual([]);
      expect((await ensureKeys(await compileCircuit(multiplier(), { cacheDir: disk }), { kind: "development", cacheDir: disk })).kind).toBe(
        "development",
      );
      remountReadOnly(disk);
      await expect(compileCircuit(source, { cacheDir: disk })).rejects.toMatchObject({ code: "READ_ONLY" });
      expect((await compileCircuit(multiplier(), { cacheDir: disk })).name).toBe("multiplier"); // reading needs no writing
    } finally {
      unmount(disk);
    }
  });
});

describe("circuitDigest", () => {
  it("follows every included file, the main text and the flags, but not the folder", async () => {
    const digestIn = async (inner: string, main = 'include "outer.circom";', optimization: 1 | 2 = 1) => {
      const dir = await tempDir();
      await mkdir(join(dir, "lib"));
      await writeFile(join(dir, "outer.circom"), '/* include "no.circom"; */ include "lib/inner.circom";');
      await writeFile(join(dir, "lib", "inner.circom"), inner);
      return circuitDigest({ name: "any", mainCircom: main, includeDirs: [dir] }, optimization);
    };
    const digest = await digestIn("// one");
    expect(await digestIn("// one")).toBe(digest);
    expect(await digestIn("// two")).not.toBe(digest);
    expect(await digestIn("// one", 'include "outer.circom"; ')).not.toBe(digest);
    expect(await digestIn("// one", 'include "outer.circom";', 2)).not.toBe(digest);
  });

  it("reports a circuit that does not compile, with the compiler's words", async () => {
    const broken = {
      name: "broken",
      mainCircom: "pragma circom 2.1.0;\ntemplate T() { signal input a; a <== ; }\ncomponent main = T();",
      includeDirs: [],
    };
    const failure = compileCircuit(broken, { cacheDir: await tempDir() });
    await expect(failure).rejects.toMatchObject({ code: "COMPILE_FAILED", details: { log: expect.stringContaining("circuit.circom") } });
  });
});
