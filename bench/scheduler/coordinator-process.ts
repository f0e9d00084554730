// A coordinator over a simulated ledger, until all is proven. argv: Redis URL, folder, batches, window.
import { pino } from "pino";
import { folderStore } from "../../farm/artifacts/folder.js";
import { redisSettings, workerConnection } from "../../farm/connection.js";
import { Coordinator } from "../../farm/coordinator/coordinator.js";
import { FarmTable } from "../../farm/table.js";
import { simulatedSource, simulatedVerifier } from "./simulated.js";

const [url = "", dir = "", batches = "0", window] = process.argv.slice(2);
const settings = redisSettings(url, {});
const source = simulatedSource("simulated", Number(batches), dir);
const path = `${dir}/artifacts`;
const table = FarmTable.open(dir);
const coordinator = new Coordinator(
  { version: "bench", ...(window === undefined ? {} : { window: Number(window) }) },
  {
    connect: () => workerConnection(settings),
    source,
    table,
    artifacts: folderStore(path),
    place: () => ({ kind: "folder", path }),
    verifier: simulatedVerifier,
    log: pino({ level: process.env["BENCH_LOG"] ?? "error" }, pino.destination(2)),
    keepBundle: async () => "",
    refusedHere: async () => undefined,
  },
);
const started = performance.now();
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 100);
await new Promise<void>((resolve, reject) => {
  coordinator.onChange(() => {
    if (source.first.size === Number(batches)) resolve();
  });
  coordinator.start().catch(reject);
});
clearInterval(watch);
const { tasks, queue } = await coordinator.snapshot();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${JSON.stringify({ seconds, proven: source.first.size, again: source.again, peakBytes: peak, tasks, queue })}\n`);
await coordinator.stop();
await table.close();
