// The aggregator's life on a disk, with ranges of one batch, which need no aggregation prover: running, following, faults.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Aggregator, type AggregatorEvent, type AggregatorOptions } from "../../../aggregator/service.js";
import type { ProverSrs } from "../../../aggregator/snarkpack/srs.js";
import { ZkStateError } from "../../../core/errors.js";
import type { PairingBackend } from "../../../core/pairing/backend.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { batchFile, certificateFile, certificateStatementFile, HEADS_FILE } from "../../../core/publication/files.js";
import { certificateBytes } from "../../../core/snarkpack/certificate.js";
import { srsDigest } from "../../../core/snarkpack/verifier-srs.js";
import { loadFolder, problemsOf } from "../../helpers/check-published.js";
import { simulatedSrs } from "../../helpers/simulated-setup.js";
import { type SimulatedSource, simulatedSource } from "../../helpers/simulated-source.js";
import { simulatedKey, simulatedProof } from "../prover/simulated-proof.js";

const verifier = simulatedSrs();
const setup: ProverSrs = { kind: "development", maxCount: 8, verifier, digest: srsDigest(verifier), powersPath: "" };
const BATCHES = 6;
const never = new AbortController().signal;

let backend: PairingBackend;
let whole: SimulatedSource;
let source: SimulatedSource;
let dir: string;
let events: AggregatorEvent[];
let opened: Aggregator[];
beforeAll(async () => {
  backend = await mclBackend();
  whole = simulatedSource({ batches: BATCHES });
});
beforeEach(() => {
  for (const set of [whole.unproven, whole.pruned, whole.edits]) set.clear();
  whole.told.length = 0;
  source = { ...whole, shown: BATCHES };
  dir = join(mkdtempSync(join(tmpdir(), "zkstate-service-")), "published");
  events = [];
  opened = [];
});
afterEach(async () => {
  for (const aggregator of opened) await aggregator.close();
  rmSync(join(dir, ".."), { recursive: true, force: true });
});

const make: AggregatorOptions["make"] = () => Promise.reject(new Error("no range of several batches was asked for"));

async function open(over: Partial<AggregatorOptions> = {}): Promise<Aggregator> {
  const onEvent = (event: AggregatorEvent) => void events.push(event);
  const aggregator = await Aggregator.open({ source, dir, setup, backend, make, largest: 1, onEvent, pollMs: 5, ...over });
  opened.push(aggregator);
  return aggregator;
}

async function runOnce(over: Partial<AggregatorOptions> = {}, options = {}) {
  const aggregator = await open(over);
  try {
    return { held: await aggregator.run(never, options), heads: aggregator.heads };
  } finally {
    await aggregator.close();
  }
}

const problems = () => problemsOf(loadFolder(dir));
const published = () => events.flatMap((event) => (event.kind === "batch" ? [event.batchNumber] : []));
const until = async (look: () => boolean) => {
  for (const end = Date.now() + 60_000; !look(); await sleep(5)) if (Date.now() > end) throw new Error(JSON.stringify(events));
};

