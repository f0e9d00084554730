// What a proven root opens to: every change of every field of a state, a piece of the tree or an account is seen.
import { beforeAll, describe, expect, it } from "vitest";
import { openAccount } from "../../../client/account.js";
import { custodyOf, marketsOf } from "../../../client/markets.js";
import { openState, type VerifiedHead } from "../../../client/state.js";
import { memoryTransport } from "../../../client/transport.js";
import { leafFile, nodeFile, stateFile } from "../../../core/publication/files.js";
import { fairEquity, requirement } from "../../../ledger/margin.js";
import { openPath, verifyPath } from "../../../ledger/smt.js";
import { touch } from "../../../ledger/touch.js";
import { openWorld } from "../../../ledger/world.js";
import { mutants } from "../../helpers/json-mutants.js";
import { type Files, type PublishedFixture, publishedFixture, putJson, readJson } from "../../helpers/published.js";
import { errorOf, refusal } from "./venue.js";

const N_LEVELS = 8; // the root's file spans two levels, the others three
const ACCOUNTS = [0, 1, 5, 64, 4 ** N_LEVELS - 1];
const BATCHES = 3;

let fixture: PublishedFixture;
let head: VerifiedHead;
beforeAll(() => {
  fixture = publishedFixture({ batches: BATCHES, nLevels: N_LEVELS, accounts: ACCOUNTS });
  const root = fixture.roots[BATCHES] ?? 0n;
  head = openState(readJson(fixture.files, stateFile(root)), { batchNumber: BATCHES, root }, fixture.trustRoot);
});
const at = (batchNumber: number) => ({ batchNumber, root: fixture.roots[batchNumber] ?? 0n });
const get = (index: number, files: Files = fixture.files) => openAccount(memoryTransport(files), head, N_LEVELS, index);
const opened = (json: unknown) => refusal((async () => openState(json, at(BATCHES), fixture.trustRoot))());

describe("a state", () => {
  it("opens to the ledger's header and prices", () => {
    const state = fixture.states[BATCHES];
    expect(head.header).toEqual(state?.header);
    expect(head.timestamp).toBe(Number(state?.header.meta.timestamp));
    const genesis = openState(readJson(fixture.files, stateFile(at(0).root)), at(0), fixture.trustRoot);
    expect([genesis.prices, genesis.timestamp]).toEqual([null, 0]);
  });

  it("is refused for every change of every field", async () => {
    const json = readJson(fixture.files, stateFile(at(BATCHES).root));
    const accepted: string[] = [];
    let tried = 0;
    for (const mutant of mutants(json)) {
      tried += 1;
      const said = await opened(mutant.json).catch(() => "accepted");
      if (!said.startsWith("RESPONSE_INVALID")) accepted.push(`${mutant.name}: ${said}`);
    }
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThan(2_000);
  });

  it("is refused when it is another ledger's, another batch's, or of other contracts, though its root is right", async () => {
    const json = readJson(fixture.files, stateFile(at(BATCHES).root));
    const check = (over: object, batchNumber = BATCHES) =>
      refusal((async () => openState(json, { ...at(BATCHES), batchNumber }, { ...fixture.trustRoot, ...over }))());
    expect(await check({ ledgerId: 8n })).toBe("RESPONSE_INVALID: ledger");
    expect(await check({}, BATCHES + 1)).toBe("RESPONSE_INVALID: batch number");
    const { chains } = fixture.trustRoot;
    for (const others of [chains.slice(0, 1), [...chains, 0n], chains.toReversed(), []])
      expect(await check({ chains: others })).toBe("RESPONSE_INVALID: chains");
  });

  it("is refused with prices where it has none, and without where it has some", async () => {
    const json = readJson(fixture.files, stateFile(at(BATCHES).root)) as Record<string, unknown>;
    expect(await opened({ ...json, prices: null })).toBe("RESPONSE_INVALID: prices");
    const genesis = readJson(fixture.files, stateFile(at(0).root)) as Record<string, unknown>;
    const withPrices = { ...genesis, prices: json["prices"] };
    expect(await refusal((async () => openState(withPrices, at(0), fixture.trustRoot))())).toBe("RESPONSE_INVALID: prices");
  });
});

describe("an account", () => {
  it.each([...ACCOUNTS, 2, 63, 65, 4 ** N_LEVELS - 2])("at %i is as the ledger has it, with the ledger's path", async (index) => {
    const state = fixture.states[BATCHES];
    const answer = await get(index);
    expect(answer.account).toEqual(state?.account(index));
    expect(answer.exists).toBe(ACCOUNTS.includes(index));
    expect(answer.path).toEqual(state === undefined ? [] : openPath(state.tree, BigInt(index)));
    expect(verifyPath(head.header.accountsRoot, BigInt(index), answer.leaf, answer.path)).toBe(true);
  });

  it("does not exist at the genesis, whose tree needs no file", async () => {
    const genesis = openState(readJson(fixture.files, stateFile(at(0).root)), at(0), fixture.trustRoot);
    const answer = await openAccount(memoryTransport(new Map()), genesis, N_LEVELS, 5);
    expect([answer.exists, answer.leaf, answer.margin]).toEqual([false, 0n, undefined]);
    expect(verifyPath(genesis.header.accountsRoot, 5n, 0n, answer.path)).toBe(true);
  });

  it.each([-1, 4 ** N_LEVELS, 0.5, Number.NaN])("at %d is no question", async (index) => {
    expect(await refusal(get(index))).toBe("USAGE");
  });

  it("is refused for every change of every field", async () => {
    const leaf = (await get(5)).leaf;
    const files = new Map(fixture.files);
    const json = readJson(files, leafFile(leaf));
    const accepted: string[] = [];
    for (const mutant of mutants(json)) {
      putJson(files, leafFile(leaf), mutant.json);
      const said = await refusal(get(5, files)).catch(() => "accepted");
      if (!said.startsWith("RESPONSE_INVALID")) accepted.push(`${mutant.name}: ${said}`);
    }
    expect(accepted).toEqual([]);
  });

  it("is refused when another account's data stand in its place", async () => {
    const files = new Map(fixture.files);
    files.set(leafFile((await get(5)).leaf), fixture.files.get(leafFile((await get(1)).leaf)) ?? new Uint8Array());
    expect(await refusal(get(5, files))).toBe("RESPONSE_INVALID: leaf");
  });
});

