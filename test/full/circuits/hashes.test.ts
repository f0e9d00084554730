// Messages, signatures and the hashes above the accounts tree: the ledger's own, word by word.
import { describe, expect, it } from "vitest";
import { keyFromSeed } from "../../../core/eddsa.js";
import { poseidon } from "../../../core/poseidon.js";
import { chainHash, configHash, keysHash, laterConfigHash, marketsHash, settlementHash, stateRoot } from "../../../ledger/hashing.js";
import type { Config } from "../../../ledger/types.js";
import { chainBus, limitsBus } from "../../helpers/buses.js";
import { expectRefused, expectSatisfied, expectUnsatisfied, type Input, loadCircuit } from "../../helpers/circuit.js";
import { testConfig, userKey } from "../../helpers/ledger-fixtures.js";
import { R } from "../../helpers/r1cs.js";
import { scene } from "../../helpers/scene.js";
import { expectRigid } from "../gadgets/rigid.js";

const header = scene({
  markets: { variance: [3n, 4n], breakerUntil: [5n, 6n], interestIndex: 7n, totalBorrow: 8n, fees: 9n, perpetualPool: -10n },
  meta: { historyHash: 11n, batchNumber: 12n },
}).state.header;
const { markets, chains, meta } = header;
const config: Config = testConfig({
  phi: markets.config.phi.map((_, i) => BigInt(i)),
  optionExpiry: markets.config.optionExpiry.map((_, k) => BigInt(k)),
});

describe("hashes", () => {
  const configInput: Input = {
    ...limitsBus("limits", config),
    haircut: config.haircut,
    shock: config.shock,
    fundingCap: config.fundingCap,
    phi: config.phi,
    laterConfigHash: laterConfigHash(config),
  };
  const marketsInput: Input = {
    ...Object.fromEntries(
      (
        [
          "priceHash",
          "fundingIntegral",
          "squaredReturnIntegral",
          "variance",
          "breakerUntil",
          "interestIndex",
          "totalBorrow",
          "openInterest",
        ] as const
      ).map((name) => [name, markets[name]]),
    ),
    settlementHash: settlementHash(markets.settlementValue),
    insurance: markets.insurance,
    fees: markets.fees,
    perpetualPool: markets.perpetualPool,
    configHash: configHash(markets.config),
    keysHash: keysHash(markets),
  };
  const [first] = chains;
  if (first === undefined) throw new Error("the scene has no chain");
  const stateInput: Input = {
    accountsRoot: header.accountsRoot,
    marketsHash: marketsHash(markets),
    chainHash: chains.map(chainHash),
    ...meta,
  };
  const all: readonly (readonly [string, Input, bigint])[] = [
    ["ConfigHash()", configInput, configHash(config)],
    ["MarketsHash()", marketsInput, marketsHash(markets)],
    ["ChainHash()", { ...chainBus("chain", first), contract: first.contract }, chainHash(first)],
    ["StateRoot()", stateInput, stateRoot(header)],
  ];
  for (const [main, input, hash] of all) {
    it(`${main} is the ledger's, is rigid, and reads every word`, async () => {
      const circuit = await loadCircuit({ main, include: ["state.circom"] });
      const w = await expectSatisfied(circuit, input, { "main.out": hash });
      expectRigid(circuit, w);
      const bump = (value: Input[string]): Input[string][] =>
        typeof value === "object" ? value.flatMap((x, i) => bump(x).map((y) => value.with(i, y))) : [BigInt(value) + 1n];
      for (const [name, value] of Object.entries(input)) {
        for (const changed of bump(value)) {
          const other = await circuit.witness({ ...input, [name]: changed });
          expect(other[circuit.symbols.wire("main.out")], name).not.toBe(hash);
        }
      }
    });
  }
});

describe("Message", () => {
  it("is P4 of header, ledger and body", async () => {
    const circuit = await loadCircuit({ main: "Message()", include: ["authorise.circom"] });
    for (const [kind, account, sequence] of [
      [9n, (1n << 32n) - 1n, (1n << 48n) - 1n],
      [2n, 0n, 0n],
      [4n, 7n, 1n << 47n],
    ] as const) {
      const out = poseidon([32n + kind + (account << 8n) + (sequence << 40n), 7n, 5n, R - 1n]);
      const w = await expectSatisfied(circuit, { kind, account, sequence, ledgerId: 7n, body: [5n, R - 1n] }, { "main.out": out });
      expectRigid(circuit, w);
    }
  });
});

describe("Authorised", () => {
  const load = () => loadCircuit({ main: "Authorised()", include: ["authorise.circom"] });
  const key = userKey(3);
  const message = 12_345n;
  const { r8x, r8y, s } = key.sign(message);
  const good: Input = { required: 1n, key: [key.publicKey.ax, key.publicKey.ay], message, R8: [r8x, r8y], S: s };

  it("needs the key's signature where one is required", async () => {
    const circuit = await load();
    expectRigid(circuit, await expectSatisfied(circuit, good), /hint/);
    const other = userKey(4).sign(message);
    for (const bad of [
      { message: message + 1n },
      { S: s + 1n },
      { R8: [other.r8x, other.r8y] },
      { key: [0n, 1n] },
      { key: [1n, 1n] },
      { S: 0n },
    ]) {
      await expectRefused(circuit, { ...good, ...bad }, /Authorised/);
    }
  });

  it("checks the idle signature where none is, whatever stands there", async () => {
    const circuit = await load();
    for (const junk of [{}, { message: 0n, S: R - 1n }, { key: [0n, 0n], R8: [5n, 6n] }]) {
      expectRigid(circuit, await expectSatisfied(circuit, { ...good, required: 0n, ...junk }), /hint/);
    }
    const idle = keyFromSeed(new Uint8Array(32));
    const { r8x, r8y, s } = idle.sign(0n);
    const signature = {
      "main.verify.Ax": idle.publicKey.ax,
      "main.verify.Ay": idle.publicKey.ay,
      "main.verify.R8x": r8x,
      "main.verify.R8y": r8y,
      "main.verify.S": s,
    };
    await expectSatisfied(circuit, { ...good, required: 0n }, signature);
  });

  it("has no half way: the flag of an honest witness cannot be turned", async () => {
    const circuit = await load();
    const w = await circuit.witness(good);
    for (const required of [0n, 2n, (R + 1n) / 2n]) expectUnsatisfied(circuit, w, { "main.required": required });
    for (const required of [2n, (R + 1n) / 2n, R - 1n]) await expectRefused(circuit, { ...good, required }, /Authorised/);
  });
});
