// Circuits in tests: compile a small main component, compute a witness, edit it by name, and ask the R1CS, never the witness generator.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompileOptions, compileCircuit } from "../../prover/artifacts.js";
import { isInput, mod, type R1cs, readR1cs, violated, wiresOf } from "./r1cs.js";

type InputValue = bigint | number | readonly InputValue[];
export type Input = Readonly<Record<string, InputValue>>;
export type Witness = readonly bigint[];
/** Signal name, such as "main.q" or "main.rem[3]", to its new value. */
export type Edits = Readonly<Record<string, bigint>>;

export interface CircuitPlan {
  /** Instance of the main component: "RangeCheck(8)". */
  readonly main: string;
  /** Files to include, relative to an include folder. */
  readonly include: readonly string[];
  readonly public?: readonly string[];
  /** @defaultValue circuits/lib, then circuits */
  readonly includeDirs?: readonly string[];
  readonly optimization?: CompileOptions["optimization"];
}

const CIRCUITS = join(import.meta.dirname, "../../circuits");
const LIB = join(CIRCUITS, "lib");

/** Names of wires: a wire may have several, a name that O1 removed has none. */
class Symbols {
  private readonly wires = new Map<string, number>();
  private readonly names = new Map<number, string>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const [, wire, , name] = line.split(",");
      if (name === undefined || wire === "-1") continue;
      this.wires.set(name, Number(wire));
      if (!this.names.has(Number(wire))) this.names.set(Number(wire), name);
    }
  }

  /** Wire of a name. Throws for a name that is unknown or was removed. */
  wire(name: string): number {
    const wire = this.wires.get(name);
    if (wire === undefined) throw new RangeError(`no wire named ${name}`);
    return wire;
  }

  /** First name of a wire. */
  name(wire: number): string {
    return this.names.get(wire) ?? `wire ${wire}`;
  }

  /** All names that still have a wire. */
  all(): ReadonlyMap<string, number> {
    return this.wires;
  }
}

export interface Circuit {
  readonly main: string;
  readonly r1cs: R1cs;
  readonly symbols: Symbols;
  /** The honest witness. Throws with the failing template's name when the witness generator refuses the input. */
  readonly witness: (input: Input) => Promise<bigint[]>;
}

const loaded = new Map<string, Promise<Circuit>>();

/** Compile (or take from the cache) and load, once in a test file. */
export function loadCircuit(plan: CircuitPlan): Promise<Circuit> {
  const key = JSON.stringify(plan);
  const circuit = loaded.get(key) ?? readCircuit(plan);
  loaded.set(key, circuit);
  return circuit;
}

async function readCircuit(plan: CircuitPlan): Promise<Circuit> {
  const text = [
    "pragma circom 2.2.0;",
    ...plan.include.map((file) => `include "${file}";`),
    `component main ${plan.public ? `{public [${plan.public.join(", ")}]} ` : ""}= ${plan.main};`,
    "",
  ].join("\n");
  const source = { name: plan.main, mainCircom: text, includeDirs: plan.includeDirs ?? [LIB, CIRCUITS] };
  const artifact = await compileCircuit(source, plan.optimization === undefined ? {} : { optimization: plan.optimization });
  const module = await WebAssembly.compile(readFileSync(artifact.wasmPath));
  return {
    main: plan.main,
    r1cs: readR1cs(artifact.r1csPath),
    symbols: new Symbols(readFileSync(artifact.symPath, "utf8")),
    witness: (input) => calculateWitness(module, input),
  };
}

