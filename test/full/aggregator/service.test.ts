// zkstate aggregate as it is run: the built command line on a real ledger. Proofs are simulated but for one ledger, whose proofs `prove` makes.
import { readdirSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJsonFile } from "../../../aggregator/publish/json-file.js";
import { LedgerProofs } from "../../../cli/aggregation/ledger-proofs.js";
import { makeOutput } from "../../../cli/output.js";
import { resolveSettings } from "../../../cli/settings.js";
import { ACTIVITY_FILE, Activity, certificateFile, HEADS_FILE, Heads } from "../../../core/publication/files.js";
import { ensureBuilt } from "../../helpers/built-program.js";
import { loadFolder, problemsOf } from "../../helpers/check-published.js";
import { certificateCheck } from "./certificate-check.js";
import { SimulatedLedger } from "./simulated-ledger.js";

const never = new AbortController().signal;
const RANGES_OF_4 = ["--largest", "4"];

const problems = async ({ published }: Pick<SimulatedLedger, "published">) =>
  problemsOf(loadFolder(published), await certificateCheck(published));
const heads = ({ published }: Pick<SimulatedLedger, "published">) => readJsonFile(loadFolder(published), HEADS_FILE, Heads);
const times = ({ published }: SimulatedLedger) =>
  readdirSync(published, { recursive: true, encoding: "utf8" }).map((name) => [name, statSync(join(published, name)).mtimeMs]);

