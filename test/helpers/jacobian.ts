// First-order freedom: the rank of the Jacobian of the constraints over the wires that are not inputs, at an honest witness.
// A null vector is a direction in which a prover can move some wires and keep all constraints to first order: a benign hint, or a missing constraint.
//
// The rows are taken in the order of the file, which follows the computation. Each row that is independent expresses one wire by open ones;
// a wire whose expression becomes empty is fixed. Few wires are open at any time, so the expressions stay short.
import { type Circuit, chosenWires, type Witness } from "./circuit.js";
import { evaluate, isInput, mod, R, type R1cs } from "./r1cs.js";

type Row = Map<number, bigint>;

export interface Freedom {
  readonly nWires: number;
  readonly rank: number;
  /** Names of the wires that are not 0 in some null vector. */
  readonly free: readonly string[];
}

function inverse(x: bigint): bigint {
  let [r0, r1, s0, s1] = [R, mod(x), 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return mod(s0);
}

function addTo(row: Row, wire: number, value: bigint): void {
  const sum = mod((row.get(wire) ?? 0n) + value);
  if (sum === 0n) row.delete(wire);
  else row.set(wire, sum);
}

/** Gradient of constraint i at w: (B w) A + (A w) B - C, over the wires that are not inputs. */
function gradient(r1cs: R1cs, i: number, w: Witness): Row {
  const row: Row = new Map();
  const factors = [evaluate(r1cs, 3 * i + 1, w) % R, evaluate(r1cs, 3 * i, w) % R, -1n];
  factors.forEach((factor, m) => {
    for (let k = r1cs.starts[3 * i + m] as number; k < (r1cs.starts[3 * i + m + 1] as number); k++) {
      const wire = r1cs.wires[k] as number;
      if (!isInput(r1cs, wire)) addTo(row, wire, (r1cs.table[r1cs.coefficients[k] as number] as bigint) * factor);
    }
  });
  return row;
}

/** Wires that rows with a single unknown fix, one after the other; and the rows left over. */
function peel(rows: readonly Row[]): Row[] {
  const rowsOf = new Map<number, number[]>();
  rows.forEach((row, i) => {
    for (const wire of row.keys()) {
      const list = rowsOf.get(wire);
      if (list) list.push(i);
      else rowsOf.set(wire, [i]);
    }
  });
  const queue = rows.flatMap((row, i) => (row.size === 1 ? [i] : []));
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    for (const wire of [...(rows[i] as Row).keys()]) {
      for (const j of rowsOf.get(wire) ?? []) {
        const row = rows[j] as Row;
        if (j !== i && row.delete(wire) && row.size === 1) queue.push(j);
      }
    }
  }
  return rows.filter((row) => row.size > 0);
}

export function freedom(circuit: Circuit, w: Witness): Freedom {
  const { r1cs, symbols } = circuit;
  const columns = chosenWires(r1cs);
  const all = Array.from({ length: r1cs.nConstraints }, (_, i) => gradient(r1cs, i, w));
  const expressed = new Map<number, Row>(); // wire -> combination of open wires
  const users = new Map<number, Set<number>>(); // open wire -> the wires expressed by it
  const useOf = (wire: number): Set<number> => {
    const set = users.get(wire) ?? new Set<number>();
    users.set(wire, set);
    return set;
  };
  for (const source of peel(all)) {
    const row: Row = new Map();
    for (const [wire, c] of source) {
      const known = expressed.get(wire);
      if (known === undefined) addTo(row, wire, c);
      else for (const [open, d] of known) addTo(row, open, c * d);
    }
    if (row.size === 0) continue;
    // the new pivot is the open wire that the fewest others use
    let pivot = -1;
    for (const wire of row.keys()) if (pivot < 0 || useOf(wire).size < useOf(pivot).size) pivot = wire;
    const scale = mod(-inverse(row.get(pivot) as bigint));
    row.delete(pivot);
    const form: Row = new Map([...row].map(([wire, c]) => [wire, mod(c * scale)]));
    for (const user of useOf(pivot)) {
      const own = expressed.get(user) as Row;
      const c = own.get(pivot) as bigint;
      own.delete(pivot);
      for (const [wire, d] of form) {
        addTo(own, wire, c * d);
        if (own.has(wire)) useOf(wire).add(user);
        else useOf(wire).delete(user);
      }
    }
    users.delete(pivot);
    expressed.set(pivot, form);
    for (const wire of form.keys()) useOf(wire).add(pivot);
  }
  const free = columns.filter((wire) => {
    const form = expressed.get(wire);
    return form === undefined || form.size > 0;
  });
  const open = free.filter((wire) => !expressed.has(wire));
  return { nWires: columns.length, rank: columns.length - open.length, free: free.map((wire) => symbols.name(wire)) };
}
