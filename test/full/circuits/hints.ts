// Hints of a prover who rounds as he likes: quotients one off with the remainder moved by the divisor, digits turned, signs turned.
import type { Sabotage } from "../../helpers/circuit.js";

const shift = (by: string): readonly Sabotage[] => [
  { file: "lib/division.circom", find: "bit[i] <-- (biased >> i) & 1;", replace: `bit[i] <-- ((biased + ${by}) >> i) & 1;` },
];
const constant = (by: string): readonly Sabotage[] => [
  { file: "lib/division.circom", find: "q <-- num \\ DEN;", replace: `q <-- num \\ DEN + ${by};` },
  { file: "lib/division.circom", find: "var hint = num % DEN;", replace: `var hint = num % DEN - (${by}) * DEN;` },
];

export const SHIFT_UP = shift("(1 << SHIFT)");
export const SHIFT_DOWN = shift("-(1 << SHIFT)");
export const QUOTIENT_UP = constant("1");
export const QUOTIENT_DOWN = constant("-1");
/** The other sign for every number, with the digits that belong to it. */
export const SIGNS_TURNED: readonly Sabotage[] = [
  { file: "lib/range.circom", find: "neg <-- in < 0 ? 1 : 0;", replace: "neg <-- in < 0 ? 0 : 1;" },
  { file: "lib/range.circom", find: "var magnitude = in < 0 ? -in - 1 : in;", replace: "var magnitude = in < 0 ? in : -in - 1;" },
];

export const replaced = (file: string, find: string, replace: string): readonly Sabotage[] => [{ file, find, replace }];