describe("zkstate aggregate", () => {
  let ledger: SimulatedLedger;
  beforeAll(async () => {
    [ledger] = await Promise.all([SimulatedLedger.make("aggregate", 12), ensureBuilt()]);
  });
  afterAll(() => ledger.remove());
  const states = () => [...ledger.store.batches(1, 12)].map(({ state }) => state);
  const repeated = (...runs: (readonly [string, number])[]) => runs.flatMap(([state, n]) => Array<string>(n).fill(state));

  it("says that nothing is proven yet", async () => {
    const { code, json } = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([code, json]).toMatchObject([0, { ok: true, head: null, held: { batchNumber: 1, waiting: 0, code: null } }]);
    expect(readdirSync(ledger.published)).toEqual([]);
  });

  it("publishes what is proven, and records it in the ledger", async () => {
    ledger.prove(1, 5);
    const { code, json, stderr } = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([code, json], stderr).toMatchObject([
      0,
      {
        ok: true,
        head: { batchNumber: 5 },
        complete: 5,
        largest: 4,
        published: { batches: 5, certificates: 5 + 3, bytes: 5 * 128 + 2 * 2664 + 4008 },
        held: { batchNumber: 6, waiting: 0 },
      },
    ]);
    expect(stderr).toMatch(/\[0-4, 1 to go\] aggregating: [0-9.]+ s/);
    expect(await problems(ledger)).toEqual([]);
    expect(states()).toEqual(repeated(["aggregated", 5], ["executed", 7]));
    expect((await ledger.run(["status"])).json).toMatchObject({ head: 12, proven: 5, aggregated: 5, unproven: 7, provenUpTo: 5 });
  });

  it("does nothing the second time", async () => {
    const before = times(ledger);
    const { code, json } = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([code, json]).toMatchObject([0, { published: { batches: 0, certificates: 0, bytes: 0 }, head: { batchNumber: 5 } }]);
    expect(times(ledger)).toEqual(before);
  });

  it("holds what comes after a gap, and says so", async () => {
    ledger.prove(7, 8);
    const command = ledger.start(["aggregate", ...RANGES_OF_4]);
    expect((await command.ended).code).toBe(0);
    expect(command.stdout).toContain("Held: batch 6 has no proof yet; 2 proven batches after it wait");
    expect(states()).toEqual(repeated(["aggregated", 5], ["executed", 1], ["proven", 2], ["executed", 4]));
  });

  it("names a bad proof, publishes what is before it, and takes the good one that follows", async () => {
    ledger.prove(6, 6);
    ledger.prove(7, 7, { proves: [1n, 2n] });
    const bad = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([bad.code, bad.json]).toMatchObject([
      1,
      { ok: false, error: { code: "PROOF_INVALID", batchNumber: 7, head: { batchNumber: 6 }, complete: 6, held: { waiting: 1 } } },
    ]);
    expect(await problems(ledger)).toEqual([]);
    ledger.prove(7, 7);
    const good = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([good.code, good.json]).toMatchObject([0, { head: { batchNumber: 8 }, complete: 8 }]);
    expect(await problems(ledger)).toEqual([]);
  });

  it("makes again what is damaged, and a checkpoint of any length", async () => {
    ledger.prove(9, 9);
    truncateSync(join(ledger.published, certificateFile({ from: 0, to: 4 })), 1000);
    unlinkSync(join(ledger.published, certificateFile({ from: 2, to: 3 })));
    const { code, json, stderr } = await ledger.run(["aggregate", ...RANGES_OF_4, "--checkpoint", "--threads", "2"]);
    expect([code, json], stderr).toMatchObject([
      0,
      { head: { batchNumber: 9 }, checkpoint: 9, published: { batches: 2, certificates: 2 + 1 + 1 } },
    ]);
    expect(statSync(join(ledger.published, certificateFile({ from: 0, to: 9 }))).size).toBe(1320 + 1344 * 4);
    expect(await problems(ledger)).toEqual([]);
  });

  it("refuses a second one, and follows the ledger until it is stopped", async () => {
    const watching = ledger.start(["aggregate", "--watch", "--largest", "2"]);
    await until(() => heads(ledger)?.largest === 2, watching);
    const second = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([second.code, second.json]).toMatchObject([4, { error: { code: "STORE_BUSY", pid: watching.pid } }]);
    ledger.prove(11, 11);
    ledger.prove(10, 10);
    await until(() => heads(ledger)?.complete === 11, watching);
    watching.kill("SIGINT");
    expect(await watching.ended, watching.stderr).toMatchObject({ code: 0 });
    expect(watching.stderr).toContain("batch 11 is published");
    expect(await problems(ledger)).toEqual([]);
    expect(states()).toEqual(repeated(["aggregated", 11], ["executed", 1]));
    const activity = readJsonFile(loadFolder(ledger.published), ACTIVITY_FILE, Activity);
    expect(activity?.batches.map(({ batchNumber, proveMs }) => [batchNumber, proveMs])).toEqual(
      Array.from({ length: 11 }, (_, i) => [i + 1, 2]),
    );
  });

  it("ends with 130 on SIGINT, and the same command resumes", async () => {
    const again = ["aggregate", "--largest", "8", "--publish", "again"];
    const first = ledger.start(again);
    await until(() => /\] aggregating: /.test(first.stderr), first);
    first.kill("SIGINT");
    expect(await first.ended, first.stderr).toMatchObject({ code: 130 });
    const published = join(ledger.dir, "again");
    expect(await problems({ published })).toEqual([]);
    expect(heads({ published })).toMatchObject({ proven: { batchNumber: 11 }, largest: 8 });
    expect((await ledger.run(again)).json).toMatchObject({ ok: true, complete: 11, published: { batches: 0 } });
    expect(await problems({ published })).toEqual([]);
  });

  it("does not take what development keys prove for production", async () => {
    const settings = resolveSettings({ keys: "production", out: join(ledger.dir, "proofs") }, {}, ledger.dir);
    const output = makeOutput(process, { quiet: true });
    const context = { output, settings, signal: never, env: {} };
    await expect(new LedgerProofs(context, ledger.store).proof(1)).rejects.toMatchObject({ code: "DEVELOPMENT_KEY" });
  });

  it.each(["batch.json", "proof.json", "public.json", "verification_key.json"])(
    "refuses a proof whose %s is nothing, or missing",
    async (name) => {
      const context = {
        output: makeOutput(process, { quiet: true }),
        settings: resolveSettings({}, {}, ledger.dir),
        signal: never,
        env: {},
      };
      const proofs = new LedgerProofs(context, ledger.store);
      const path = join(ledger.proofFolder(1), name);
      const whole = readFileSync(path);
      for (const damage of [() => writeFileSync(path, "null"), () => unlinkSync(path)]) {
        damage();
        await expect(proofs.proof(1)).rejects.toMatchObject({ code: expect.stringMatching(/^PROOF_/) });
      }
      writeFileSync(path, whole);
      await expect(proofs.proof(1)).resolves.toMatchObject({ batchNumber: 1 });
    },
  );

  it("refuses production without its setup, and a folder of another ledger", async () => {
    const production = await ledger.run(["aggregate", "--keys", "production", "--publish", "other", "--cache", "empty"]);
    const next = expect.stringContaining("setup --aggregation --ptau");
    expect([production.code, production.json]).toMatchObject([2, { error: { code: "INPUT_NOT_FOUND", next } }]);
    const other = await SimulatedLedger.make("another", 1);
    try {
      other.prove(1, 1);
      const refused = await other.run(["aggregate", ...RANGES_OF_4, "--publish", ledger.published]);
      expect([refused.code, refused.json]).toMatchObject([6, { error: { code: "KEY_MISMATCH" } }]);
    } finally {
      await other.remove();
    }
    expect(await problems(ledger)).toEqual([]);
  });
});

async function until(look: () => boolean, command: { readonly stderr: string }): Promise<void> {
  for (const end = Date.now() + 60_000; !look(); await sleep(20)) if (Date.now() > end) throw new Error(command.stderr);
}

it("publishes what prove proves", async () => {
  const ledger = await SimulatedLedger.make("real", 2);
  try {
    await ensureBuilt();
    const proven = await ledger.run(["prove", "--batch", "batches.jsonl", "--profile", "tiny"]);
    expect(proven.code, proven.stderr).toBe(0);
    const { code, json, stderr } = await ledger.run(["aggregate", ...RANGES_OF_4]);
    expect([code, json], stderr).toMatchObject([0, { head: { batchNumber: 2 }, complete: 2, published: { certificates: 3 } }]);
    expect(stderr).not.toContain("the key came with the proof");
    expect(await problems(ledger)).toEqual([]);
    const envelope = readFileSync(join(ledger.proofFolder(2), "batch.json"));
    expect(readFileSync(join(ledger.published, "batches/2.json"))).toEqual(envelope);
  } finally {
    await ledger.remove();
  }
});
