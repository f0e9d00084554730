// The aggregator killed at twenty moments of its work: what a reader finds after each is whole, and in the end nothing is missing.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { missingRanges } from "../../../aggregator/publish/batch.js";
import { readJsonFile } from "../../../aggregator/publish/json-file.js";
import { HEADS_FILE, Heads } from "../../../core/publication/files.js";
import { ensureBuilt } from "../../helpers/built-program.js";
import { loadFolder, problemsOf } from "../../helpers/check-published.js";
import { randomFrom } from "../../unit/ledger/store/store-fixtures.js";
import { certificateCheck } from "./certificate-check.js";
import { SimulatedLedger } from "./simulated-ledger.js";

const KILLS = 20;
/** Batches that are proven between two kills, so that there is always work. */
const STEP = 2;
const LARGEST = 4;
/** A kill comes when so many files of batches and certificates were written in the run, at most what a run writes, and then within some milliseconds. */
const SPREAD_FILES = 10;
const SPREAD_MS = 40;
const ARGS = ["aggregate", "--largest", `${LARGEST}`];

let ledger: SimulatedLedger;
beforeAll(async () => {
  [ledger] = await Promise.all([SimulatedLedger.make("kill", KILLS * STEP), ensureBuilt()]);
});
afterAll(() => ledger.remove());

const written = (): number => {
  const folders = ["batches", "certificates"].map((name) => join(ledger.published, name));
  return folders.reduce((n, folder) => n + (existsSync(folder) ? readdirSync(folder).length : 0), 0);
};
const problems = async () =>
  existsSync(ledger.published) ? problemsOf(loadFolder(ledger.published), await certificateCheck(ledger.published)) : [];

it("leaves only whole things, whenever it is killed, and loses nothing", async () => {
  const random = randomFrom(1905);
  const seen = new Set<string>();
  let killed = 0;
  for (let round = 0; round < KILLS; round++) {
    ledger.prove(round * STEP + 1, (round + 1) * STEP);
    const wanted = written() + 1 + random(SPREAD_FILES);
    const command = ledger.start(ARGS);
    const running = () => command.child.exitCode === null;
    while (running() && written() < wanted) await sleep(4);
    await sleep(random(SPREAD_MS));
    command.kill("SIGKILL");
    if ((await command.ended).signal === "SIGKILL") killed++;
    expect(await problems(), `killed in round ${round}`).toEqual([]);
    const heads = readJsonFile(loadFolder(ledger.published), HEADS_FILE, Heads);
    seen.add([heads?.proven.batchNumber, heads?.complete].join());
  }
  expect(killed).toBeGreaterThan(KILLS / 2);
  expect(seen.size).toBeGreaterThan(KILLS / 2);
  const { code, json, stderr } = await ledger.run(ARGS);
  const head = KILLS * STEP;
  expect([code, json], stderr).toMatchObject([0, { head: { batchNumber: head }, complete: head, held: null }]);
  expect(await problems()).toEqual([]);
  expect([...missingRanges(loadFolder(ledger.published), 0, head, LARGEST, () => undefined)]).toEqual([]);
  expect(new Set([...ledger.store.batches(1, head)].map(({ state }) => state))).toEqual(new Set(["aggregated"]));
});
