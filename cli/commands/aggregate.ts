// zkstate aggregate: publishes what is proven, with certificates that stand for many proofs.
import { Aggregator } from "../../aggregator/service.js";
import { aggregate } from "../../aggregator/snarkpack/aggregate.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { mclBackend } from "../../core/pairing/mcl.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import { LedgerProofs } from "../aggregation/ledger-proofs.js";
import { setupFor } from "../aggregation/setup-for.js";
import { type AggregateResult, aggregateLines, aggregateResult, makeTeller } from "../aggregation/summary.js";
import { threadsGiven } from "../circuits.js";
import { type CliCommand, type Context, type Options, withExamples, withSettings } from "../command.js";
import { numberOption } from "../farm/numbers.js";
import { makeProgress, type Progress } from "../progress.js";

export const command: CliCommand = {
  define: (c) => {
    c.option("--watch", "go on publishing whatever is proven, until stopped")
      .option("--checkpoint", "also make one certificate from the genesis to the head; with --watch once, when there is no other work")
      .option("--largest <n>", "batches of the largest range, a power of two (default: what the aggregation setup holds)");
    withSettings(c, "data", "out", "publish", "keys", "threads", "cache");
    withExamples(
      c,
      "zkstate aggregate",
      "zkstate aggregate --watch --largest 256",
      "zkstate aggregate --checkpoint --publish /srv/www/ledger",
    );
  },
  run: async (context, options) => {
    const threads = threadsGiven(context.settings);
    const largest = options["largest"] === undefined ? undefined : numberOption(options, "largest", 1, 2 ** 20);
    const progress = makeProgress(context.output);
    // Held open for as long as the command runs: the engine's locks go with its last user.
    const store = LedgerStore.open(context.settings.data.value, { writesSometimes: true });
    try {
      const result = await publish(context, options, store, { threads, largest, progress });
      progress.stop();
      return report(context, result);
    } finally {
      progress.stop();
      await store.close();
    }
  },
};

interface Sizes {
  /** Undefined for as many as are worth it. */
  readonly threads: number | undefined;
  readonly largest: number | undefined;
  readonly progress: Progress;
}

async function publish(context: Context, options: Options, store: LedgerStore, sizes: Sizes): Promise<AggregateResult> {
  const { settings, signal } = context;
  const started = performance.now();
  const watching = options["watch"] === true;
  const checkpoint = options["checkpoint"] === true;
  const threads = sizes.threads === undefined ? {} : { threads: sizes.threads };
  const setup = await setupFor(context, sizes.largest, sizes.progress.onStage);
  const { tally, tell } = makeTeller(sizes.progress, watching);
  const aggregator = await Aggregator.open({
    source: new LedgerProofs(context, store),
    dir: settings.publish.value,
    setup,
    backend: await mclBackend(),
    make: async (proofs, vkey, limits) => (await aggregate({ proofs, vkey, srs: setup, ...threads, ...limits })).certificate,
    largest: sizes.largest ?? setup.maxCount,
    onEvent: tell,
  });
  try {
    const held = watching ? await aggregator.follow(signal, { checkpoint }) : await aggregator.run(signal, { checkpoint });
    return { publish: settings.publish.value, heads: aggregator.heads, tally, held: held ?? undefined, ms: performance.now() - started };
  } finally {
    await aggregator.close();
  }
}

/** What is wrong with a proof is the command's error, after everything else was done. */
function report({ output }: Context, result: AggregateResult): number {
  const error = result.held?.error;
  if (error === undefined) {
    output.result(aggregateLines(result, output.paint), { ok: true, ...aggregateResult(result) });
    return EXIT.ok;
  }
  for (const line of aggregateLines({ ...result, held: undefined }, output.paintError)) output.note(line);
  const { code, message, expected, got, next } = error;
  throw new ZkStateError({
    code,
    message,
    details: { ...error.details, ...aggregateResult(result) },
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(next === undefined ? {} : { next }),
  });
}