export interface Sabotage {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * Include folder with a copy of circuits/lib in which some text is replaced: the generator of a cheating prover, whose witness is then put to the
 * constraints of the real circuit by `forge`.
 */
export function sabotagedLib(changes: readonly Sabotage[]): string {
  const digest = createHash("sha256");
  const files = new Map(readdirSync(LIB).map((name) => [name, readFileSync(join(LIB, name), "utf8")]));
  for (const { file, find, replace } of changes) {
    const text = files.get(file);
    if (text?.split(find).length !== 2) throw new Error(`"${find}" does not occur exactly once in ${file}`);
    files.set(
      file,
      text.replace(find, () => replace),
    );
  }
  for (const [name, text] of files) digest.update(`${name}\n${text}\n`);
  const dir = join(process.env["ZKSTATE_CACHE"] ?? tmpdir(), "zkstate-sabotaged", digest.digest("hex").slice(0, 16));
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(dir, name), text);
  return dir;
}

/** Changes after which CompareBits accepts any bits. The hints stay in a constraint, since circom drops signals without one. */
export const comparesNothing: readonly Sabotage[] = [
  { file: "range.circom", find: "signal hint[runs];", replace: "signal hint[runs]; signal kept[runs];" },
  { file: "range.circom", find: "hint[run] * below === above; //@satisfies(1)", replace: "kept[run] <== hint[run] * hint[run];" },
  { file: "range.circom", find: "above === 0;", replace: "" },
];

/** Nested input values as edits: { x: [[1, 2]] } sets main.x[0][0] and main.x[0][1]. */
function inputEdits(input: Input): Edits {
  const walk = (name: string, value: InputValue): [string, bigint][] =>
    typeof value === "object" ? value.flatMap((x, i) => walk(`${name}[${i}]`, x)) : [[name, BigInt(value)]];
  return Object.fromEntries(Object.entries(input).flatMap(([name, value]) => walk(`main.${name}`, value)));
}

/** The witness of a cheating circuit for the input, in the wires of the real one, by name; wires without a counterpart are 0. */
export async function forge(real: Circuit, cheating: Circuit, input: Input): Promise<bigint[]> {
  const w = await cheating.witness(input);
  const result = new Array<bigint>(real.r1cs.nWires).fill(0n);
  result[0] = 1n;
  const source = cheating.symbols.all();
  for (const [name, wire] of real.symbols.all()) {
    const other = source.get(name);
    if (other !== undefined) result[wire] = w[other] as bigint;
  }
  return edited(real, result, inputEdits(input));
}

/** A copy of the witness with other values at some names. */
export function edited(circuit: Circuit, w: Witness, edits: Edits): bigint[] {
  const copy = [...w];
  for (const [name, value] of Object.entries(edits)) copy[circuit.symbols.wire(name)] = mod(value);
  return copy;
}

const signalOf = (circuit: Circuit, w: Witness, name: string): bigint => w[circuit.symbols.wire(name)] as bigint;

/** Bits of a value as edits: bitEdits("main.out", 5n, 3) sets main.out[0], [1], [2]. */
export const bitEdits = (name: string, value: bigint, n: number): Edits =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`${name}[${i}]`, (value >> BigInt(i)) & 1n]));

/** Violated constraints, each as the names of its wires. */
const violations = (circuit: Circuit, w: Witness, limit = 20): string[][] =>
  violated(circuit.r1cs, w, limit).map((i) => wiresOf(circuit.r1cs, i).map((wire) => circuit.symbols.name(wire)));

const brief = (names: readonly string[]): string =>
  `[${names.slice(0, 6).join(" ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}]`;

/** The honest witness satisfies the R1CS, and its outputs are as expected; returns it. */
export async function expectSatisfied(circuit: Circuit, input: Input, expected: Edits = {}): Promise<bigint[]> {
  const w = await circuit.witness(input);
  const bad = violations(circuit, w);
  if (bad.length > 0) throw new Error(`${circuit.main}: honest witness refused by ${bad.map(brief).join("; ")}`);
  for (const [name, value] of Object.entries(expected)) {
    const got = signalOf(circuit, w, name);
    if (got !== mod(value)) throw new Error(`${circuit.main}: ${name} is ${got}, expected ${mod(value)}`);
  }
  return w;
}

