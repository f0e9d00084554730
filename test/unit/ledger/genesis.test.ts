import { describe, expect, it } from "vitest";
import { auditConservation } from "../../../ledger/conservation.js";
import { contractWord, type GenesisInput, genesis } from "../../../ledger/genesis.js";
import { defaultNode } from "../../../ledger/smt.js";
import type { Config } from "../../../ledger/types.js";
import { committeeKey, governanceKey, testConfig } from "../../helpers/ledger-fixtures.js";

const input = (over: Partial<GenesisInput> = {}): GenesisInput => ({
  ledgerId: 1n,
  config: testConfig(),
  committee: [0, 1, 2].map((n) => committeeKey(n).publicKey),
  governance: [0, 1, 2].map((n) => governanceKey(n).publicKey),
  contracts: [contractWord(1n, 2n), contractWord(10n, 2n)],
  nLevels: 4,
  ...over,
});

describe("genesis", () => {
  it("starts empty, conserved, with insurance in custody of chain 0", () => {
    const header = genesis(input({ insurance: 9n }));
    expect(header.accountsRoot).toBe(defaultNode(4));
    expect(header.meta).toEqual({ ledgerId: 1n, batchNumber: 0n, timestamp: 0n, historyHash: 0n });
    expect(header.chains[0]?.custody).toEqual([9n, 0n, 0n]);
    expect(header.chains[0]?.contract).toBe((1n << 160n) + 2n);
    expect(auditConservation(header, [])).toEqual({ ok: true, imbalances: [] });
  });

  it("keeps the config ranges at their edges", () => {
    const edges: readonly [keyof Config, bigint, bigint][] = [
      ["haircut", 65_536n, 65_537n],
      ["shock", 32n, 31n],
      ["fundingCap", (1n << 32n) - 1n, 1n << 32n],
      ["phi", (1n << 14n) - 1n, 1n << 14n],
      ["openInterestCap", (1n << 63n) - 1n, 1n << 63n],
      ["optionExpiry", (1n << 40n) - 1n, 1n << 40n],
    ];
    for (const [name, good, bad] of edges) {
      const withLast = (x: bigint) => testConfig({ [name]: (testConfig()[name] as bigint[]).with(-1, x) });
      expect(() => genesis(input({ config: withLast(good) }))).not.toThrow();
      expect(() => genesis(input({ config: withLast(bad) }))).toThrow(name);
      expect(() => genesis(input({ config: withLast(-1n) }))).toThrow(name);
      expect(() => genesis(input({ config: testConfig({ [name]: [] }) }))).toThrow(name);
    }
    const scalars: readonly [keyof Config, bigint, bigint][] = [
      ["initialFactor", 256n, 255n],
      ["initialFactor", 1_023n, 1_024n],
      ["discountRate", 65_536n, 65_537n],
      ["discountShare", 65_536n, 65_537n],
      ["bounty", (1n << 60n) - 1n, 1n << 60n],
      ["dustEquity", (1n << 60n) - 1n, 1n << 60n],
    ];
    for (const [name, good, bad] of scalars) {
      expect(() => genesis(input({ config: testConfig({ [name]: good }) }))).not.toThrow();
      expect(() => genesis(input({ config: testConfig({ [name]: bad }) }))).toThrow(name);
    }
    expect(() => genesis(input({ config: testConfig({ optionCall: [true] }) }))).toThrow("optionCall");
  });

  it("wants three different keys that can sign", () => {
    const [one, two] = [committeeKey(0).publicKey, committeeKey(1).publicKey];
    expect(() => genesis(input({ committee: [one, two] }))).toThrow("committee");
    expect(() => genesis(input({ committee: [one, two, one] }))).toThrow("committee");
    expect(() => genesis(input({ committee: [one, two, { ax: 0n, ay: 1n }] }))).toThrow("committee");
    expect(() => genesis(input({ governance: [one, two, { ax: 1n, ay: 1n }] }))).toThrow("governance");
  });

  it("wants two chains, a ledger id in the field, insurance in range and a possible tree", () => {
    expect(() => genesis(input({ contracts: [1n] }))).toThrow("contracts");
    expect(() => genesis(input({ contracts: [1n, -1n] }))).toThrow("contract");
    expect(() => genesis(input({ ledgerId: -1n }))).toThrow("ledgerId");
    expect(() => genesis(input({ insurance: 1n << 95n }))).toThrow("insurance");
    expect(() => genesis(input({ insurance: -1n }))).toThrow("insurance");
    expect(() => genesis(input({ nLevels: 99 }))).toThrow("levels");
  });
});