describe("a run", () => {
  it("publishes what is proven, tells the ledger, and does nothing the second time", async () => {
    const { held, heads } = await runOnce();
    expect(held).toBeUndefined();
    expect(heads).toMatchObject({ proven: { batchNumber: BATCHES }, complete: BATCHES, largest: 1, checkpoint: null });
    expect([published(), source.told, problems()]).toEqual([[1, 2, 3, 4, 5, 6], [BATCHES], []]);
    expect(loadFolder(dir).list("states")).toHaveLength(1 + BATCHES); // the genesis too
    const times = () => readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => [name, statSync(join(dir, name)).mtimeMs]);
    const before = times();
    events = [];
    await runOnce();
    expect([times(), events]).toEqual([before, []]);
  });

  it("publishes nothing when nothing is proven, and does not settle on a key", async () => {
    source.unproven.add(1);
    expect(await runOnce()).toEqual({ held: { batchNumber: 1, waiting: 5, error: undefined }, heads: undefined });
    source.unproven.clear();
    source.edits.set(1, { vkey: simulatedKey({ delta: 99_991n }) });
    expect(await runOnce()).toMatchObject({ held: { batchNumber: 1, error: { code: "PROOF_INVALID" } }, heads: undefined });
    expect(readdirSync(dir)).toEqual([]);
    source.edits.clear();
    expect((await runOnce()).heads?.proven.batchNumber).toBe(BATCHES);
  });

  it("goes as far as the first batch that cannot be published, and on from there", async () => {
    source.unproven.add(3);
    source.edits.set(5, { proof: simulatedProof([1n, 2n]) });
    expect(await runOnce()).toMatchObject({ held: { batchNumber: 3, waiting: 3 }, heads: { proven: { batchNumber: 2 } } });
    source.unproven.clear();
    expect(await runOnce()).toMatchObject({
      held: { batchNumber: 5, waiting: 1, error: { code: "PROOF_INVALID", details: { batchNumber: 5 } } },
      heads: { proven: { batchNumber: 4 }, complete: 4 },
    });
    expect([published(), problems()]).toEqual([[1, 2, 3, 4], []]);
  });

  it("makes damaged and missing files again, and no others", async () => {
    await runOnce();
    truncateSync(join(dir, certificateFile({ from: 1, to: 2 })), 100);
    unlinkSync(join(dir, certificateStatementFile({ from: 3, to: 4 })));
    unlinkSync(join(dir, batchFile(6)));
    events = [];
    await runOnce();
    expect([published(), problems()]).toEqual([[2, 4, 6], []]);
  });

  it("says which damaged batch it cannot mend, after publishing what is new", async () => {
    source.shown = 4;
    await runOnce();
    unlinkSync(join(dir, certificateFile({ from: 1, to: 2 })));
    source.shown = BATCHES;
    source.unproven.add(2);
    await expect(runOnce()).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
    expect(JSON.parse(readFileSync(join(dir, HEADS_FILE), "utf8"))).toMatchObject({ proven: { batchNumber: BATCHES } });
  });

  it("leaves the head before a state that the ledger does not keep, and moves it to the next one that it does", async () => {
    source.shown = 3;
    source.pruned.add(2).add(3);
    expect(await runOnce()).toMatchObject({
      held: { batchNumber: 3, error: { code: "INPUT_NOT_FOUND" } },
      heads: { proven: { batchNumber: 1 } },
    });
    expect(problems()).toEqual([]);
    source.shown = BATCHES;
    expect(await runOnce()).toMatchObject({ held: undefined, heads: { proven: { batchNumber: BATCHES } } });
    expect(problems()).toEqual([]);
  });

  it.each([
    [3, "waits for its turn", [BATCHES], 0],
    [100, "tells that the ledger does not know yet", [], 1],
  ])("publishes while somebody else writes to the ledger %i times, and %s", async (times, _, told, unrecorded) => {
    let refused = 0;
    const published = (upTo: number) => {
      if (refused++ < times) throw new ZkStateError({ code: "STORE_BUSY", message: "Busy." });
      source.published(upTo);
    };
    expect((await runOnce({ source: { ...source, published } })).heads?.proven.batchNumber).toBe(BATCHES);
    expect([source.told, events.filter(({ kind }) => kind === "unrecorded")]).toEqual([
      told,
      Array(unrecorded).fill({ kind: "unrecorded", upTo: BATCHES }),
    ]);
    await runOnce();
    expect(source.told.at(-1)).toBe(BATCHES);
  });

  it("does not publish a certificate that does not verify", async () => {
    const forged = { make: async () => new Uint8Array(certificateBytes(1)), largest: 2 };
    await expect(runOnce(forged)).rejects.toMatchObject({ code: "INTERNAL" });
    expect(problems()).toEqual([]);
    expect(readdirSync(join(dir, "certificates"))).toHaveLength(2 * BATCHES);
    expect(JSON.parse(readFileSync(join(dir, HEADS_FILE), "utf8"))).toMatchObject({
      proven: { batchNumber: BATCHES },
      complete: 1,
      largest: 2,
    });
  });

  it("gives the maker proofs that hold, also when the published ones were exchanged", async () => {
    await runOnce();
    for (const name of [certificateFile, certificateStatementFile]) {
      const other = readFileSync(join(dir, name({ from: 4, to: 5 })));
      writeFileSync(join(dir, name({ from: 2, to: 3 })), other);
    }
    events = [];
    const asked: unknown[] = [];
    const recording: AggregatorOptions["make"] = async (proofs) => {
      asked.push(proofs.map(({ oldRoot, newRoot, proof }) => [oldRoot, newRoot, proof]));
      throw new Error("enough");
    };
    await expect(runOnce({ make: recording, largest: 4 })).rejects.toThrow("enough");
    const proof = async (n: number) => {
      const batch = await source.proof(n);
      return [batch?.oldRoot, batch?.newRoot, batch?.proof];
    };
    expect(asked).toEqual([[await proof(1), await proof(2)]]);
    await expect(runOnce({ make: recording, largest: 4 }, {})).rejects.toThrow("enough");
  });

  it("refuses a checkpoint longer than the setup holds, and makes none of one batch", async () => {
    source.shown = 1;
    expect((await runOnce({}, { checkpoint: true })).heads?.checkpoint).toBeNull();
    source.shown = BATCHES;
    const small = { setup: { ...setup, maxCount: 4 } };
    await expect(runOnce(small, { checkpoint: true })).rejects.toMatchObject({ code: "USAGE", expected: "at most 4" });
  });

  it("stops between two batches when it is interrupted, and resumes", async () => {
    const stop = new AbortController();
    const aggregator = await open({
      onEvent: (event) => event.kind === "batch" && event.batchNumber === 3 && stop.abort(new Error("stop")),
    });
    await expect(aggregator.run(stop.signal)).rejects.toThrow("stop");
    await aggregator.close();
    expect(problems()).toEqual([]);
    await runOnce();
    expect(published()).toEqual([4, 5, 6]);
  });

  it.each([3, 16, 0])("refuses ranges of up to %i batches with a setup for 8", async (largest) => {
    await expect(open({ largest })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("a published folder", () => {
  it("is for one aggregator at a time, and free after a refusal", async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: "STORE_BUSY" });
    await first.close();
    await runOnce();
    const other = simulatedSource({ batches: 2, nLevels: 5 });
    await expect(open({ source: other })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
    const fork = simulatedSource({ batches: BATCHES, fork: { after: 3, seed: 9 } });
    await expect(open({ source: fork })).rejects.toMatchObject({
      code: "KEY_MISMATCH",
      message: expect.stringContaining("another history"),
    });
    source.shown = 3;
    const behind = { ...source, roots: (n: number) => (n > 3 ? undefined : source.roots(n)) };
    await expect(open({ source: behind })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
    source.shown = BATCHES;
    await expect(runOnce()).resolves.toMatchObject({ held: undefined });
  });
});

describe("following", () => {
  async function follow(over: Partial<AggregatorOptions> = {}) {
    const stop = new AbortController();
    const aggregator = await open(over);
    const ended = aggregator.follow(stop.signal).then(
      () => "stopped",
      (e: unknown) => e,
    );
    return { aggregator, ended, stop: () => stop.abort() };
  }

  it("publishes each batch once it is proven, tells a gap once, and stops when asked", async () => {
    source.shown = 2;
    const { aggregator, ended, stop } = await follow();
    await until(() => aggregator.heads?.proven.batchNumber === 2);
    source.unproven.add(3);
    source.shown = 4;
    await until(() => events.some(({ kind }) => kind === "held"));
    await sleep(50);
    expect(events.filter(({ kind }) => kind === "held")).toEqual([
      { kind: "held", held: { batchNumber: 3, waiting: 1, error: undefined } },
    ]);
    source.unproven.clear();
    await until(() => aggregator.heads?.complete === 4);
    stop();
    expect(await ended).toBe("stopped");
    expect([published(), source.told.at(-1), problems()]).toEqual([[1, 2, 3, 4], 4, []]);
  });

  it("waits where nothing is proven yet", async () => {
    source.shown = 0;
    const { aggregator, ended, stop } = await follow();
    await sleep(30);
    expect([aggregator.heads, events]).toEqual([undefined, []]);
    source.shown = 1;
    await until(() => aggregator.heads?.proven.batchNumber === 1);
    stop();
    expect(await ended).toBe("stopped");
  });

  it("outlives a fault, which it tells once, and a bad proof that is made good", async () => {
    let broken = true;
    const proof: SimulatedSource["proof"] = async (n) => {
      if (broken && n > 2) throw new ZkStateError({ code: "IO_FAILED", message: "The disk is away." });
      return source.proof(n);
    };
    source.edits.set(5, { proof: simulatedProof([1n, 2n]) });
    const { aggregator, ended, stop } = await follow({ source: { ...source, proof, head: () => BATCHES } });
    await until(() => events.some(({ kind }) => kind === "trouble"));
    await sleep(50);
    expect(events.filter(({ kind }) => kind === "trouble")).toHaveLength(1);
    broken = false;
    await until(() => events.some((event) => event.kind === "held" && event.held.error?.code === "PROOF_INVALID"));
    expect(aggregator.heads?.proven.batchNumber).toBe(4);
    source.edits.clear();
    await until(() => aggregator.heads?.proven.batchNumber === BATCHES);
    stop();
    expect(await ended).toBe("stopped");
    expect(problems()).toEqual([]);
  });

  it("goes on with heads while ranges fail", async () => {
    source.shown = 2;
    const failing = { make: () => Promise.reject(new ZkStateError({ code: "PROVER_FAILED", message: "No." })), largest: 2 };
    const { aggregator, ended, stop } = await follow(failing);
    await until(() => events.some(({ kind }) => kind === "trouble"));
    source.shown = BATCHES;
    await until(() => aggregator.heads?.proven.batchNumber === BATCHES);
    stop();
    expect(await ended).toBe("stopped");
    expect(aggregator.heads?.complete).toBe(1);
  });

  it("does not wait for a range to move the head on", async () => {
    source.shown = 2;
    const slow: AggregatorOptions["make"] = (_, __, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const { aggregator, ended, stop } = await follow({ make: slow, largest: 2 });
    await until(() => events.some(({ kind }) => kind === "aggregating"));
    source.shown = BATCHES;
    await until(() => aggregator.heads?.proven.batchNumber === BATCHES);
    stop();
    expect(await ended).toBe("stopped");
  });

  it("ends when another aggregator has taken the folder", async () => {
    source.shown = 1;
    const { aggregator, ended } = await follow();
    await until(() => aggregator.heads?.proven.batchNumber === 1);
    const path = join(dir, ".aggregator.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), token: "another" }));
    source.shown = BATCHES;
    expect(await ended).toMatchObject({ code: "STORE_BUSY" });
    expect(aggregator.heads?.proven.batchNumber).toBe(1);
  });
});
