// A cheating prover: the circuits with every check taken out, so that a witness exists for any input, honest or not. What such a witness violates
// in the real R1CS is then exactly what stands between that input and a proof.
//
// Every `left === right` becomes a component that takes left - right and constrains nothing; hints and `<==` stay. Checks that hints always keep
// (digits are booleans, rows of Poseidon) stay too.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Circuit, type CircuitPlan, type Input, loadCircuit, type Sabotage } from "./circuit.js";
import { isInput } from "./r1cs.js";

const CIRCUITS = join(import.meta.dirname, "../../circuits");
const KEPT = /^lib\/(poseidon|.*-constants)/;
const DIGIT = /^(\S+) \* \(1 - \1\)$/;

const sources = (): Map<string, string> =>
  new Map(
    (readdirSync(CIRCUITS, { recursive: true }) as string[])
      .filter((name) => name.endsWith(".circom"))
      .map((name) => [name, readFileSync(join(CIRCUITS, name), "utf8")]),
  );

/** The file with its checks replaced by Slack components. */
function slackened(name: string, text: string): string {
  if (KEPT.test(name)) return text;
  const slack = text
    .replace(/\/\/.*$/gm, "")
    .replace(/(^|[;{}\n])([^;{}\n]*?)===([^;]*);/g, (all, before: string, left: string, right: string) => {
      const [l, r] = [left.trim(), right.trim()];
      if (name.startsWith("lib/") && r === "0" && DIGIT.test(l)) return all;
      const pairs = r.startsWith("[")
        ? r
            .slice(1, -1)
            .split(",")
            .map((x, i) => [`${l}[${i}]`, x] as const)
        : [[l, r] as const];
      return before + pairs.map(([x, y]) => ` Slack()((${x}) - (${y}));`).join("");
    });
  const depth = name.split("/").length - 1;
  return slack.replace(/pragma[^\n]*\n/, (pragma) => `${pragma}include "${"../".repeat(depth)}slack.circom";\n`);
}

const SLACK = "pragma circom 2.2.0;\ntemplate Slack() { signal input in; signal squared <== in * in; }\n";

/** Include folders with the circuits without checks, and with other hints where `changes` say so. */
export function uncheckedCircuits(changes: readonly Sabotage[] = []): string[] {
  const files = sources();
  for (const { file, find, replace } of changes) {
    const text = files.get(file);
    if (text?.split(find).length !== 2) throw new Error(`"${find}" does not occur exactly once in ${file}`);
    files.set(
      file,
      text.replace(find, () => replace),
    );
  }
  const written = new Map([...files].map(([name, text]) => [name, slackened(name, text)])).set("slack.circom", SLACK);
  const digest = createHash("sha256");
  for (const [name, text] of written) digest.update(`${name}\n${text}\n`);
  const dir = join(process.env["ZKSTATE_CACHE"] ?? tmpdir(), "zkstate-unchecked", digest.digest("hex").slice(0, 16));
  if (!existsSync(dir)) writeTree(dir, written);
  return [join(dir, "lib"), dir];
}

function writeTree(dir: string, files: ReadonlyMap<string, string>): void {
  const draft = `${dir}.${process.pid}`;
  for (const [name, text] of files) {
    mkdirSync(dirname(join(draft, name)), { recursive: true });
    writeFileSync(join(draft, name), text);
  }
  if (!existsSync(dir)) renameSync(draft, dir);
}

const ANONYMOUS = /^([A-Za-z0-9]+)_(\d+)_(\d+)/;

/**
 * Anonymous components carry their place in the file in their names (Poseidon_44_2536), and the places differ where checks were taken out; their
 * order is what the two circuits share. Answers names with orders in place of places. PERF: thousands of names share a component.
 */
function withoutPlaces(names: Iterable<string>): Map<string, string> {
  const all = [...names].filter((name) => !name.includes("Slack_"));
  const pathOf = (name: string) => name.slice(0, name.lastIndexOf("."));
  const places = new Map<string, Set<number>>();
  const kind = (parents: readonly string[], template: string) => `${parents.join(".").replace(/\d+/g, "#")}.${template}`;
  const paths = new Set(all.map(pathOf));
  for (const path of paths) {
    const parts = path.split(".");
    for (const [i, part] of parts.entries()) {
      const [, template, , place] = ANONYMOUS.exec(part) ?? [];
      if (template === undefined) continue;
      const key = kind(parts.slice(0, i), template);
      places.set(key, (places.get(key) ?? new Set()).add(Number(place)));
    }
  }
  const order = new Map([...places].map(([key, set]) => [key, [...set].sort((x, y) => x - y)]));
  const renamed = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split(".");
    const common = parts.map((part, i) =>
      part.replace(ANONYMOUS, (_, template: string, _file: string, place: string) => {
        return `${template}_${order.get(kind(parts.slice(0, i), template))?.indexOf(Number(place))}`;
      }),
    );
    renamed.set(path, common.join("."));
  }
  return new Map(all.map((name) => [`${renamed.get(pathOf(name))}${name.slice(name.lastIndexOf("."))}`, name]));
}

/** For every wire of the real circuit the wire of the cheating one that has its name, or -1. */
function wireMap(real: Circuit, cheating: Circuit): Int32Array {
  const map = new Int32Array(real.r1cs.nWires).fill(-1);
  map[0] = 0;
  const [theirs, ours] = [cheating.symbols.all(), real.symbols.all()];
  const names = withoutPlaces(theirs.keys());
  for (const [common, name] of withoutPlaces(ours.keys())) {
    const wire = ours.get(name) as number;
    const other = names.get(common);
    const takes = map[wire] === -1 || isInput(cheating.r1cs, theirs.get(other ?? "") ?? -1);
    if (other !== undefined && takes) map[wire] = theirs.get(other) as number;
  }
  return map;
}

export interface Cheat {
  readonly cheating: Circuit;
  /** The cheating witness in the wires of the real circuit; `from[name]` are signals whose computed value an input takes. */
  readonly forge: (input: Input, from?: Readonly<Record<string, string>>) => Promise<bigint[]>;
}

/** The cheating prover of a circuit; `changes` replace its hints, `more` are further include folders. */
export async function cheat(
  real: Circuit,
  plan: CircuitPlan,
  changes: readonly Sabotage[] = [],
  more: readonly string[] = [],
): Promise<Cheat> {
  const cheating = await loadCircuit({ ...plan, includeDirs: [...more, ...uncheckedCircuits(changes)] });
  const map = wireMap(real, cheating);
  return {
    cheating,
    forge: async (input, from = {}) => {
      const theirs = await cheating.witness(input);
      const witness = Array.from(map, (wire) => (wire < 0 ? 0n : (theirs[wire] as bigint)));
      for (const [name, source] of Object.entries(from)) {
        witness[real.symbols.wire(name)] = theirs[cheating.symbols.wire(source)] as bigint;
      }
      return witness;
    },
  };
}
