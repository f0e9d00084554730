// Proofs from the published state, put together: an account with its path, the markets, the custody. Whoever holds the root can check each answer alone.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { ZkStateError } from "../../core/errors.js";
import { TRUST_ROOT_FILE } from "../../core/publication/files.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { REVALIDATE } from "./file-routes.js";
import type { HeadWatch } from "./head-watch.js";
import { type Answer, answer, ref, refusals } from "./openapi.js";
import type { Openings, StateAt, StateJson } from "./openings.js";
import { readPublished } from "./read-published.js";

// Text first: Number() would take "", "0x10" and "1e9".
const whole = (what: string) => z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,9})$/, "expected a whole number"), z.describe(what));
const OfIndex = z.object({ index: whole("Index of the account") });
const AtBatch = z.strictObject({ batch: z.optional(whole("The state after this batch, instead of the head's")) });

export interface Queries {
  readonly dir: string;
  readonly watch: HeadWatch;
  readonly openings: Openings;
}

const PROOFS = { tags: ["proofs"], querystring: AtBatch } as const;

/** GET of what is proven, below the prefix of the app. */
export function queryRoutes(app: FastifyInstance, { dir, watch, openings }: Queries): void {
  const asked = async ({ query }: FastifyRequest): Promise<{ at: StateAt; state: StateJson }> => {
    const { batch } = query as z.output<typeof AtBatch>;
    const at = await openings.stateAt((await watch.look()).heads, batch === undefined ? undefined : Number(batch));
    return { at, state: await openings.state(at) };
  };
  const described = (summary: string, name: "AccountProof" | "Markets" | "Custody") => ({
    ...PROOFS,
    summary,
    response: { 200: answer("Proven under `root`.", ref(name)), ...refusals(400, 404, 429, 500) },
  });

  const account = described("An account, or that there is none, with the path to the root of the accounts", "AccountProof");
  app.get("/accounts/:index", { schema: { ...account, params: OfIndex } }, async (request, reply) => {
    const index = Number((request.params as z.output<typeof OfIndex>).index);
    const { nLevels } = (await readPublished(dir, TRUST_ROOT_FILE, TrustRoot)).value;
    checkIndex(index, nLevels);
    const { at, state } = await asked(request);
    return send(reply, await accountProof(openings, at, state, nLevels, index));
  });

  app.get(
    "/markets",
    { schema: described("The header, which opens the root, and the prices of its last report", "Markets") },
    async (request, reply) => {
      const { at, state } = await asked(request);
      return send(reply, { ...named(at), header: state.header, prices: state.prices } satisfies Answer<"Markets">);
    },
  );

  app.get(
    "/custody",
    { schema: described("The header, which opens the root: custody by chain and what it is owed to", "Custody") },
    async (request, reply) => {
      const { at, state } = await asked(request);
      return send(reply, { ...named(at), header: state.header } satisfies Answer<"Custody">);
    },
  );
}

const named = ({ batchNumber, root }: StateAt) => ({ batchNumber, root: `${root}` });
const send = (reply: FastifyReply, body: object): FastifyReply => reply.header("cache-control", REVALIDATE).send(body);

function checkIndex(index: number, nLevels: number): void {
  if (index < 4 ** nLevels) return;
  throw new ZkStateError({ code: "INPUT_MALFORMED", message: `index: the tree has places 0 to ${4 ** nLevels - 1}.` });
}

async function accountProof(
  openings: Openings,
  at: StateAt,
  state: StateJson,
  nLevels: number,
  index: number,
): Promise<Answer<"AccountProof">> {
  const { leaf, children } = await openings.leaf(BigInt(state.header.accountsRoot), nLevels, index);
  const account = leaf === 0n ? null : await openings.account(leaf);
  return { ...named(at), index, leaf: `${leaf}`, account, children: children.map((quad) => quad.map(String)) };
}
