// Every command that a page shows in an ```sh block is run, in order, in a fresh folder, with the built command line. One that ends with & runs
// until the end; the address of Redis is that of a real one, and a server takes a port that is free.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, type RedisServer, startRedis } from "../../helpers/redis.js";
import { snarkjsVerdicts } from "../../helpers/snarkjs-accepts.js";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "dist/cli/main.js");
const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((name) => name.endsWith(".md"));

/** Run by .ci/run on a fresh clone, and by whoever runs this. */
const ELSEWHERE = ["npm ci", "npm test"];

const commandsOf = (page: string): string[] =>
  [...readFileSync(join(ROOT, page), "utf8").matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((match) => (match[1] ?? "").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => line.split(" && "))
    .filter((line) => !ELSEWHERE.includes(line));

const SHOWN_REDIS = "redis://127.0.0.1:6379";
const SHOWN_PORT = "--port 8080";

let dir: string;
let redis: RedisServer;
let port: number;
const background: ChildProcess[] = [];
beforeAll(async () => {
  redis = await startRedis();
  port = await freePort();
  dir = mkdtempSync(join(tmpdir(), "zkstate-docs-"));
  cpSync(join(ROOT, "examples"), join(dir, "examples"), { recursive: true });
});
afterAll(async () => {
  for (const child of background) child.kill("SIGTERM");
  await redis.close();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(PAGES.map((page) => [page, commandsOf(page)] as const).filter(([, commands]) => commands.length > 0))("%s", (_, commands) => {
  it.each(commands)("%s", (command) => {
    const [, , ...words] = command.replaceAll(SHOWN_REDIS, redis.url).replace(SHOWN_PORT, `--port ${port}`).split(/\s+/);
    expect(command).toMatch(/^npx zkstate /);
    const env = { ...process.env, NO_COLOR: "1" };
    const args = words.filter((word) => word !== "&");
    if (words.length > args.length) {
      background.push(spawn(process.execPath, [MAIN, ...args], { cwd: dir, env, stdio: "ignore" }));
      return;
    }
    const run = spawnSync(process.execPath, [MAIN, ...args], { cwd: dir, encoding: "utf8", env });
    expect(run.status, `${command}\n${run.stdout}\n${run.stderr}`).toBe(0);
    expect(run.stdout.length).toBeGreaterThan(0);
  });
});

describe("the proofs of the pages' commands", () => {
  it("are proofs to snarkjs too", () => {
    const folders = readdirSync(dir).filter((name) => name.endsWith("proofs"));
    expect(folders).toContain("proofs");
    for (const folder of folders) expect(new Set(snarkjsVerdicts(join(dir, folder))), folder).toEqual(new Set([true]));
  });
});

it("leaves the commands running that a page leaves running", () => {
  expect(background.length).toBeGreaterThan(0);
  for (const { spawnargs, exitCode, signalCode } of background) expect([exitCode, signalCode], spawnargs.join(" ")).toEqual([null, null]);
});
