// What operators ask: is the server well, and how is it doing. Free of the rate limit.
import type { FastifyInstance } from "fastify";
import { asZkStateError } from "../../core/errors.js";
import { sendError } from "./answers.js";
import type { HeadWatch } from "./head-watch.js";
import type { ServeMetrics } from "./metrics.js";
import { type Answer, answer, ref, refusal, refusals, TEXT } from "./openapi.js";

const OPERATION = { tags: ["operation"] } as const;
const UNLIMITED = { rateLimit: false } as const;

export function operatorRoutes(app: FastifyInstance, watch: HeadWatch, metrics: ServeMetrics): void {
  const health = {
    ...OPERATION,
    summary: "Whether there is a head to serve",
    response: {
      200: answer("There is.", ref("Health")),
      503: refusal("NOT_PUBLISHED, STORE_CORRUPT or IO_FAILED: there is no head to serve."),
    },
  };
  app.get("/healthz", { schema: health, config: UNLIMITED }, async (_, reply) => {
    try {
      const { batchNumber, root, publishedAt } = (await watch.look()).heads.proven;
      const ageSeconds = Math.max(0, Math.floor(Date.now() / 1000) - publishedAt);
      return reply
        .header("cache-control", "no-store")
        .send({ ok: true, batchNumber, root: `${root}`, ageSeconds } satisfies Answer<"Health">);
    } catch (e) {
      const { code, message } = asZkStateError(e);
      return sendError(reply, 503, code, message);
    }
  });

  const scrape = {
    ...OPERATION,
    summary: "Metrics for Prometheus",
    response: { 200: answer("Prometheus' text format.", TEXT, "text/plain"), ...refusals(500) },
  };
  app.get("/metrics", { schema: scrape, config: UNLIMITED }, async (_, reply) =>
    reply
      .header("cache-control", "no-store")
      .type(metrics.registry.contentType)
      .send(await metrics.registry.metrics()),
  );
}
