// One template of the batch circuit on its own: the real constraints, and provers with other hints.
import { join } from "node:path";
import { type Cheat, cheat } from "./cheating.js";
import { type Circuit, type Input, loadCircuit, type Sabotage, type Witness } from "./circuit.js";
import { R, violated } from "./r1cs.js";

const CIRCUITS = join(import.meta.dirname, "../../circuits");
const LIB = join(CIRCUITS, "lib");

export interface Template {
  readonly circuit: Circuit;
  /** What each prover makes of an input: the honest hints first, then every variant; null where the R1CS refuses it. */
  readonly provers: (input: Input) => Promise<readonly (Witness | null)[]>;
}

export interface TemplatePlan {
  readonly main: string;
  readonly file: string;
  /** Inputs that the template hands on as outputs: public, or they would be the same wire and count as chosen by the prover. */
  readonly handedOn?: readonly string[];
  /** Further include folders. */
  readonly more?: readonly string[];
}

/** Loads a template from its file; `variants` replace its hints. */
export async function loadTemplate(
  { main, file, handedOn = [], more = [] }: TemplatePlan,
  variants: readonly (readonly Sabotage[])[] = [],
): Promise<Template> {
  const plan = { main, include: [file], ...(handedOn.length > 0 ? { public: handedOn } : {}) };
  const circuit = await loadCircuit({ ...plan, includeDirs: [...more, LIB, CIRCUITS] });
  const cheats: Cheat[] = [];
  for (const changes of [[], ...variants]) cheats.push(await cheat(circuit, plan, changes, more));
  return {
    circuit,
    provers: async (input) => {
      const witnesses = [];
      for (const { forge } of cheats) witnesses.push(await forge(input));
      return witnesses.map((w) => (violated(circuit.r1cs, w, 1).length === 0 ? w : null));
    },
  };
}

/**
 * The template's statement over an input: the honest prover succeeds exactly when it is true, and no other prover succeeds when it is false.
 * Answers the witnesses that the R1CS accepts.
 */
export async function expectStatement(
  { circuit, provers }: Template,
  input: Input,
  holds: boolean,
  what: string,
): Promise<readonly Witness[]> {
  const [honest, ...others] = await provers(input);
  if ((honest !== null) !== holds)
    throw new Error(`${circuit.main}: ${what} is ${holds}, the honest prover ${honest === null ? "fails" : "succeeds"}`);
  if (!holds && others.some((w) => w !== null)) throw new Error(`${circuit.main}: ${what} is false, and other hints prove it`);
  return [honest, ...others].filter((w) => w !== null && w !== undefined) as Witness[];
}

/** The value of an output or signal, signed: above r/2 it is negative. */
export function signedValue(circuit: Circuit, w: Witness, name: string): bigint {
  const value = w[circuit.symbols.wire(name)] ?? 0n;
  return value > R / 2n ? value - R : value;
}
