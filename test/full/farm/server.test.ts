// The coordinator's HTTP side against a real Redis, which stops in the end.
import { Queue } from "bullmq";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FarmServer, type ServerOptions, startServer } from "../../../farm/http/server.js";
import { makeLogger } from "../../../farm/logging.js";
import { makeMetrics } from "../../../farm/metrics.js";
import { PREFIX, PROVE_QUEUE } from "../../../farm/names.js";
import type { FarmSnapshot } from "../../../farm/status.js";
import { AT_ONCE_MS } from "../../helpers/at-once.js";
import { type RedisServer, startRedis } from "../../helpers/redis.js";

const TOKEN = "a token of this test";
const NOTHING = { waiting: 0, queued: 0, proving: 0, proven: 0, quarantined: 0, superseded: 0 };

let redis: RedisServer;
let queue: Queue;
let server: FarmServer;
const logged: string[] = [];

const snapshot = async (): Promise<FarmSnapshot> => ({
  at: Date.now(),
  sourceId: "test",
  tasks: { ...NOTHING, queued: 3 },
  queue: await queue.getJobCounts("waiting", "prioritized", "active", "delayed", "completed", "failed"),
  oldestUnproven: { batchNumber: 1, ageMs: 4000 },
  workers: [],
  proveMs: { default: 2000 },
  redisMemory: 0.25,
});
const metrics = makeMetrics(snapshot);

const options = (change: Partial<ServerOptions> = {}): ServerOptions => ({
  host: "127.0.0.1",
  port: 0,
  metrics,
  snapshot,
  queues: [queue],
  token: TOKEN,
  scaling: { latencySeconds: 60, min: 0, max: 10 },
  log: makeLogger({ level: "info", json: true, destination: { write: (line) => logged.push(line) } }),
  ...change,
});

const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);
const basic = (user: string, password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
});

beforeAll(async () => {
  redis = await startRedis();
  queue = new Queue(PROVE_QUEUE, { connection: redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX });
  queue.on("error", () => undefined);
  await queue.addBulk([1, 2, 3].map((n) => ({ name: "prove", data: { secret: n }, opts: { jobId: `p${n}` } })));
  server = await startServer(
    options({
      routes: [
        (app, _, done) => {
          app.get("/own", async () => ({ own: true }));
          app.get("/throws", async () => {
            throw new Error("an inner matter");
          });
          app.post("/takes", async () => ({}));
          done();
        },
      ],
    }),
  );
});

afterAll(async () => {
  await server.close();
  await queue.close();
  await redis.close();
});

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:\\[\\"n]|[^\\"\n])*",?)*\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$/;

/** Prometheus' text format, strictly: types by metric, and values by sample with its labels. */
function parse(text: string): { types: Map<string, string>; samples: Map<string, number> } {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.split("\n").filter((l) => l !== "" && !l.startsWith("# HELP "))) {
    const type = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line);
    const sample = SAMPLE.exec(line);
    expect(type ?? sample, line).not.toBeNull();
    if (type !== null) types.set(type[1] ?? "", type[2] ?? "");
    else samples.set(`${sample?.[1]}${sample?.[2] ?? ""}`, Number(sample?.[3]));
    if (sample !== null)
      expect(types.has((sample[1] ?? "").replace(/_(bucket|sum|count)$/, "")) || types.has(sample[1] ?? ""), line).toBe(true);
  }
  return { types, samples };
}

