import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LedgerStore } from "../../../ledger/store/ledger-store.js";
import { bundled } from "../../helpers/bundled.js";
import { commitRandom, freshDir, genesisHeader, LEVELS, randomFrom } from "../../unit/ledger/store/store-fixtures.js";

const script = await bundled(fileURLToPath(new URL("commit-stream.ts", import.meta.url)));
const ROUNDS = 24;
const code = (name: string) => expect.objectContaining({ code: name });

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves when a line that starts so has come, or the process ended. */
  until(start: string): Promise<void>;
  readonly ended: Promise<void>;
}

function run(args: readonly string[], shell?: string): Child {
  const command = [process.execPath, script, ...args];
  const [file = "", ...rest] = shell === undefined ? command : ["sh", "-c", `${shell}; exec "$@"`, "sh", ...command];
  const child = spawn(file, rest, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  let partial = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const parts = (partial + chunk.toString()).split("\n");
    partial = parts.pop() ?? "";
    lines.push(...parts);
    child.emit("lines");
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const until = (start: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (lines.some((line) => line.startsWith(start)) && resolve());
      child.on("lines", look);
      void ended.then(resolve);
      look();
    });
  return { process: child, lines, until, ended };
}

const acknowledged = (lines: readonly string[]): string[][] =>
  lines.filter((l) => l.startsWith("committed")).map((l) => l.split(" ").slice(1));

describe("a store and its processes", () => {
  let dir: string;
  beforeEach(async () => {
    dir = freshDir();
    await LedgerStore.create(dir, genesisHeader(), LEVELS).close();
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("loses no acknowledged batch and keeps no half one when the writer is killed at any moment", async () => {
    const random = randomFrom(50);
    const known = new Map<number, string>();
    for (let round = 0; round < ROUNDS; round++) {
      const child = run([dir, `${round}`, "100000", ...(round % 2 === 0 ? [] : ["prune"])]);
      await child.until(round % 3 === 0 ? "open" : "committed"); // before the first commit, and with commits behind it
      await new Promise((resolve) => setTimeout(resolve, random(400)));
      child.process.kill("SIGKILL");
      await child.ended;
      expect(child.lines[0], child.lines.join()).toBe("open");
      for (const [batch, root] of acknowledged(child.lines)) known.set(Number(batch), root ?? "");
      await expectWhole(known);
    }
    expect(known.size).toBeGreaterThanOrEqual((ROUNDS * 2) / 3);
  });

  /** Every acknowledged batch is there, at most one more per round, and the audit passes. */
  async function expectWhole(known: Map<number, string>): Promise<void> {
    const store = LedgerStore.open(dir);
    const { batchNumber } = store.head();
    for (const [batch, root] of known) expect(`${store.batch(batch)?.newRoot}`).toBe(root);
    expect(batchNumber - Math.max(0, ...known.keys())).toBeLessThanOrEqual(1);
    known.set(batchNumber, `${store.head().root}`);
    if (batchNumber === 0) known.delete(0);
    for (let batch = 1; batch <= batchNumber; batch++) expect(store.blob(batch).length).toBeGreaterThan(0);
    expect((await store.auditTree()).problems).toEqual([]);
    await store.close();
  }

  it("has one writer: the second is told the first one's process, and takes over when it is dead", async () => {
    const first = run([dir, "1", "2", "hold"]);
    await first.until("done");
    const second = run([dir, "2", "1"]);
    await second.ended;
    expect(second.lines).toEqual([`error STORE_BUSY {"pid":${first.process.pid}}`]);
    expect(second.process.exitCode).toBe(4);
    expect(() => LedgerStore.open(dir)).toThrow(expect.objectContaining({ code: "STORE_BUSY", details: { pid: first.process.pid } }));
    first.process.kill("SIGKILL");
    await first.ended;
    const third = run([dir, "3", "1"]);
    await third.ended;
    expect(third.lines.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(["open", "committed 3", "done"]);
  });

  it("serves readers whole versions while another process writes and the file grows", async () => {
    const writer = run([dir, "4", "300"]);
    await writer.until("committed");
    const reader = LedgerStore.open(dir, { readOnly: true });
    const heads = new Set<number>();
    while (writer.process.exitCode === null) {
      const { batchNumber } = reader.head();
      const { tree, header } = reader.snapshot(batchNumber);
      expect(tree.root()).toBe(header.accountsRoot);
      heads.add(batchNumber);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(heads.size).toBeGreaterThan(3);
    expect(reader.head().batchNumber).toBe(300);
    expect((await reader.auditTree()).problems).toEqual([]);
    await reader.close();
  });

  it("refuses a data file that was cut off, without touching it", async () => {
    const store = LedgerStore.open(dir);
    const random = randomFrom(51);
    for (let i = 0; i < 30; i++) commitRandom(store, random);
    await store.close();
    const { size } = statSync(join(dir, "data.mdb"));
    for (const cut of [4096, Math.floor(size / 2), size - 1, 8192, 100]) {
      const copy = join(dir, `cut-${cut}`);
      mkdirSync(copy);
      copyFileSync(join(dir, "data.mdb"), join(copy, "data.mdb"));
      truncateSync(join(copy, "data.mdb"), cut);
      for (const readOnly of [true, false]) expect(() => LedgerStore.open(copy, { readOnly })).toThrow(code("STORE_CORRUPT"));
      expect(statSync(join(copy, "data.mdb")).size).toBe(cut);
    }
  });

  it("says that the disk is full, keeps what was committed, and goes on when there is room", async () => {
    const { size } = statSync(join(dir, "data.mdb"));
    // Files may grow by 128 KiB; the write beyond fails as it does on a full disk. ulimit counts in blocks of 512 bytes.
    const child = run([dir, "5", "100000"], `trap "" XFSZ; ulimit -f ${Math.ceil(size / 512) + 256}`);
    await child.ended;
    expect(child.lines[child.lines.length - 1]).toMatch(/^error DISK_FULL/);
    const store = LedgerStore.open(dir);
    const done = acknowledged(child.lines);
    expect(done.length).toBeGreaterThan(0);
    expect(store.head().batchNumber).toBe(done.length);
    expect((await store.auditTree()).problems).toEqual([]);
    commitRandom(store, randomFrom(52));
    expect(store.head().batchNumber).toBe(done.length + 1);
    await store.close();
  });
});
