// Ledger against circuit, both ways: what the ledger accepts has a witness with the ledger's roots, and what it refuses has none.
import { applyTransition } from "../../ledger/apply.js";
import type { RefusalCode } from "../../ledger/refusal.js";
import type { Batch, PriceReport, Transition } from "../../ledger/types.js";
import { batchWitness, type CircuitInput } from "../../ledger/witness.js";
import { openWorld, type StateReader } from "../../ledger/world.js";
import { batchCircuit, batchPlan, TINY } from "./batch-circuit.js";
import { type Cheat, cheat } from "./cheating.js";
import { type Circuit, expectRefused, expectSatisfied, type Witness } from "./circuit.js";
import { batchOf, type Venue } from "./ledger-fixtures.js";
import { violated, wiresOf } from "./r1cs.js";
import { forcedInput, withLeaves } from "./scene.js";

/** The batch circuit of the tiny profile and a prover that cheats. */
export interface Bench {
  readonly circuit: Circuit;
  readonly cheat: Cheat;
}

export async function tinyBench(): Promise<Bench> {
  const circuit = await batchCircuit(TINY);
  return { circuit, cheat: await cheat(circuit, batchPlan(TINY)) };
}

export interface Forged {
  readonly input: CircuitInput;
  readonly witness: bigint[];
}

const NEW_ROOT = { "main.newRoot": "main.root[1].out" };
const LEAVES = 2;

/** What a prover without scruples makes of an input: all hints as computed, newRoot as it comes out. */
export async function forge({ circuit, cheat: { forge: run } }: Bench, input: CircuitInput): Promise<Forged> {
  const witness = await run(input, NEW_ROOT);
  return { input: { ...input, newRoot: witness[circuit.symbols.wire("main.newRoot")] as bigint }, witness };
}

/** The same for a batch, with the paths of neighbouring openings brought up to date. */
export async function forgeBatch(bench: Bench, state: StateReader, batch: Batch, over: CircuitInput = {}): Promise<Forged> {
  const input = { ...forcedInput(state, batch, TINY), ...over };
  const first = await forge(bench, input);
  const [x = 0n, y = 0n] = input["accountIndex"] as readonly bigint[];
  if (x >> 4n !== y >> 4n) return first;
  const leaves = Array.from({ length: LEAVES }, (_, t) => first.witness[bench.circuit.symbols.wire(`main.close[${t}].leaf`)] as bigint);
  return forge(bench, withLeaves(state, input, leaves));
}

/** The ledger executes the transition and the circuit accepts the honest witness. */
export async function expectProven({ circuit }: Bench, venue: Venue, t: Transition) {
  const { input, executed } = batchWitness(venue.state, batchOf(venue, [t]), TINY);
  return { input, executed, witness: await expectSatisfied(circuit, input) };
}

/** Violated constraints, each as the names of its wires. */
export const violations = ({ r1cs, symbols }: Circuit, w: Witness): string[][] =>
  violated(r1cs, w).map((i) => wiresOf(r1cs, i).map((wire) => symbols.name(wire)));

/** Where a refusal shows: the template in which the witness generator stops, and a wire of the violated constraints. */
export interface Place {
  readonly template: RegExp;
  readonly wire: RegExp;
  /** What else breaks when the state after is nonsense. */
  readonly also?: RegExp;
}

/** Nobody proves the input: the generator stops in the template, and a forged witness violates constraints there and nowhere else. */
export async function expectNoProof(bench: Bench, { input, witness }: Forged, { template, wire, also }: Place): Promise<void> {
  const bad = violations(bench.circuit, witness);
  if (bad.length === 0) throw new Error("the R1CS accepts a forged witness");
  const matches = (names: readonly string[], place?: RegExp) => names.some((name) => place?.test(name));
  if (!bad.some((names) => matches(names, wire))) throw new Error(`nothing violated at ${wire}`);
  const other = bad.find((names) => !matches(names, wire) && !matches(names, also));
  if (other !== undefined) throw new Error(`violated elsewhere: ${other.slice(0, 8).join(" ")}`);
  await expectRefused(bench.circuit, input, template);
}

function expectCode(code: RefusalCode, refusal: { readonly code: RefusalCode } | undefined): void {
  if (refusal?.code !== code) throw new Error(`the ledger says ${refusal?.code ?? "yes"}, expected ${code}`);
}

/** The ledger refuses the transition with the code, and nobody can prove it. */
export async function expectImpossible(bench: Bench, venue: Venue, t: Transition, code: RefusalCode, place: Place): Promise<void> {
  const applied = applyTransition(venue.world, t);
  expectCode(code, applied.ok ? undefined : applied.refusal);
  await expectNoProof(bench, await forgeBatch(bench, venue.state, batchOf(venue, [t])), place);
}

/** The ledger refuses the report with the code, and nobody can prove a batch under it. */
export async function expectReportImpossible(bench: Bench, state: StateReader, report: PriceReport, code: RefusalCode, place: Place) {
  const opened = openWorld(state, report);
  expectCode(code, opened.ok ? undefined : opened.refusal);
  await expectNoProof(bench, await forgeBatch(bench, state, { report, transitions: [] }), place);
}
