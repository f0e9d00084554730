// The server of a published folder: hooks and routes, without a port. It needs no ledger, and nothing that it holds is secret.
import cors from "@fastify/cors";
import etag from "@fastify/etag";
import rateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import swagger from "@fastify/swagger";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { Logger } from "pino";
import { ZkStateError } from "../../core/errors.js";
import { errorHandler, notFoundHandler, refuseConnection, sendError } from "./answers.js";
import { countRequests } from "./drain.js";
import { eventRoute } from "./event-route.js";
import { EventStreams, STREAM_LIMITS, type StreamLimits } from "./event-streams.js";
import { fileRoutes, REVALIDATE } from "./file-routes.js";
import { HeadWatch } from "./head-watch.js";
import { type ServeMetrics, serveMetrics } from "./metrics.js";
import { answer, description, JSON_OBJECT, refusals, useZod } from "./openapi.js";
import { openings } from "./openings.js";
import { operatorRoutes } from "./operator-routes.js";
import { pageRoutes } from "./page-routes.js";
import { queryRoutes } from "./query-routes.js";
import { DATA_HEADERS } from "./security-headers.js";

export interface ServeOptions {
  /** The published folder, absolute. It may come later, and change. */
  readonly dir: string;
  /** Where the built page is, and whether it may compile WebAssembly. */
  readonly page?: { readonly dir: string; readonly wasm: boolean };
  /** Requests of one address a minute; 0 for no limit. */
  readonly rate: number;
  /** One proxy stands in front; the last address that it forwards is the client's. */
  readonly proxied: boolean;
  /** Told in the API's description. */
  readonly version: string;
  /** Hears of requests that failed through the server's fault, and of heads that cannot be read. */
  readonly log?: Logger;
  readonly streams?: Partial<StreamLimits>;
}

/** An app with what lives beside it. */
export interface ServeApp {
  readonly app: FastifyInstance;
  readonly watch: HeadWatch;
  readonly streams: EventStreams;
  /** Resolves when no request is underway, or after some milliseconds. */
  readonly drained: (mostMs: number) => Promise<void>;
}

/** Time for a request to arrive, ms: it is a line and some headers. */
const REQUEST_MS = 10_000;
/** Time a connection may stay silent, ms: more than between two signs of life of an event stream. */
const SILENCE_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
const HEADER_BYTES = 8 * 1024;
const CONNECTIONS = 10_000;

const ANY_ORIGIN = { "access-control-allow-origin": "*" } as const;

/** The server without a port. Close it with `watch`, `streams` and `app`. */
export async function buildApp(options: ServeOptions): Promise<ServeApp> {
  const { dir, log } = options;
  const app = bareApp(options);
  const drained = countRequests(app);
  const streams = new EventStreams({ ...STREAM_LIMITS, ...options.streams });
  const watch = new HeadWatch({
    dir,
    onHead: (head) => streams.tell(head),
    onTrouble: (err) => log?.warn({ err }, "the head cannot be read"),
  });
  const metrics = serveMetrics(
    () => watch.seen?.heads,
    () => streams.count,
  );
  await addPlugins(app, options, metrics);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, notFoundHandler("INPUT_NOT_FOUND", "There is no such address"));
  operatorRoutes(app, watch, metrics);
  if (options.page !== undefined) pageRoutes(app, options.page.dir, options.page.wasm);
  await app.register(
    async (v1) => {
      v1.setNotFoundHandler({ preHandler: app.rateLimit() }, notFoundHandler("NOT_PUBLISHED", "This is not published"));
      fileRoutes(v1, dir);
      queryRoutes(v1, { dir, watch, openings: openings(dir) });
      eventRoute(v1, watch, streams);
      descriptionRoute(v1);
    },
    { prefix: "/v1" },
  );
  return { app, watch, streams, drained };
}

function bareApp({ proxied, log }: ServeOptions): FastifyInstance {
  const answerError = errorHandler(log);
  const app = fastify({
    logger: false,
    trustProxy: proxied && ((_, hop) => hop === 0),
    requestTimeout: REQUEST_MS,
    connectionTimeout: SILENCE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true, // after `drained`
    return503OnClosing: false,
    http: { maxHeaderSize: HEADER_BYTES, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 2000 },
    // What is refused before a route is looked for, and before any hook.
    frameworkErrors: (err, request, reply) => answerError(err, request, reply.headers({ ...DATA_HEADERS, ...ANY_ORIGIN })),
    clientErrorHandler: refuseConnection,
  });
  app.server.maxConnections = CONNECTIONS;
  app.setErrorHandler(answerError);
  return app;
}

/** Everything that holds for all routes; hooks run in this order. */
async function addPlugins(app: FastifyInstance, { dir, rate, version }: ServeOptions, metrics: ServeMetrics): Promise<void> {
  useZod(app);
  app.addHook("onRequest", async (_, reply) => void reply.headers(DATA_HEADERS));
  await app.register(cors, { origin: "*", methods: ["GET", "HEAD"], strictPreflight: false, maxAge: 86_400 });
  app.addHook("onRequest", readsOnly);
  app.addHook("onResponse", async (request, reply) => measure(metrics, request, reply));
  await app.register(rateLimit, limits(rate));
  await app.register(etag);
  app.addHook("onSend", async (_, reply) => void (reply.statusCode >= 400 && reply.removeHeader("etag")));
  await app.register(fastifyStatic, {
    root: dir,
    serve: false,
    index: false,
    acceptRanges: false,
    dotfiles: "deny",
    suppressWarning: true,
  });
  await app.register(swagger, description(version));
}

/** Refuses what would change something, and bodies, which nothing here reads. */
async function readsOnly({ method, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const reading = method === "GET" || method === "HEAD";
  const body = headers["transfer-encoding"] !== undefined || !["0", undefined].includes(headers["content-length"]);
  if (reading && !body) return undefined;
  reply.header("connection", "close"); // whatever else would come is not read
  if (reading) return sendError(reply, 413, "INPUT_MALFORMED", "No request here has a body.");
  return sendError(reply.header("allow", "GET, HEAD, OPTIONS"), 405, "READ_ONLY", "There is nothing here but to read.");
}

function measure({ requests, seconds }: ServeMetrics, { routeOptions }: FastifyRequest, reply: FastifyReply): void {
  const route = routeOptions.url ?? "none";
  requests.inc({ route, status: reply.statusCode });
  if (!route.endsWith("/events")) seconds.observe({ route }, reply.elapsedTime / 1000);
}

const limits = (rate: number) => ({
  max: rate,
  timeWindow: "1 minute",
  allowList: () => rate === 0,
  errorResponseBuilder: (_: FastifyRequest, { after }: { readonly after: string }) =>
    new ZkStateError({ code: "RATE_LIMITED", message: `This address asks too often: ${rate} requests a minute. Try again in ${after}.` }),
});

function descriptionRoute(v1: FastifyInstance): void {
  const response = { 200: answer("OpenAPI 3.1.", JSON_OBJECT), ...refusals(429) };
  v1.get("/openapi.json", { schema: { tags: ["operation"], summary: "This description", response } }, async (_, reply) =>
    reply.header("cache-control", REVALIDATE).send(v1.swagger()),
  );
}
