// The published files by their names. A name that is not of the published form does not exist here, whatever lies in the folder.
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from "fastify";
import * as z from "zod/mini";
import { ACTIVITY_FILE, Activity, HEADS_FILE, Heads, SRS_FILE, SrsFile, TRUST_ROOT_FILE, VKEY_FILE } from "../../core/publication/files.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { notPublished } from "./answers.js";
import { answer, BYTES, JSON_OBJECT, ref, refusals } from "./openapi.js";
import { readPublished } from "./read-published.js";

/** For what never changes: a year, which is as good as for ever. */
export const IMMUTABLE = "public, max-age=31536000, immutable";
/** For what changes: to be kept, but asked for each time. */
export const REVALIDATE = "no-cache";

const AnyObject = z.looseObject({});

const WHOLE = [
  { name: TRUST_ROOT_FILE, schema: TrustRoot, json: ref("TrustRoot"), summary: "The trust root, for comparison only" },
  { name: VKEY_FILE, schema: AnyObject, json: JSON_OBJECT, summary: "The verification key, in snarkjs' form" },
  { name: SRS_FILE, schema: SrsFile, json: ref("Srs"), summary: "The verifier's part of the aggregation setup" },
  { name: HEADS_FILE, schema: Heads, json: ref("Heads"), summary: "The newest proven state, and which certificates lead there" },
  {
    name: ACTIVITY_FILE,
    schema: Activity,
    json: ref("Activity"),
    summary: "Recent batches as the venue reports them: nothing in it is proven",
  },
] as const;

const name = (pattern: RegExp, what: string) => z.string().check(z.regex(pattern), z.describe(what));
const HASH = "[0-9a-f]{64}";
const NUMBER = "(?:0|[1-9][0-9]{0,9})";
const hashed = z
  .object({
    folder: name(/^[0-9a-f]{2}$/, "The first two digits of the hash"),
    name: name(new RegExp(`^${HASH}\\.json$`), "The hash, 64 hex digits, and .json"),
  })
  .check(z.refine(({ folder, name }) => name.startsWith(folder)));

const NAMED = [
  {
    folder: "certificates",
    path: ":name",
    params: z.object({
      name: name(new RegExp(`^${NUMBER}-${NUMBER}\\.(?:json|bin)$`), "FROM-TO.bin, the certificate, or FROM-TO.json, what it says"),
    }),
    content: {
      "application/json": { schema: ref("CertificateStatement") },
      "application/octet-stream": { schema: BYTES },
    },
    summary: "The certificate that leads from the state after batch FROM to that after batch TO",
  },
  {
    folder: "states",
    path: ":name",
    params: z.object({ name: name(new RegExp(`^${HASH}\\.json$`), "The state root, 64 hex digits, and .json") }),
    content: { "application/json": { schema: ref("State") } },
    summary: "A state root opened: header and prices",
  },
  {
    folder: "nodes",
    path: ":folder/:name",
    params: hashed,
    content: { "application/json": { schema: ref("Node") } },
    summary: "A piece of the accounts tree by its hash",
  },
  {
    folder: "leaves",
    path: ":folder/:name",
    params: hashed,
    content: { "application/json": { schema: ref("Leaf") } },
    summary: "An account by its leaf",
  },
  {
    folder: "batches",
    path: ":name",
    params: z.object({ name: name(/^[1-9][0-9]{0,9}\.json$/, "The batch number and .json") }),
    content: { "application/json": { schema: JSON_OBJECT } },
    summary: "A batch as it was proven",
  },
] as const;

const FILES = { tags: ["files"] } as const;

/** GET of every published file, below the prefix of the app. */
export function fileRoutes(app: FastifyInstance, dir: string): void {
  for (const { name, schema, json, summary } of WHOLE) {
    const response = { 200: answer("The file.", json), ...refusals(404, 429, 500) };
    app.get(`/${name}`, { schema: { ...FILES, summary, response } }, async (_, reply) => {
      // Read whole, not streamed: the file may be replaced at any moment.
      const { bytes } = await readPublished(dir, name, schema);
      return reply.header("cache-control", REVALIDATE).type("application/json; charset=utf-8").send(bytes);
    });
  }
  for (const { folder, path, params, content, summary } of NAMED) {
    const response = { 200: { description: "The file.", content }, ...refusals(404, 429, 500) };
    const schema: FastifySchema = { ...FILES, summary, params, response };
    app.get(`/${folder}/${path}`, { schema, attachValidation: true }, (request, reply) => sendNamed(folder, request, reply, dir));
  }
}

function sendNamed(folder: string, request: FastifyRequest, reply: FastifyReply, dir: string): FastifyReply {
  if (request.validationError !== undefined) throw notPublished(request.url.split("?")[0] ?? "");
  const file = [folder, ...Object.values(request.params as Readonly<Record<string, string>>)].join("/");
  return reply.header("cache-control", IMMUTABLE).sendFile(file, dir, { cacheControl: false });
}
