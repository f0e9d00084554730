// Prometheus metrics of the server. Names and units follow https://prometheus.io/docs/practices/naming/.
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Heads } from "../../core/publication/files.js";

/** Seconds: from a cached answer to a proof from a cold disk. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export type ServeMetrics = ReturnType<typeof serveMetrics>;

/** Metrics with a registry of their own; the gauges look when they are asked for. */
export function serveMetrics(heads: () => Heads | undefined, streams: () => number) {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, show: (gauge: Gauge) => void) =>
    new Gauge({
      name: `zkstate_${name}`,
      help,
      registers,
      collect() {
        show(this);
      },
    });
  const ofHead = (value: (proven: Heads["proven"]) => number) => (g: Gauge) => {
    const seen = heads();
    if (seen === undefined) g.remove();
    else g.set(value(seen.proven));
  };
  gauge(
    "head_batch_number",
    "Batch of the proven head that was read last",
    ofHead(({ batchNumber }) => batchNumber),
  );
  gauge(
    "head_age_seconds",
    "Time since that head was published, by its publisher's clock",
    ofHead(({ publishedAt }) => Math.max(0, Date.now() / 1000 - publishedAt)),
  );
  gauge("sse_connections", "Clients that listen to events", (g) => g.set(streams()));
  return {
    registry,
    requests: new Counter({
      name: "zkstate_http_requests_total",
      help: "Requests by route and status",
      labelNames: ["route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "zkstate_http_request_seconds",
      help: "From a request's first byte to the last of its answer; event streams are left out",
      labelNames: ["route"],
      buckets: SECONDS,
      registers,
    }),
  };
}
