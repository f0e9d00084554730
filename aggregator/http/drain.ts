// Requests that are being answered, so that a server that stops can let them end.
import type { FastifyInstance } from "fastify";

/** Counts the requests of an app from now on. @returns a function that resolves when none is left, or after `mostMs` */
export function countRequests(app: FastifyInstance): (mostMs: number) => Promise<void> {
  let underway = 0;
  let idle: (() => void) | undefined;
  app.addHook("onRequest", async (_, reply) => {
    underway++;
    reply.raw.once("close", () => {
      underway--;
      if (underway === 0) idle?.();
    });
  });
  return async (mostMs) => {
    if (underway === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      idle = resolve;
      timer = setTimeout(resolve, mostMs);
    });
    clearTimeout(timer);
  };
}
