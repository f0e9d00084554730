// A ledger with batches to prove, a Redis of its own, and the farm's commands around them.
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { instance } from "../../../../circuits/instances.js";
import { readBatchFile } from "../../../../cli/batch-file.js";
import { executeFile } from "../../../../cli/execute/execute-file.js";
import { batchText } from "../../../../cli/write-text.js";
import { LedgerStore } from "../../../../ledger/store/ledger-store.js";
import { simulateMarket } from "../../../../simulate/market.js";
import { ensureBuilt } from "../../../helpers/built-program.js";
import { type RedisServer, type RedisServerOptions, startRedis } from "../../../helpers/redis.js";
import { snarkjsVerdicts } from "../../../helpers/snarkjs-accepts.js";
import { Command, marked } from "./processes.js";

const PROFILE = "tiny";

/** Silence after which a job goes to another worker: short where that is the subject, so long elsewhere that no busy machine is as silent. */
export const SHORT_LOCK = ["--lock", "2"];
/** Short times, so that a fault is found in seconds; the defaults are those of an ordinary farm. */
const WORKER = ["--lock", "10", "--grace", "20", "--log", "json"];
const COORDINATOR = ["--listen", "127.0.0.1:0", "--reconcile", "1", "--log", "json"];

/** Texts of batch files with this many batches of the smallest profile, each of one transition. */
export function batchFile(seed: string, batches: number): string {
  const { venue } = simulateMarket({ seed, accounts: 4, batches, profile: instance(PROFILE), source: { kind: "walk" } });
  return batchText(venue.items, "batch.jsonl");
}

export interface LabOptions {
  readonly batches?: number;
  readonly seed?: string;
  readonly redis?: RedisServerOptions;
  /** A Redis that several labs share; it outlives them. */
  readonly server?: RedisServer;
}

export class Lab {
  readonly dir = mkdtempSync(join(tmpdir(), "zkstate-farm-"));
  private readonly mark = `ZKSTATE_LAB=${randomUUID()}`;
  private readonly commands: Command[] = [];
  private store: LedgerStore | undefined;

  private constructor(
    readonly redis: RedisServer,
    private readonly shared: boolean,
    /** Unproven batches at the start: 1 to this. */
    public head: number,
  ) {}

  /** Executes the batches on a new ledger; nothing is proven yet. */
  static async make({ batches = 4, seed = "farm", redis = {}, server: given }: LabOptions = {}): Promise<Lab> {
    const [server] = await Promise.all([given ?? startRedis(redis), ensureBuilt()]);
    const lab = new Lab(server, given !== undefined, 0);
    await lab.execute(batchFile(seed, batches));
    return lab;
  }

  get data(): string {
    return join(this.dir, ".zkstate");
  }

  get proofs(): string {
    return join(this.dir, "proofs");
  }

  get quarantine(): string {
    return join(this.data, "quarantine");
  }

