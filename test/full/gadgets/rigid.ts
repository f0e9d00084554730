// What every gadget owes: nothing in its witness can be changed alone, and nothing can be moved to first order, but for explained hints.
import { expect } from "vitest";
import type { Circuit, Witness } from "../../helpers/circuit.js";
import { freedom } from "../../helpers/jacobian.js";
import { freeWires } from "../../helpers/mutate.js";
import { counts } from "../../helpers/r1cs.js";

/** Every chosen wire is fixed, except those whose name matches `benign`: hints on which nothing else depends. */
export function expectRigid(circuit: Circuit, w: Witness, benign?: RegExp): void {
  const unexplained = (name: string) => !benign?.test(name);
  expect(freeWires(circuit, w, 20261121n).filter(unexplained), `${circuit.main}: free under mutation`).toEqual([]);
  const { nWires, rank, free } = freedom(circuit, w);
  expect(free.filter(unexplained), `${circuit.main}: free to first order`).toEqual([]);
  expect(rank, `${circuit.main}: rank of ${nWires} wires`).toBe(nWires - free.length);
}

export const expectCounts = (circuit: Circuit, nonLinear: number, linear: number): void =>
  expect(counts(circuit.r1cs), circuit.main).toEqual({ nonLinear, linear });
