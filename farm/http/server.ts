// What the coordinator shows over HTTP: health, metrics, the autoscaler's report, Bull Board, and what other files register as routes.
import type { Queue } from "bullmq";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyPluginCallback,
  type FastifyReply,
  fastify,
} from "fastify";
import { ERROR_CODES, type ErrorCode, EXIT, ZkStateError } from "../../core/errors.js";
import type { Logger } from "../logging.js";
import type { FarmMetrics } from "../metrics.js";
import type { FarmSnapshot } from "../status.js";
import { BOARD_PATH, board } from "./board.js";
import { queueReport, type ScalingTarget } from "./queue-report.js";
import { scalingTarget } from "./scaling-query.js";

export interface ServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly metrics: FarmMetrics;
  readonly snapshot: () => Promise<FarmSnapshot>;
  /** Shown on the board. */
  readonly queues: readonly Queue[];
  /** Password of the board. */
  readonly token: string;
  /** Target of /queue-report where the query names none. */
  readonly scaling: ScalingTarget;
  /** Registered as they are; each protects itself and sets its own body limit. */
  readonly routes?: readonly (FastifyPluginCallback | FastifyPluginAsync)[];
  /** Hears of requests that failed through the server's fault. */
  readonly log?: Logger;
}

export interface FarmServer {
  /** With the port that was taken. */
  readonly url: string;
  /** Ends all connections, so that the port can be taken again at once. */
  close(): Promise<void>;
}

/** None of this server's own routes takes a body. */
const BODY_LIMIT = 16 * 1024;
const REQUEST_MS = 60_000;
/** A Redis that is away makes its clients wait, not fail. */
const ANSWER_MS = 5000;

/** @throws CONFIG_INVALID when it cannot listen there */
export async function startServer(options: ServerOptions): Promise<FarmServer> {
  const { host, port, metrics, snapshot, queues, token, scaling, routes = [], log } = options;
  const answer = (err: FastifyError | ZkStateError, _: unknown, reply: FastifyReply) => {
    const { status, code, message } = answerTo(err);
    if (status >= 500) log?.warn({ err }, "a request failed");
    return reply.code(status).send({ error: { code, message } });
  };
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    frameworkErrors: answer, // what is refused before a route is looked for
  });
  app.setErrorHandler(answer);
  app.setNotFoundHandler(({ method, url }, reply) =>
    reply.code(404).send({ error: { code: "INPUT_NOT_FOUND", message: `There is no ${method} ${url.split("?")[0]}.` } }),
  );
  app.get("/healthz", async () => {
    await read(snapshot());
    return { status: "ok" };
  });
  app.get("/metrics", async (_, reply) => reply.type(metrics.registry.contentType).send(await read(metrics.registry.metrics())));
  app.get("/queue-report", async ({ query }) => {
    const target = scalingTarget(query, scaling);
    return queueReport(await read(snapshot()), target);
  });
  app.register(board(queues, token), { prefix: BOARD_PATH });
  for (const route of routes) app.register(route);
  const taken = await listen(app, host, port);
  return { url: `http://${hostPort(host, taken)}`, close: () => app.close() };
}

const hostPort = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

/** @returns the port that was taken @throws CONFIG_INVALID */
async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
    const address = app.server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  } catch (cause) {
    await app.close();
    const { code } = cause as NodeJS.ErrnoException;
    const where = hostPort(host, port);
    if (!LISTEN_TROUBLE.includes(code ?? "")) throw cause;
    const message = code === "EADDRINUSE" ? `${where} is in use.` : `The coordinator cannot listen on ${where}.`;
    throw new ZkStateError({ code: "CONFIG_INVALID", message, got: `${code}`, next: "give another --listen HOST:PORT", cause });
  }
}

const LISTEN_TROUBLE = ["EADDRINUSE", "EADDRNOTAVAIL", "EACCES", "ENOTFOUND", "EAI_AGAIN", "ERR_SOCKET_BAD_PORT"];

/** @throws TIMEOUT or QUEUE_UNAVAILABLE */
async function read<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `The farm's state could not be read within ${ANSWER_MS / 1000} s.`;
    timer = setTimeout(() => reject(new ZkStateError({ code: "TIMEOUT", message, retryable: true })), ANSWER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    if (cause instanceof ZkStateError && cause.code === "TIMEOUT") throw cause;
    throw new ZkStateError({ code: "QUEUE_UNAVAILABLE", message: "The farm's state cannot be read.", cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Every trouble is `{ error: { code, message } }`. What is not the client's fault goes to the log, and little of it to the client. */
function answerTo(err: FastifyError | ZkStateError): { status: number; code: ErrorCode; message: string } {
  const { message } = err;
  if (err instanceof ZkStateError) return { status: ERROR_CODES[err.code] === EXIT.usage ? 400 : 503, code: err.code, message };
  const { statusCode = 500 } = err;
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, code: "INPUT_MALFORMED", message };
  return { status: 500, code: "INTERNAL", message: "The coordinator could not answer; its log says why." };
}
