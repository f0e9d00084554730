// The page, when it was built: index.html at / and what it loads below /assets, under names that change with their content.
import type { FastifyInstance } from "fastify";
import * as z from "zod/mini";
import { notFoundHandler } from "./answers.js";
import { IMMUTABLE, REVALIDATE } from "./file-routes.js";
import { answer, BYTES, refusal, refusals, TEXT } from "./openapi.js";
import { pageHeaders } from "./security-headers.js";

const Asset = z.object({
  name: z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/), z.describe("Name of a file that the page loads")),
});
const NO = { 404: refusal("INPUT_NOT_FOUND: there is no such file."), ...refusals(429) } as const;
const PAGE = { tags: ["page"] } as const;

/** @param dir holds index.html and assets/ @param wasm lets the page compile WebAssembly */
export function pageRoutes(app: FastifyInstance, dir: string, wasm: boolean): void {
  const headers = pageHeaders(wasm);
  const index = { ...PAGE, summary: "The page", response: { 200: answer("The page.", TEXT, "text/html"), ...NO } };
  app.get("/", { schema: index }, (_, reply) =>
    reply.headers(headers).header("cache-control", REVALIDATE).sendFile("index.html", dir, { cacheControl: false }),
  );

  const response = { 200: answer("The file.", BYTES, "application/octet-stream"), ...NO };
  const asset = { ...PAGE, summary: "A part of the page", params: Asset, response };
  const missing = notFoundHandler("INPUT_NOT_FOUND", "There is no such file");
  app.get("/assets/:name", { schema: asset, attachValidation: true }, (request, reply) => {
    if (request.validationError !== undefined) return missing(request, reply);
    const { name } = request.params as z.output<typeof Asset>;
    return reply.headers(headers).header("cache-control", IMMUTABLE).sendFile(`assets/${name}`, dir, { cacheControl: false });
  });
}