const scrape = async () => {
  const response = await get("/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return parse(await response.text());
};

describe("/metrics", () => {
  it("shows every metric in Prometheus' format", async () => {
    const { types } = await scrape();
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(15);
    expect([...types.keys()].sort()).toEqual([...names].sort());
  });

  it("moves its counters, and escapes what workers call themselves", async () => {
    const name = 'zkstate_proofs_total{worker="w\\"1\\n"}';
    const before = (await scrape()).samples.get(name) ?? 0;
    metrics.proofs.inc({ worker: 'w"1\n' }, 2);
    metrics.proveSeconds.observe({ circuit: "default" }, 3);
    const { samples } = await scrape();
    expect(samples.get(name)).toBe(before + 2);
    expect(samples.get('zkstate_prove_seconds_bucket{le="5",circuit="default"}')).toBe(1);
    expect(samples.get('zkstate_prove_seconds_bucket{le="2.5",circuit="default"}')).toBe(0);
  });

  it("shows the queue", async () => {
    await scrape();
    const { samples } = await scrape();
    expect(samples.get('zkstate_queue_jobs{state="waiting"}')).toBe(3);
    expect(samples.get("zkstate_oldest_unproven_age_seconds")).toBe(4);
    expect(samples.get("zkstate_up")).toBe(1);
  });
});

describe("/queue-report", () => {
  it("uses the coordinator's target, or the query's", async () => {
    expect(await (await get("/queue-report")).json()).toMatchObject({
      target: { latencySeconds: 60, min: 0, max: 10 },
      total: { waiting: 3, workers: 0, recommended: 1 },
    });
    expect(await (await get("/queue-report?latency=0.5&min=2&max=4")).json()).toMatchObject({
      target: { latencySeconds: 0.5, min: 2, max: 4 },
      total: { recommended: 2 },
    });
  });

  it.each([
    "latency=0",
    "latency=-1",
    "latency=1e3",
    "latency=",
    "min=1.5",
    "min=11",
    "max=0&min=1",
    "max=9999999",
    "min=1&min=2",
    "most=3",
  ])("refuses %s", async (query) => {
    const response = await get(`/queue-report?${query}`);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe("INPUT_MALFORMED");
    expect(error.message).not.toBe("");
  });
});

describe("/queues", () => {
  it.each([
    ["without a password", undefined],
    ["with a wrong one", basic("zkstate", "another token")],
    ["with a wrong user", basic("admin", TOKEN)],
    ["with something else", { headers: { authorization: `Bearer ${TOKEN}` } }],
  ])("is closed %s", async (_, init) => {
    for (const path of ["/queues", "/queues/", "/queues/api/queues", "/queues/static/favicon.ico", "/queues/queue/x"]) {
      const response = await get(path, init);
      expect(response.status, path).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
      expect(await response.json()).toMatchObject({ error: { code: "USAGE" } });
    }
  });

  it("shows the board and its files", async () => {
    const page = await get("/queues", basic("zkstate", TOKEN));
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('<base href="/queues/"');
    const script = /src="(static\/js\/main\.[^"]+)"/.exec(html)?.[1];
    const file = await get(`/queues/${script}`, basic("zkstate", TOKEN));
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toMatch(/javascript/);
  });

  it("shows the queues, to look at only", async () => {
    const { queues } = (await (await get("/queues/api/queues", basic("zkstate", TOKEN))).json()) as { queues: object[] };
    expect(queues).toMatchObject([{ name: PROVE_QUEUE, readOnlyMode: true, counts: { waiting: 3 } }]);
    for (const path of [`${PROVE_QUEUE}/pause`, `${PROVE_QUEUE}/empty`, "pause"]) {
      const response = await get(`/queues/api/queues/${path}`, { method: "PUT", ...basic("zkstate", TOKEN) });
      expect(response.status, path).toBe(405);
    }
    expect(await queue.isPaused()).toBe(false);
    expect(await queue.getWaitingCount()).toBe(3);
  });
});

describe("the server", () => {
  it("is healthy", async () => {
    const response = await get("/healthz");
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });

  it("serves the routes that it is given", async () => {
    expect(await (await get("/own")).json()).toEqual({ own: true });
  });

  it.each(["/", "/nothing?token=x", "/queues/nothing/at/all", "/healthz/x", "/%"])("answers %s with JSON", async (path) => {
    const response = await get(path, basic("zkstate", TOKEN));
    expect([400, 404]).toContain(response.status);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toMatch(/^INPUT_/);
    expect(error.message).not.toContain("token");
  });

  it("tells the log and not the client what failed inside", async () => {
    const response = await get("/throws");
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ error: { code: "INTERNAL" } });
    expect(text).not.toMatch(/inner|\.ts|at /);
    expect(logged.join("")).toContain("an inner matter");
  });

  it("takes no large bodies", async () => {
    const response = await get("/takes", {
      method: "POST",
      body: JSON.stringify("x".repeat(20_000)),
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(413);
  });

  it("names the port that somebody else has", async () => {
    const port = Number(new URL(server.url).port);
    await expect(startServer(options({ port }))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await expect(startServer(options({ host: "192.0.2.1" }))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it.each(["127.0.0.1", "localhost"])("gives its port on %s back at once, whoever is still connected", async (host) => {
    let free: (() => void) | undefined;
    const hanging: ServerOptions["routes"] = [
      async (app: FastifyInstance) => {
        app.get("/hangs", () => new Promise((resolve) => (free = () => resolve({}))));
      },
    ];
    const first = await startServer(options({ host, routes: hanging }));
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200); // stays open: fetch keeps connections
    const cut = fetch(`${first.url}/hangs`).then(
      () => "answered",
      () => "cut",
    );
    await expect.poll(() => free).toBeDefined();
    const started = performance.now();
    await first.close();
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect(await cut).toBe("cut");
    free?.();
    const second = await startServer(options({ host, port: Number(new URL(first.url).port) }));
    expect((await fetch(`${second.url}/healthz`)).status).toBe(200);
    await second.close();
  });

  it("is not healthy once Redis is gone, and says so within its time", async () => {
    await redis.kill();
    const started = performance.now();
    const response = await get("/healthz");
    expect(response.status).toBe(503);
    expect(performance.now() - started).toBeLessThan(2 * AT_ONCE_MS);
    const { error } = (await response.json()) as { error: { code: string } };
    expect(["TIMEOUT", "QUEUE_UNAVAILABLE"]).toContain(error.code);
    expect((await get("/queue-report")).status).toBe(503);
  });

  it("says at once what a failing read says, without its words", async () => {
    const failing = await startServer(options({ snapshot: () => Promise.reject(new Error("redis://:hunter2@h is away")) }));
    const response = await fetch(`${failing.url}/healthz`);
    await failing.close();
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: { code: "QUEUE_UNAVAILABLE", message: "The farm's state cannot be read." } });
  });
});
