// zkstate coordinator: has every batch of a ledger proven by the farm, for as long as it runs.
import { EXIT, ZkStateError } from "../../core/errors.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";
import { commandLog, withLog } from "../farm/log.js";
import { listenAddress, numberOption } from "../farm/numbers.js";
import { runCoordinator, takeRole } from "../farm/run-coordinator.js";
import { untilAborted } from "../farm/until-aborted.js";

export const command: CliCommand = {
  define: (c) => {
    c.option("--listen <address>", "HOST:PORT of metrics, board, queue report and artifacts", "127.0.0.1:7070")
      .option("--advertise <url>", "URL by which workers reach that address (default: the address itself)")
      .option("--reconcile <seconds>", "time between comparisons of the ledger with the queue", "30")
      .option("--window <n>", "batches in the queue at a time", "1000")
      .option("--max-deaths <n>", "processes or machines that may die of a batch before it is set aside", "10");
    withSettings(c, "data", "out", "keys", "redis", "artifacts", "cache");
    withLog(c);
    withExamples(
      c,
      "zkstate coordinator --redis redis://127.0.0.1:6379",
      "zkstate coordinator --listen 0.0.0.0:7070 --advertise http://10.0.0.5:7070",
    );
  },
  run: async (context, options) => {
    const { settings, signal, output } = context;
    const address = listenAddress(String(options["listen"]));
    const reconcileMs = numberOption(options, "reconcile", 1, 3600) * 1000;
    const window = numberOption(options, "window", 1, 100_000);
    const maxDeaths = numberOption(options, "max-deaths", 1, 1000);
    const log = commandLog(context, options);
    const role = await takeRole(settings.data.value);
    if (role === undefined) throw taken(settings.data.value);
    let store: LedgerStore | undefined;
    try {
      store = LedgerStore.open(settings.data.value, { writesSometimes: true });
      const advertised = options["advertise"] === undefined ? {} : { advertised: String(options["advertise"]) };
      const running = await runCoordinator(context, store, { ...address, ...advertised, reconcileMs, window, maxDeaths, log });
      output.note(`coordinating ${settings.data.value}; metrics, board and artifacts on ${running.url}`);
      await untilAborted(AbortSignal.any([signal, role.lost]));
      await running.stop();
      role.lost.throwIfAborted();
      log.info("stopped");
      return EXIT.ok;
    } finally {
      await store?.close();
      await role.giveBack();
    }
  },
};

const taken = (dir: string): ZkStateError =>
  new ZkStateError({
    code: "STORE_BUSY",
    message: `Another coordinator runs for the ledger in ${dir}.`,
    next: "stop it first; after a crash its place is free within ten seconds",
  });
