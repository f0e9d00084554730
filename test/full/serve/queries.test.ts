// Questions to the server, answered with proofs, and their description.
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { buildApp } from "../../../aggregator/http/app.js";
import { accountLeaf, stateRoot } from "../../../ledger/hashing.js";
import { priceHash } from "../../../ledger/prices.js";
import { AccountJson } from "../../../ledger/published/account.js";
import { HeaderJson } from "../../../ledger/published/header.js";
import { PricesJson } from "../../../ledger/published/state.js";
import { verifyPath } from "../../../ledger/smt.js";
import { ACCOUNTS, BATCHES, startServeLab } from "./lab.js";

const { fixture, options, json, close } = await startServeLab();
afterAll(close);

describe("an account", () => {
  const proofOf = async (index: number, query = "") => {
    const body = await json(`/v1/accounts/${index}${query}`);
    const { batchNumber, root, leaf, account, children } = body as unknown as {
      batchNumber: number;
      root: string;
      leaf: string;
      account: z.input<typeof AccountJson> | null;
      children: string[][];
    };
    expect(Object.keys(body).sort()).toEqual(["account", "batchNumber", "children", "index", "leaf", "root"]);
    return { batchNumber, root: BigInt(root), leaf: BigInt(leaf), account, children: children.map((quad) => quad.map(BigInt)) };
  };
  const accountsRootOf = (n: number) => fixture.states[n]?.header.accountsRoot ?? 0n;

  it.each(ACCOUNTS)("%i is answered with a path to the head's root, and hashes to its leaf", async (index) => {
    const { batchNumber, root, leaf, account, children } = await proofOf(index);
    expect([batchNumber, root]).toEqual([BATCHES, fixture.roots[BATCHES]]);
    expect(verifyPath(accountsRootOf(BATCHES), BigInt(index), leaf, children)).toBe(true);
    expect(accountLeaf(z.parse(AccountJson, account))).toBe(leaf);
    expect(z.parse(AccountJson, account)).toEqual(fixture.states[BATCHES]?.accounts.get(index));
  });

  it.each([2, 64, 255])("%i does not exist, which the path shows", async (index) => {
    const { leaf, account, children } = await proofOf(index);
    expect([leaf, account]).toEqual([0n, null]);
    expect(verifyPath(accountsRootOf(BATCHES), BigInt(index), 0n, children)).toBe(true);
  });

  it("is answered for every earlier batch, as far as the genesis", async () => {
    for (let n = 0; n <= BATCHES; n++) {
      const { batchNumber, root, leaf, children } = await proofOf(5, `?batch=${n}`);
      expect([batchNumber, root]).toEqual([n, fixture.roots[n]]);
      expect(verifyPath(accountsRootOf(n), 5n, leaf, children)).toBe(true);
      expect(leaf === 0n).toBe(n === 0);
    }
  });
});

describe("markets and custody", () => {
  it("open the root", async () => {
    for (let n = 0; n <= BATCHES; n++) {
      const markets = await json(`/v1/markets?batch=${n}`);
      const header = z.parse(HeaderJson, markets["header"]);
      expect([stateRoot(header), markets["batchNumber"], markets["root"]]).toEqual([fixture.roots[n], n, `${fixture.roots[n]}`]);
      const prices = markets["prices"] === null ? undefined : z.parse(PricesJson, markets["prices"]);
      expect(prices === undefined ? 0n : priceHash(header.meta.ledgerId, prices)).toBe(header.markets.priceHash);
      expect(prices === undefined).toBe(n === 0);
    }
    const custody = await json("/v1/custody");
    expect(stateRoot(z.parse(HeaderJson, custody["header"]))).toBe(fixture.roots[BATCHES]);
    expect(Object.keys(custody)).toEqual(["batchNumber", "root", "header"]);
  });
});

describe("the API's description", () => {
  it("is OpenAPI 3.1, and has every route with its parameters and answers", async () => {
    const spec = await json("/v1/openapi.json");
    expect(await new Validator().validate(structuredClone(spec))).toEqual({ valid: true });
    expect(spec).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });

    const { app, streams } = await buildApp(options());
    await app.ready();
    const routes = [...app.printRoutes({ commonPrefix: false }).matchAll(/── (\S+) \(GET/g)].map((match) =>
      `/${match[1]}`.replace("//", "/"),
    );
    await app.close();
    streams.close();
    expect(routes.length).toBeGreaterThan(18);
    const described = routes.map((route) => route.replaceAll(/:(\w+)/g, "{$1}"));
    expect(Object.keys(spec["paths"] ?? {}).sort()).toEqual(described.sort());

    type Operation = { summary?: string; parameters?: { name: string; description?: string }[]; responses: Record<string, object> };
    for (const [path, { get: operation }] of Object.entries(spec["paths"] as unknown as Record<string, { get: Operation }>)) {
      expect(operation.summary, path).toBeTruthy();
      expect(operation.responses["200"], path).toBeDefined();
      expect(
        Object.keys(operation.responses).some((status) => Number(status) >= 400),
        path,
      ).toBe(true);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const parameters = operation.parameters ?? [];
      expect(
        parameters.map(({ name }) => name),
        path,
      ).toEqual(expect.arrayContaining(named));
      for (const { description } of parameters) expect(description, path).toBeTruthy();
    }
  });
});
