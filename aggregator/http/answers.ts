// Every trouble is answered with { ok: false, error: { code, message } }. What is not the client's fault goes to the log, little of it to the client.
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { type ErrorCode, ZkStateError } from "../../core/errors.js";

const STATUS: Partial<Record<ErrorCode, number>> = {
  INPUT_MALFORMED: 400,
  INPUT_NOT_FOUND: 404,
  NOT_PUBLISHED: 404,
  READ_ONLY: 405,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
};

/** Headers that belong to the answer that was being made when it failed. */
const OF_THE_CONTENT = ["etag", "last-modified", "content-length", "content-encoding", "content-type"];

/** An error's body. */
const errorBody = (code: ErrorCode, message: string) => ({ ok: false, error: { code, message } }) as const;

/** Answers with an error: nobody may keep it, for what is missing now may be published next. */
export function sendError(reply: FastifyReply, status: number, code: ErrorCode, message: string): FastifyReply {
  for (const name of OF_THE_CONTENT) reply.removeHeader(name);
  return reply.code(status).header("cache-control", "no-store").send(errorBody(code, message));
}

/** The handler of errors: ZkStateErrors by their code, the framework's by their status. */
export const errorHandler = (log: Logger | undefined) => (err: FastifyError | ZkStateError, _: FastifyRequest, reply: FastifyReply) => {
  const status = err instanceof ZkStateError ? (STATUS[err.code] ?? 500) : (err.statusCode ?? 500);
  if (status >= 500) log?.warn({ err }, "a request failed");
  if (err instanceof ZkStateError) return sendError(reply, status, err.code, err.message);
  if (status >= 400 && status < 500) return sendError(reply, status, "INPUT_MALFORMED", err.message);
  return sendError(reply, 500, "INTERNAL", "The server could not answer; its log says why.");
};

/** The handler of what is not there. */
export const notFoundHandler = (code: ErrorCode, what: string) => (request: FastifyRequest, reply: FastifyReply) =>
  sendError(reply, 404, code, `${what}: ${request.url.split("?")[0]}.`);

/** What a published name answers that is not there. */
export const notPublished = (what: string): ZkStateError =>
  new ZkStateError({ code: "NOT_PUBLISHED", message: `This is not published: ${what}.`, retryable: true });

const REFUSED: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request took too long to arrive."],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The address or the headers are too long."],
};

/** Answers what is no request at all, and ends the connection; in the midst of other answers it just ends. */
export function refuseConnection(err: NodeJS.ErrnoException, socket: Socket): void {
  if (err.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, message] = REFUSED[err.code ?? ""] ?? ["400 Bad Request", "This is no HTTP request."];
  const body = JSON.stringify(errorBody("INPUT_MALFORMED", message));
  const headers = [`HTTP/1.1 ${status}`, "content-type: application/json; charset=utf-8", "cache-control: no-store", "connection: close"];
  socket.end(`${headers.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
