// Bull Board, for people: behind a password, and to look at only. What it could change belongs to the coordinator.
import { createHash, timingSafeEqual } from "node:crypto";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import type { Queue } from "bullmq";
import type { FastifyPluginCallback } from "fastify";

export const BOARD_PATH = "/queues";
export const BOARD_USER = "zkstate";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** HTTP basic authentication, in a time that does not depend on where a wrong password differs. */
function isAllowed(header: string | undefined, token: string): boolean {
  const sent = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(Buffer.from(sent, "base64").toString()), digest(`${BOARD_USER}:${token}`));
}

/** The board's pages and its API, to be registered under BOARD_PATH. */
export function board(queues: readonly Queue[], token: string): FastifyPluginCallback {
  const adapter = new FastifyAdapter().setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: "zkstate" } },
  });
  // The board's own handler shows a stack when NODE_ENV says development.
  adapter.setErrorHandler(() => ({ status: 500, body: { error: { code: "INTERNAL", message: "The board cannot show this." } } }));
  return (app, _, done) => {
    app.addHook("onRequest", async (request, reply) => {
      if (!isAllowed(request.headers.authorization, token)) {
        const message = `Log in as ${BOARD_USER}; the password is the coordinator's token.`;
        return reply
          .code(401)
          .header("www-authenticate", 'Basic realm="zkstate"')
          .send({ error: { code: "USAGE", message } });
      }
      if (request.method !== "GET" && request.method !== "HEAD")
        return reply.code(405).send({ error: { code: "READ_ONLY", message: "The board is to look at only." } });
    });
    app.register(adapter.registerPlugin());
    done();
  };
}
