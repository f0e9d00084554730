// Many workers in one process, until it is killed. argv: Redis URL, number, milliseconds of a proof, name.
import { pino } from "pino";
import { folderStore } from "../../farm/artifacts/folder.js";
import { redisSettings, workerConnection } from "../../farm/connection.js";
import { FarmWorker } from "../../farm/worker/worker.js";
import { simulatedProver } from "./simulated.js";

const [url = "", count = "1", ms = "100", prefix = "w"] = process.argv.slice(2);
const settings = redisSettings(url, {});
const log = pino({ level: process.env["BENCH_LOG"] ?? "error" }, pino.destination(2));
const workers = Array.from({ length: Number(count) }, (_, i) => {
  const options = { name: `${prefix}-${i}`, version: "bench", slots: 1, threads: 1, backend: "simulated", circuits: [] };
  const openPlace = (place: { readonly kind: string; readonly path?: string }) => folderStore(place.path ?? "");
  return new FarmWorker(options, { connect: () => workerConnection(settings), prover: simulatedProver(Number(ms)), openPlace, log });
});
await Promise.all(workers.map((worker) => worker.ready()));
process.stdout.write("ready\n");
