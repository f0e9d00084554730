// zkstate status: where each batch stands, and who proves.
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT } from "../../core/errors.js";
import { type CliCommand, type Context, withExamples, withSettings } from "../command.js";
import { numberOption } from "../farm/numbers.js";
import { type FarmStatus, readStatus, statusExit } from "../farm/status.js";
import { statusLines } from "../farm/status-lines.js";

const WATCH_MS = 2000;
/** Cursor to the top left corner, rest of the screen cleared. */
const REDRAW = "\u001b[H\u001b[J";

export const command: CliCommand = {
  define: (c) => {
    c.option("--watch", "show it again every two seconds, until interrupted").option("--last <n>", "batches to show", "20");
    withSettings(c, "data", "redis");
    withExamples(c, "zkstate status", "zkstate status --redis redis://127.0.0.1:6379 --watch", "zkstate status --json");
  },
  run: async (context, options) => {
    const last = numberOption(options, "last", 1, 100_000);
    if (options["watch"] !== true) return show(context, await readStatus(context, last));
    return watch(context, last);
  },
};

function show({ output }: Context, status: FarmStatus): number {
  output.result(statusLines(status, output.paint), status);
  return statusExit(status);
}

async function watch(context: Context, last: number): Promise<number> {
  const { output, signal } = context;
  while (!signal.aborted) {
    const status = await readStatus(context, last);
    if (process.stdout.isTTY === true && !output.json) process.stdout.write(REDRAW);
    show(context, status);
    await sleep(WATCH_MS, undefined, { signal }).catch(() => undefined);
  }
  return EXIT.ok;
}