  /** Executes a batch file on the ledger; its batches wait for their proofs. */
  async execute(text: string): Promise<readonly number[]> {
    const { store, numbers } = await executeFile(this.data, readBatchFile(text), instance(PROFILE), false);
    this.head = store.head().batchNumber;
    this.ledger();
    await store.close();
    return numbers;
  }

  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
    const { PATH, HOME, ZKSTATE_CACHE } = process.env;
    const [name = "", id = ""] = this.mark.split("=");
    const all = { PATH, HOME, ZKSTATE_CACHE, NO_COLOR: "1", [name]: id, ZKSTATE_REDIS_URL: this.redis.url, ...env };
    const clean = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const command = new Command(args, this.dir, clean);
    this.commands.push(command);
    return command;
  }

  /** One slot and one thread unless told otherwise. Resolves when it can take jobs. */
  async worker(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Command> {
    const sizes = args.includes("--concurrency") ? [] : ["--concurrency", "1"];
    const threads = args.includes("--threads") ? [] : ["--threads", "1"];
    const command = this.start(["worker", "--name", name, ...WORKER, ...sizes, ...threads, ...args], env);
    await command.logged("ready");
    return command;
  }

  /** Resolves when it listens. */
  async coordinator(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Command> {
    const command = this.start(["coordinator", ...COORDINATOR, ...args], env);
    await command.logged("listening");
    return command;
  }

  /** Held open for as long as the lab: the engine's locks go with its last user, under the feet of whoever opens it at that moment. */
  private ledger(): LedgerStore {
    this.store ??= LedgerStore.open(this.data, { writesSometimes: true });
    return this.store;
  }

  /** Lets go of the ledger, before its folder is removed. */
  async release(): Promise<void> {
    await this.store?.close();
    this.store = undefined;
  }

  async unproven(): Promise<number[]> {
    return [...this.ledger().unproven()];
  }

  /** @returns milliseconds until nothing waits for a proof @throws with all logs when that takes too long */
  async untilProven(timeoutMs = 240_000, open: readonly number[] = []): Promise<number> {
    const start = Date.now();
    for (;;) {
      const left = (await this.unproven()).filter((n) => !open.includes(n));
      if (left.length === 0) return Date.now() - start;
      if (Date.now() - start > timeoutMs) throw new Error(`batches ${left} are not proven after ${timeoutMs} ms\n${this.logs()}`);
      await sleep(50);
    }
  }

  logs(): string {
    return this.commands
      .map(
        ({ child, stderr }) =>
          `--- ${child.spawnargs.slice(2, 5).join(" ")} (${child.exitCode ?? child.signalCode ?? "running"})\n${stderr}`,
      )
      .join("\n");
  }

  /** Every batch proven, each proof valid to snarkjs too, and all of them one chain. */
  async expectChain(open: readonly number[] = []): Promise<void> {
    expect((await this.unproven()).filter((n) => !open.includes(n))).toEqual([]);
    const folders = readdirSync(this.proofs).filter((name) => name.startsWith("batch-"));
    expect(folders).toHaveLength(this.head - open.length);
    expect(new Set(snarkjsVerdicts(this.proofs))).toEqual(new Set([true]));
    if (open.length > 0) return;
    const verify = this.start(["verify", this.proofs, "--json"]);
    const { code } = await verify.ended;
    expect([code, verify.stderr], verify.stdout).toEqual([0, verify.stderr]);
  }

  /** Each batch was taken by exactly one proof, as the logs of these coordinators say: one of the farm's, or one made elsewhere. */
  async expectOnce(...coordinators: readonly Command[]): Promise<void> {
    const taken = /^accepted$|^superseded: the batch was proven elsewhere$/;
    const accepted = () =>
      coordinators.flatMap(({ log }) => log.filter(({ msg = "" }) => taken.test(msg)).map(({ batchNumber }) => Number(batchNumber)));
    // The ledger is told before the log.
    await waited(() => accepted().length >= this.head);
    expect(accepted().sort((a, b) => a - b)).toEqual(Array.from({ length: this.head }, (_, i) => i + 1));
  }

  /** Ends every command, and expects that nothing is left: no process, no lock of a job. */
  async expectNothingLeft(): Promise<void> {
    await Promise.all(
      this.commands.map((command) =>
        command.child.exitCode === null && command.child.signalCode === null ? command.stop() : command.ended,
      ),
    );
    await waited(() => marked(this.mark).length === 0);
    expect(marked(this.mark).map(({ command }) => command)).toEqual([]);
    const client = this.redis.client();
    const locks = () => client.keys("zkstate:*:lock");
    // That of a report in hand outlives a coordinator by some seconds.
    await waited(async () => (await locks()).length === 0);
    expect(await locks()).toEqual([]);
  }

  /** Ends every command, whatever state it is in. */
  async endAll(): Promise<void> {
    for (const command of this.commands) command.kill();
    await Promise.all(this.commands.map(({ ended }) => ended));
  }

  async close(): Promise<void> {
    await this.endAll();
    await this.store?.close();
    if (!this.shared) await this.redis.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Waits for this, but not for ever: what is wrong then is for an assertion to say. */
async function waited(look: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await look()) && Date.now() < end; ) await sleep(50);
}

/** Says how long a farm took to be whole again: the table of docs/reliability.md is made of these lines. */
export function recovered(fault: string, what: string, ms: number): void {
  console.log(`recovery | ${fault} | ${what} | ${(ms / 1000).toFixed(1)} s`);
}
