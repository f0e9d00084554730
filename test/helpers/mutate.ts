// Automatic mutation: change one wire of an honest witness, recompute nothing, and expect a violated constraint.
import { type Circuit, chosenWires, type Witness } from "./circuit.js";
import { constraintsOf, holds, mod, R } from "./r1cs.js";

/** Deterministic pseudo-random field elements (splitmix64, four words each). */
export function randomField(seed: bigint): () => bigint {
  let state = seed & 0xffffffffffffffffn;
  const word = () => {
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return z ^ (z >> 31n);
  };
  return () => ((word() << 192n) | (word() << 128n) | (word() << 64n) | word()) % R;
}

/** Values tried in place of x: its neighbours, its flip, its negative, 0, 1 and a random one. */
const mutants = (x: bigint, random: bigint): bigint[] =>
  [...new Set([x + 1n, x - 1n, 1n - x, -x, 0n, 1n, random].map(mod))].filter((y) => y !== x);

/**
 * Names of the wires (not inputs) of which some other value is accepted with everything else as it is. Only the constraints that contain the wire
 * are evaluated. `wires` restricts the search, for circuits too large to try all.
 */
export function freeWires(circuit: Circuit, honest: Witness, seed = 1n, wires = chosenWires(circuit.r1cs)): string[] {
  const { r1cs, symbols } = circuit;
  const random = randomField(seed);
  const w = [...honest];
  const free: string[] = [];
  for (const wire of wires) {
    const x = w[wire] as bigint;
    const touched = constraintsOf(r1cs, wire);
    const accepted = mutants(x, random()).some((y) => {
      w[wire] = y;
      return touched.every((i) => holds(r1cs, i, w));
    });
    w[wire] = x;
    if (accepted) free.push(symbols.name(wire));
  }
  return free;
}