describe("a piece of the tree", () => {
  const names = (): string[] => {
    const tree = fixture.states[BATCHES]?.tree;
    return [8, 6, 3].map((level) => nodeFile(tree?.node(level, 0n) ?? 0n)); // on the way to account 5
  };

  it("is refused for every change of every field, so that no account can be denied or invented", async () => {
    const accepted: string[] = [];
    for (const name of names()) {
      const files = new Map(fixture.files);
      for (const mutant of mutants(readJson(files, name))) {
        putJson(files, name, mutant.json);
        for (const index of [5, 2]) {
          const said = await refusal(get(index, files)).catch(() => "accepted");
          if (!said.startsWith("RESPONSE_INVALID")) accepted.push(`${name} ${mutant.name}: ${said}`);
        }
      }
    }
    expect(accepted).toEqual([]);
  });

  it("is refused when it is a piece of another height, or empty", async () => {
    const [top = "", middle = ""] = names();
    const files = new Map(fixture.files);
    files.set(top, fixture.files.get(middle) ?? new Uint8Array());
    expect(await refusal(get(5, files))).toBe("RESPONSE_INVALID: node");
    putJson(files, top, { format: "zkstate node 1", levels: 2, children: {} });
    expect(await refusal(get(5, files))).toBe("RESPONSE_INVALID: node");
    putJson(files, top, { format: "zkstate node 1", levels: 2, children: { 16: "1" } });
    expect(await refusal(get(5, files))).toBe("RESPONSE_INVALID: node");
  });

  it("that is missing is no proof of absence", async () => {
    const files = new Map(fixture.files);
    files.delete(names()[2] ?? "");
    const error = await errorOf(get(2, files));
    expect(error).toMatchObject({ code: "NOT_PUBLISHED", details: { file: names()[2] } });
  });
});

describe("what follows from a state", () => {
  it("is the margin that the rules give a touched account", async () => {
    const state = fixture.states[BATCHES];
    const report = fixture.history.steps[BATCHES - 1]?.executed.batch.report;
    if (state === undefined || report === undefined) throw new Error("no state");
    const world = openWorld(state, report, false);
    for (const index of ACCOUNTS) {
      const { margin } = await get(index);
      const touched = world.ok ? touch(world.value, index) : world;
      const account = touched.ok ? touched.value.changed.get(index) : undefined;
      if (!world.ok || account === undefined || margin === undefined) throw new Error(`account ${index} cannot be touched`);
      const { prices, header } = world.value;
      const { maintenance, exposure } = requirement(prices, header.markets.config, account.sizes);
      expect(margin.cash).toBe(account.cash);
      expect(margin.exact).toMatchObject({ fairEquity: fairEquity(prices, account), maintenance, exposure });
      expect(margin.maintenance * 2_560_000n).toBeGreaterThanOrEqual(maintenance);
      expect((margin.maintenance - 1n) * 2_560_000n).toBeLessThan(maintenance);
      expect([margin.state, margin.inRange]).toEqual(["healthy", true]);
      expect(margin.positions.map(({ column, size }) => [column, size])).toEqual(
        account.sizes.flatMap((size, column) => (size === 0n ? [] : [[column, size]])),
      );
    }
  });

  it("is custody that equals what accounts and funds are owed", () => {
    const { chains, totals, liabilities } = custodyOf(head);
    const accounts = [...(fixture.states[BATCHES]?.accounts.values() ?? [])];
    expect(liabilities.accounts.quote).toBe(accounts.reduce((sum, { cash }) => sum + cash, 0n));
    expect(liabilities.accounts.spot).toEqual([0, 1].map((u) => accounts.reduce((sum, { sizes }) => sum + (sizes[u] ?? 0n), 0n)));
    expect(totals.quote).toBe(chains.reduce((sum, { quote }) => sum + quote, 0n));
    expect(chains.map(({ chainId, address }) => (chainId << 160n) + address)).toEqual(fixture.trustRoot.chains);
  });

  it("is prices, open interest and terms of every column", () => {
    const { columns, underlyings, funds } = marketsOf(head);
    const { markets } = head.header;
    expect(columns).toHaveLength(12);
    expect(columns.map(({ openInterest }) => openInterest)).toEqual([undefined, undefined, ...markets.openInterest]);
    expect(columns.slice(0, 4).map(({ price }) => price)).toEqual([...(head.prices?.index ?? []), ...(head.prices?.perpMark ?? [])]);
    expect(columns[11]?.option?.strike).toBe(markets.config.optionStrike[7]);
    expect(underlyings.map(({ fundingIntegral }) => fundingIntegral)).toEqual(markets.fundingIntegral);
    expect(funds.insurance).toBe(markets.insurance);
  });
});
