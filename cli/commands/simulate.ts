// zkstate simulate: a batch file from a seed, from candles or from trades, made by running the real ledger.
import { Option } from "commander";
import { instance } from "../../circuits/instances.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import type { Profile } from "../../ledger/types.js";
import { crashStory } from "../../simulate/crash-story.js";
import { type Source, simulateMarket } from "../../simulate/market.js";
import { type Run, reportOf } from "../../simulate/run.js";
import { parseCandles, parseTrades } from "../../simulate/tape.js";
import { readInput } from "../batch-file.js";
import { type CliCommand, type Options, withExamples, withSettings } from "../command.js";
import { simulationLines } from "../simulation-summary.js";
import { batchText, writeText } from "../write-text.js";

/** Slots and accounts that the crash story needs in each of its two batches. */
const STORY_SIZE = 7;

function count(text: unknown, name: string, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = typeof text === "string" && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ZkStateError({
    code: "USAGE",
    message: `--${name} is not a usable number.`,
    expected: `${min} to ${max}`,
    got: `${String(text)}`,
  });
}

async function sourceOf({ candles, trades, underlying }: Options): Promise<Source> {
  const u = underlying === undefined ? undefined : underlying === "eth" ? 1 : 0;
  if (typeof candles === "string") return { kind: "candles", underlying: u ?? 0, ticks: parseCandles(await readInput(candles), candles) };
  if (typeof trades === "string") return { kind: "trades", underlying: u ?? 1, trades: parseTrades(await readInput(trades), trades) };
  return { kind: "walk" };
}

function story(seed: string, profile: Profile): Run {
  if (profile.nTx >= STORY_SIZE && profile.nAccounts >= STORY_SIZE) return crashStory(seed, profile);
  const expected = `at least ${STORY_SIZE} slots and accounts`;
  const got = `${profile.nTx} slots, ${profile.nAccounts} accounts`;
  throw new ZkStateError({
    code: "USAGE",
    message: "The story needs a larger profile.",
    expected,
    got,
    next: "leave --profile and --nTx out",
  });
}

async function market(seed: string, profile: Profile, options: Options): Promise<Run> {
  const accounts = count(options["accounts"], "accounts", 4, Math.min(10_000, 4 ** profile.nLevels - 1)) ?? 12;
  const batches = count(options["batches"], "batches", 1, 100_000) ?? 24;
  return simulateMarket({ seed, accounts, batches, profile, source: await sourceOf(options) });
}

export const command: CliCommand = {
  define: (c) => {
    c.option("--out <file>", "where the batch file goes; - for stdout")
      .option("--seed <text>", "the same seed makes the same file", "zkstate")
      .addOption(
        new Option("--story <name>", "a small scripted run instead of a market")
          .choices(["crash"])
          .conflicts(["candles", "trades", "accounts", "batches"]),
      )
      .addOption(new Option("--candles <file>", "CSV tape: timestamp,open,high,low,close,volume").conflicts("trades"))
      .option("--trades <file>", "CSV tape: ,timestamp,id,type,side,price,amount,cost,date")
      .addOption(new Option("--underlying <name>", "what the tape is of (candles: btc, trades: eth)").choices(["btc", "eth"]))
      .option("--accounts <n>", "members (default: 12)")
      .option("--batches <n>", "price reports (default: 24)")
      .option("--nTx <n>", "transitions per batch (default: the profile's slots)");
    withSettings(c, "profile");
    withExamples(
      c,
      "zkstate simulate --out batch.json",
      "zkstate simulate --seed 7 --accounts 30 --batches 100 --out - | zkstate prove --batch -",
      "zkstate simulate --candles btc-1m.csv --batches 48 --out tape.json",
      "zkstate simulate --story crash --seed zkstate --out examples/crash.json",
    );
  },
  run: async ({ output, settings }, options) => {
    const out = options["out"];
    if (out === "-" && output.json)
      throw new ZkStateError({ code: "USAGE", message: "--json and --out - both want stdout.", next: "write the file with --out FILE" });
    const base = instance(settings.profile.value);
    const profile = { ...base, nTx: count(options["nTx"], "nTx", 1, 4096) ?? base.nTx };
    const seed = String(options["seed"]);
    const started = performance.now();
    const run = options["story"] === "crash" ? story(seed, profile) : await market(seed, profile, options);
    const report = reportOf(run);
    const lines = simulationLines(report, output.paint, typeof out === "string" && out !== "-" ? out : undefined);
    if (typeof out === "string") writeText(out, batchText(run.venue.items, out));
    if (out === "-") for (const line of lines) output.note(line);
    else output.result(lines, { seed, profile, out: out ?? null, seconds: (performance.now() - started) / 1000, ...report });
    return EXIT.ok;
  },
};
