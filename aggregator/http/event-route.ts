// GET /v1/events: a server-sent event for each new head.
import type { FastifyInstance } from "fastify";
import * as z from "zod/mini";
import type { EventStreams } from "./event-streams.js";
import type { HeadWatch } from "./head-watch.js";
import { answer, refusal, refusals, TEXT } from "./openapi.js";

const EVENT_STREAM = "text/event-stream";
const Resumed = z.object({ "last-event-id": z.optional(z.string().check(z.describe("Id of the last event that the client has"))) });

/** The route, below the prefix of the app. */
export function eventRoute(app: FastifyInstance, watch: HeadWatch, streams: EventStreams): void {
  const schema = {
    tags: ["events"],
    summary: "Heads as they come",
    description:
      "Server-sent events. Event `head` has the content of heads.json as its data: the newest head at once, unless the client has it, then each new one.",
    headers: Resumed,
    response: {
      200: answer("A stream that ends when the server stops.", TEXT, EVENT_STREAM),
      ...refusals(429),
      503: refusal("OVERLOADED: there are too many streams, or too many of this address."),
    },
  };
  app.get("/events", { schema, exposeHeadRoute: false }, (request, reply) => {
    const { "last-event-id": lastEventId } = request.headers as z.output<typeof Resumed>;
    const stream = streams.open(request.ip, watch.seen, lastEventId);
    // A proxy that collects answers before it passes them on would keep the events.
    return reply.header("cache-control", "no-store").header("x-accel-buffering", "no").type(EVENT_STREAM).send(stream);
  });
}
