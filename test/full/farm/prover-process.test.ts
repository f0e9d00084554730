// The proving process and its limits, with the real process.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ChildTask, FOLDERS, ProverProcess } from "../../../farm/worker/prover-process.js";
import { isRunning, until } from "./lab/fault-lab.js";

const ARTIFACT = { sha256: "0".repeat(64), bytes: 1 };
const CIRCUIT = { id: "tiny", digest: "0".repeat(64), vkeyDigest: "0".repeat(64), nWires: 1, nPublic: 0, nConstraints: 1 };
const TASK: ChildTask = {
  circuit: { ...CIRCUIT, wasm: ARTIFACT, zkey: ARTIFACT },
  wasmPath: "/nowhere",
  zkeyPath: "/nowhere",
  inputPath: "/nowhere",
  publicSignals: [],
  backend: "auto",
  threads: 1,
};
const LIMITS = { limitMs: 60_000, memoryBytes: 2 ** 30 };

/** A process that has started and stands still with what it has in memory. */
async function held(): Promise<{ process: ProverProcess; pid: number }> {
  const started = new ProverProcess("key");
  const pid = started.pid ?? 0;
  const memory = () => Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  await until("it has 8 MiB", () => memory() > 8 * 1024);
  process.kill(pid, "SIGSTOP");
  return { process: started, pid };
}

describe("ProverProcess", () => {
  it.each([
    ["memory", { ...LIMITS, memoryBytes: 4 * 2 ** 20 }],
    ["limit", { ...LIMITS, limitMs: 200 }],
  ])("is killed at its %s, and leaves nothing behind", async (how, limits) => {
    const { process: started, pid } = await held();
    await expect(started.prove(TASK, limits, new AbortController().signal)).rejects.toMatchObject({ how });
    expect([started.alive, isRunning(pid)]).toEqual([false, false]);
    await until("its folder is gone", () => !existsSync(started.dir));
  });

  it("is killed when its attempt is broken off", async () => {
    const { process: started, pid } = await held();
    const given = new AbortController();
    const attempt = started.prove(TASK, LIMITS, given.signal);
    given.abort("enough");
    await expect(attempt).rejects.toBe("enough");
    await until("it is gone", () => !isRunning(pid) && !existsSync(started.dir));
  });

  it("takes away the folders that killed processes have left, and nobody else's", () => {
    const [gone, kept] = [`${FOLDERS}${hostname()}-${2 ** 22 - 1}-abc`, `${FOLDERS}elsewhere-1-abc`].map((name) =>
      join(tmpdir(), name),
    ) as [string, string];
    for (const dir of [gone, kept]) mkdirSync(join(dir, "below"), { recursive: true });
    const [first, second] = [new ProverProcess("key"), new ProverProcess("key")];
    expect([gone, kept, first.dir, second.dir].map((dir) => existsSync(dir))).toEqual([false, true, true, true]);
    for (const each of [first, second]) each.kill();
    rmSync(kept, { recursive: true });
  });

  it("reports what fails without dying of it, and says so when it has died", async () => {
    const started = new ProverProcess("key");
    const { signal } = new AbortController();
    await expect(started.prove(TASK, LIMITS, signal)).rejects.toMatchObject({ name: "ZkStateError" });
    expect(started.alive).toBe(true);
    started.kill();
    await expect(started.prove(TASK, LIMITS, signal)).rejects.toMatchObject({ how: "exit" });
    await until("its folder is gone", () => !existsSync(started.dir));
  });
});
