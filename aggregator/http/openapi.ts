// The API's description (OpenAPI 3.1), made from the very schemas that files and parameters are read with.
import type { FastifyInstance, FastifySchema } from "fastify";
import * as z from "zod/mini";
import { ZkStateError } from "../../core/errors.js";
import { Activity, CertificateStatement, Heads, NodeFile, SrsFile } from "../../core/publication/files.js";
import { BatchNumber, Word } from "../../core/publication/numbers.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { AccountJson, LeafFile } from "../../ledger/published/account.js";
import { HeaderJson } from "../../ledger/published/header.js";
import { PricesJson, StateFile } from "../../ledger/published/state.js";

const at = { batchNumber: BatchNumber, root: Word };
const quad = z.array(Word).check(z.length(4));

/** Everything that is answered as JSON, by its name in the description. */
const SCHEMAS = {
  TrustRoot,
  Heads,
  Activity,
  Srs: SrsFile,
  CertificateStatement,
  State: StateFile,
  Header: HeaderJson,
  Prices: PricesJson,
  Node: NodeFile,
  Leaf: LeafFile,
  Account: AccountJson,
  AccountProof: z.strictObject({
    ...at,
    index: z.int(),
    leaf: Word,
    account: z.nullable(AccountJson),
    children: z.array(quad).check(z.minLength(3), z.maxLength(16)),
  }),
  Markets: z.strictObject({ ...at, header: HeaderJson, prices: z.nullable(PricesJson) }),
  Custody: z.strictObject({ ...at, header: HeaderJson }),
  Health: z.strictObject({ ok: z.literal(true), ...at, ageSeconds: z.int() }),
  Error: z.strictObject({ ok: z.literal(false), error: z.strictObject({ code: z.string(), message: z.string() }) }),
} as const;
export type Answer<Name extends keyof typeof SCHEMAS> = z.input<(typeof SCHEMAS)[Name]>;

const REFS = "#/components/schemas/";
/** Refers to one of the schemas. */
export const ref = (name: keyof typeof SCHEMAS) => ({ $ref: `${REFS}${name}` });

function components(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: (id) => `${REFS}${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

/** One answer of a route. */
export const answer = (description: string, schema: object, type = "application/json") => ({
  description,
  content: { [type]: { schema } },
});
export const JSON_OBJECT = { type: "object" } as const;
export const TEXT = { type: "string" } as const;
export const BYTES = { type: "string", format: "binary" } as const;

/** An answer that says no. */
export const refusal = (description: string) => answer(description, ref("Error"));

const REFUSALS = {
  400: refusal("INPUT_MALFORMED: a parameter is not what it should be."),
  404: refusal("NOT_PUBLISHED: there is no such thing, or not yet."),
  429: refusal("RATE_LIMITED: this address asks too often; retry-after says in how many seconds it may again."),
  500: refusal("STORE_CORRUPT, IO_FAILED or INTERNAL: the published folder is damaged, or the server failed."),
} as const;

/** The errors that many routes answer with. */
export const refusals = (...codes: readonly (keyof typeof REFUSALS)[]) => Object.fromEntries(codes.map((code) => [code, REFUSALS[code]]));

const isZod = (schema: unknown): schema is z.core.$ZodType => typeof schema === "object" && schema !== null && "_zod" in schema;

/** Parameters are read by zod, and answers written as they are. */
export function useZod(app: FastifyInstance): void {
  app.setValidatorCompiler<z.core.$ZodType>(({ schema }) => (data) => {
    const read = z.safeParse(schema, data);
    if (read.success) return { value: read.data };
    const issue = read.error.issues[0];
    return { error: new ZkStateError({ code: "INPUT_MALFORMED", message: `${issue?.path.join(".") || "query"}: ${issue?.message}.` }) };
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** Options of @fastify/swagger. */
export const description = (version: string) => ({
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "zkstate",
      version,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description:
        "The published form of a ledger and proofs from it. Nothing here need be trusted: clients check it all against their trust root.",
    },
    components: { schemas: components() },
  },
  convertConstToEnum: false,
  transform: ({ schema, url }: { schema: FastifySchema | undefined; url: string }) => {
    const parameters = ["params", "querystring", "headers"] as const;
    const described = parameters.flatMap((key) => {
      const zod = schema?.[key];
      if (!isZod(zod)) return [];
      const { $schema, ...json } = z.toJSONSchema(zod, { io: "input" });
      return [[key, json] as const];
    });
    return { schema: { ...schema, ...Object.fromEntries(described) }, url };
  },
});
