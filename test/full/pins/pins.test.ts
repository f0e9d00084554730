// Circuit, constants and counts are pinned: a change shows in review, or this fails. `npm run circuits:pin` rewrites circuits/pins.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pinsOf } from "../../../bench/pin-circuits.js";
import { CIRCUITS_DIR, INSTANCES } from "../../../circuits/instances.js";
import { keyFromSeed } from "../../../core/eddsa.js";
import { MOVES, REPORT_TAG, USER_TAG } from "../../../ledger/constants.js";
import { batchCircuit, TINY } from "../../helpers/batch-circuit.js";
import { loadCircuit } from "../../helpers/circuit.js";

const read = (name: string): string => readFileSync(join(CIRCUITS_DIR, name), "utf8");

describe("circuits/pins.json", () => {
  // farm compiles for a minute and takes gigabytes; `npm run circuits:pin` pins it, its template code is that of the two others
  it("holds what tiny and default compile to", async () => {
    const pinned = JSON.parse(read("pins.json")) as Awaited<ReturnType<typeof pinsOf>>;
    const { generated, instances } = await pinsOf(["tiny", "default"]);
    expect(generated).toEqual(pinned.generated);
    expect(instances).toEqual({ tiny: pinned.instances["tiny"], default: pinned.instances["default"] });
    expect(Object.keys(pinned.instances)).toEqual([...INSTANCES.keys()]);
  });

  it("keeps the budget: 2^18 for the default profile, 2^20 for the farm, 32,000 a slot", () => {
    const pinned = JSON.parse(read("pins.json")) as Awaited<ReturnType<typeof pinsOf>>;
    const of = (id: string) => pinned.instances[id]?.constraints ?? Number.POSITIVE_INFINITY;
    expect(of("default") + 3).toBeLessThanOrEqual(2 ** 18);
    expect(of("farm") + 3).toBeLessThanOrEqual(2 ** 20);
    const slots = INSTANCES.get("default")?.nTx ?? 0;
    expect(INSTANCES.get("default")?.nAccounts).toBe(slots);
    expect(of("default")).toBeLessThanOrEqual(32_000 * slots + 45_000);
  });
});

describe("optimisation", () => {
  it("at O1 is final: O2 removes less than 3 % of the constraints", async () => {
    const o1 = await batchCircuit(TINY);
    const o2 = await loadCircuit({
      main: o1.main,
      include: ["batch.circom"],
      public: ["oldRoot", "newRoot"],
      optimization: 2,
    });
    expect(o2.r1cs.nConstraints).toBeLessThan(o1.r1cs.nConstraints);
    expect(o2.r1cs.nConstraints).toBeGreaterThan(0.97 * o1.r1cs.nConstraints);
  });
});

describe("numbers that stand in circom and in TypeScript", () => {
  it("are the same: moves, tags", () => {
    const moveOf = (i: number) => (i === 0 ? 0 : (i % 2 === 1 ? 1 : -1) * 8 * 2 ** Math.floor((i - 1) / 2));
    expect(MOVES.map((_, i) => moveOf(i))).toEqual([...MOVES]); // the formula of margin.circom
    expect(read("authorise.circom")).toContain(`hash.inputs[0] <== ${USER_TAG} + kind`);
    expect(read("report.circom")).toContain(`h0.inputs[0] <== ${REPORT_TAG};`);
  });

  it("are the same: the idle signature is by the key of 32 zero bytes over message 0", () => {
    const key = keyFromSeed(new Uint8Array(32));
    const signature = key.sign(0n);
    const values = {
      IDLE_AX: key.publicKey.ax,
      IDLE_AY: key.publicKey.ay,
      IDLE_R8X: signature.r8x,
      IDLE_R8Y: signature.r8y,
      IDLE_S: signature.s,
    };
    for (const [name, value] of Object.entries(values))
      expect(read("authorise.circom")).toContain(`function ${name}() { return ${value}; }`);
  });
});
