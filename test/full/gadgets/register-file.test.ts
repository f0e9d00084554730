// Registers: the access names the register with its address or nothing at all.
import { describe, it } from "vitest";
import { bitEdits, expectRefused, expectSatisfied, expectUnsatisfied, loadCircuit } from "../../helpers/circuit.js";
import { R } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

const load = (main: string) => loadCircuit({ main, include: ["register-file.circom"] });
const ADDRESSES = [0n, 7n, 9n, 2n ** 24n - 1n, R - 1n];

describe("SelectByAddress", () => {
  it("selects the register with the address and is rigid", async () => {
    const circuit = await load("SelectByAddress(5)");
    for (const [j, addr] of ADDRESSES.entries()) {
      const w = await expectSatisfied(circuit, { addresses: ADDRESSES, addr, used: 1 }, bitEdits("main.sel", 1n << BigInt(j), 5));
      expectRigid(circuit, w);
    }
    expectCounts(circuit, 5, 1);
  });

  it("selects nothing when unused, whatever the address", async () => {
    const circuit = await load("SelectByAddress(5)");
    for (const addr of [...ADDRESSES, 8n]) {
      expectRigid(circuit, await expectSatisfied(circuit, { addresses: ADDRESSES, addr, used: 0 }, bitEdits("main.sel", 0n, 5)));
    }
  });

  it("refuses an address that no register has", async () => {
    const circuit = await load("SelectByAddress(5)");
    await expectRefused(circuit, { addresses: ADDRESSES, addr: 8, used: 1 }, /SelectByAddress/);
    const w = await circuit.witness({ addresses: ADDRESSES, addr: 8, used: 0 });
    for (let j = 0; j < 5; j++) expectUnsatisfied(circuit, w, { "main.used": 1n, [`main.sel[${j}]`]: 1n });
    expectUnsatisfied(circuit, w, { "main.used": 1n });
  });

  it("refuses another register, two, fractions and a hidden use", async () => {
    const circuit = await load("SelectByAddress(5)");
    const w = await circuit.witness({ addresses: ADDRESSES, addr: 7, used: 1 });
    const half = (R + 1n) / 2n;
    expectUnsatisfied(circuit, w, { "main.sel[1]": 0n, "main.sel[2]": 1n });
    expectUnsatisfied(circuit, w, { "main.sel[2]": 1n });
    expectUnsatisfied(circuit, w, { "main.sel[1]": half, "main.sel[2]": half });
    expectUnsatisfied(circuit, w, { "main.sel[1]": 0n });
    const unused = await circuit.witness({ addresses: ADDRESSES, addr: 7, used: 0 });
    expectUnsatisfied(circuit, unused, { "main.sel[1]": 1n });
    expectUnsatisfied(circuit, unused, { "main.sel[1]": 1n, "main.sel[2]": -1n });
  });
});

const REG = ADDRESSES.map((_, j) => [BigInt(100 * j + 1), R - BigInt(j + 1), BigInt(j)]);

describe("ReadRegisters", () => {
  it("reads the selected words, zeros without a selection", async () => {
    const circuit = await load("ReadRegisters(5, 3)");
    for (const [j, words] of REG.entries()) {
      const sel = REG.map((_, i) => (i === j ? 1n : 0n));
      const w = await expectSatisfied(circuit, { sel, reg: REG }, Object.fromEntries(words.map((x, f) => [`main.v[${f}]`, x])));
      expectRigid(circuit, w);
    }
    await expectSatisfied(circuit, { sel: [0, 0, 0, 0, 0], reg: REG }, { "main.v[0]": 0n, "main.v[1]": 0n, "main.v[2]": 0n });
    expectCounts(circuit, 15, 0);
  });
});

describe("AddToRegisters", () => {
  it("adds to the selected words only", async () => {
    const circuit = await load("AddToRegisters(5, 3)");
    for (let j = 0; j < 6; j++) {
      const sel = REG.map((_, i) => (i === j ? 1n : 0n));
      const expected = REG.flatMap((words, i) =>
        words.map((x, f) => [`main.out[${i}][${f}]`, x + (i === j ? BigInt(f) - 1n : 0n)] as const),
      );
      expectRigid(circuit, await expectSatisfied(circuit, { sel, reg: REG, add: [-1, 0, 1] }, Object.fromEntries(expected)));
    }
    expectCounts(circuit, 15, 0);
  });
});