/** The R1CS refuses the edited witness; returns the violated constraints. With `only`, each of them has a wire of a matching name. */
export function expectUnsatisfied(circuit: Circuit, w: Witness, edits: Edits = {}, only?: RegExp): string[][] {
  const bad = violations(circuit, edited(circuit, w, edits));
  if (bad.length === 0) throw new Error(`${circuit.main}: accepted ${Object.keys(edits).join(", ") || "a forged witness"}`);
  const other = only && bad.find((names) => !names.some((name) => only.test(name)));
  if (other) throw new Error(`${circuit.main}: refused for another reason: ${brief(other)}`);
  return bad;
}

/** The witness generator refuses the input inside a template that matches: a completeness boundary, not a soundness test. */
export async function expectRefused(circuit: Circuit, input: Input, template: RegExp): Promise<void> {
  const outcome = await circuit.witness(input).then(
    () => "accepted",
    (e: unknown) => (e instanceof Error ? e.message : String(e)),
  );
  if (!template.test(outcome)) throw new Error(`${circuit.main}: expected a refusal in ${template}, got: ${outcome}`);
}

/** Wires that a prover chooses: not the constant, not an input. */
export const chosenWires = (r1cs: R1cs): number[] => Array.from({ length: r1cs.nWires }, (_, i) => i).filter((i) => !isInput(r1cs, i));

// --- witness generator, circom's WebAssembly interface

interface Exports {
  readonly init: (sanityCheck: number) => void;
  readonly getMessageChar: () => number;
  readonly getFieldNumLen32: () => number;
  readonly getWitnessSize: () => number;
  readonly getInputSignalSize: (high: number, low: number) => number;
  readonly setInputSignal: (high: number, low: number, position: number) => void;
  readonly readSharedRWMemory: (i: number) => number;
  readonly writeSharedRWMemory: (i: number, value: number) => void;
  readonly getWitness: (i: number) => void;
}

/** 64-bit FNV-1a, by which the generator knows its inputs. */
function fnv(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}

const flatten = (value: InputValue): bigint[] => (typeof value === "object" ? value.flatMap(flatten) : [mod(BigInt(value))]);

async function instantiate(module: WebAssembly.Module): Promise<Exports> {
  const messages: string[] = [];
  const message = () => {
    let text = "";
    for (let c = exports.getMessageChar(); c !== 0; c = exports.getMessageChar()) text += String.fromCharCode(c);
    return text;
  };
  const runtime = {
    exceptionHandler: (code: number) => {
      throw new Error(`witness generator, code ${code}: ${messages.join(" ")}`);
    },
    printErrorMessage: () => void messages.push(message()),
    writeBufferMessage: () => void message(),
    showSharedRWMemory: () => undefined,
  };
  const exports = (await WebAssembly.instantiate(module, { runtime })).exports as unknown as Exports;
  return exports;
}

async function calculateWitness(module: WebAssembly.Module, input: Input): Promise<bigint[]> {
  const wasm = await instantiate(module);
  wasm.init(0);
  const words = wasm.getFieldNumLen32();
  for (const [name, value] of Object.entries(input)) {
    const [high, low] = fnv(name);
    const values = flatten(value);
    const size = wasm.getInputSignalSize(high, low);
    if (size !== values.length) throw new RangeError(`input ${name}: ${values.length} values, expected ${size}`);
    values.forEach((x, position) => {
      for (let i = 0; i < words; i++) wasm.writeSharedRWMemory(i, Number((x >> BigInt(32 * i)) & 0xffffffffn));
      wasm.setInputSignal(high, low, position);
    });
  }
  const witness: bigint[] = [];
  for (let k = 0; k < wasm.getWitnessSize(); k++) {
    wasm.getWitness(k);
    let x = 0n;
    for (let i = words - 1; i >= 0; i--) x = (x << 32n) | BigInt(wasm.readSharedRWMemory(i) >>> 0);
    witness.push(x);
  }
  return witness;
}
