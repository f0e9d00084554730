// zkstate prove: a batch file in, a proof folder per batch out.
import { instance } from "../../circuits/instances.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { readBatchFile, readInput } from "../batch-file.js";
import { backendFor, keyKind } from "../circuits.js";
import { type CliCommand, type Options, withExamples, withSettings } from "../command.js";
import { executeFile } from "../execute/execute-file.js";
import { whileBusy } from "../farm/ledger-source.js";
import { listenAddress } from "../farm/numbers.js";
import { makeProgress } from "../progress.js";
import { proveBatches } from "../proof/prove-batches.js";
import { proveLines, proveResult } from "../prove-summary.js";

export const command: CliCommand = {
  define: (c) => {
    c.option("--batch <file>", "batch file (docs/batch-file.md); - for stdin")
      .option("--skip-invalid", "leave out and report what the rules refuse, instead of refusing the whole file")
      .option("--bundle <file>", "try again a batch that the farm has set aside")
      .option("--listen <address>", "with --redis: HOST:PORT by which workers reach the artifacts", "127.0.0.1:0");
    withSettings(c, "data", "out", "profile", "keys", "backend", "threads", "redis", "artifacts", "cache");
    withExamples(
      c,
      "zkstate prove --batch examples/crash.json",
      "zkstate simulate --out - | zkstate prove --batch -",
      "zkstate prove --batch today.jsonl --skip-invalid --json > result.json",
      "zkstate prove --batch today.jsonl --redis redis://127.0.0.1:6379",
      "zkstate prove --bundle .zkstate/quarantine/batch-000012.json.gz",
    );
  },
  run: async (context, options) => {
    const { output, settings, signal } = context;
    if (options["bundle"] !== undefined) return (await import("../farm/replay-bundle.js")).replayBundle(context, String(options["bundle"]));
    const farm = settings.redis.value === "" ? undefined : await loadFarm();
    const started = performance.now();
    // What can be wrong with the settings comes before the file is read and the ledger touched.
    const profile = instance(settings.profile.value);
    keyKind(settings);
    await backendFor(settings);
    const listen = listenAddress(String(options["listen"]));
    await farm?.reachRedis(farm.farmRedis(context));
    const path = batchPath(options);
    const file = readBatchFile(await readInput(path));
    signal.throwIfAborted();
    const execute = () => executeFile(settings.data.value, file, profile, options["skipInvalid"] === true);
    // On a farm the ledger has other writers, each for a moment: its coordinator, and whoever submits at the same time.
    const executed = await (farm ? whileBusy(execute) : execute());
    const { store, skipped, numbers, fresh, finished } = executed;
    const progress = makeProgress(output);
    try {
      if (finished.length > 0) output.note(`finished the interrupted file of batches up to ${finished.at(-1)} first`);
      for (const item of skipped)
        output.note(`left out item ${item.index} (${item.kind}): ${item.code}, expected ${item.expected}, got ${item.got}`);
      // A turn of the event loop, so that a signal that came during the execution is seen.
      await new Promise((resolve) => setImmediate(resolve));
      // The farm's coordinator reads and writes the ledger itself.
      if (farm) await store.close();
      const proven = farm ? await farm.proveOnFarm(context, numbers, listen) : await proveBatches(context, store, numbers, progress);
      progress.stop();
      const result = { file: path, proven, skipped, fresh, seconds: (performance.now() - started) / 1000 };
      output.result(proveLines(result, settings, output.paint), proveResult(result, file));
      return EXIT.ok;
    } catch (e) {
      throw fresh && e instanceof ZkStateError && numbers.length > 0 ? resumable(e) : e;
    } finally {
      progress.stop();
      if (!farm) await store.close();
    }
  },
};

/** Queue and servers, which take longer to load than all the rest. */
const loadFarm = async () => ({ ...(await import("../farm/redis.js")), ...(await import("../farm/prove-on-farm.js")) });

function batchPath(options: Options): string {
  if (options["batch"] !== undefined) return String(options["batch"]);
  const next = "give --batch FILE, or - for stdin";
  throw new ZkStateError({
    code: "USAGE",
    message: "There is nothing to prove.",
    expected: "--batch FILE or --bundle FILE",
    got: "neither",
    next,
  });
}

/** After the execution every failure leaves a file that only waits for its proofs. */
function resumable(e: ZkStateError): ZkStateError {
  const { code, message, expected, got, details, retryable, cause } = e;
  const next = `${e.next === undefined ? "" : `${e.next}; `}the batch is executed and not lost: the same command resumes it`;
  return new ZkStateError({
    code,
    message,
    next,
    details,
    retryable,
    cause,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
  });
}
