// A process that compiles a circuit and makes its development keys; the fault tests start it, twice or to kill it.
import { compileCircuit } from "../../../prover/artifacts.js";
import { ensureKeys } from "../../../prover/keys/ensure-keys.js";
import { modulesDir } from "./fault-tools.js";

const [cacheDir = "", mainCircom = "", what = "keys"] = process.argv.slice(2);
const notes: string[] = [];
const circuit = await compileCircuit(
  { name: "fault", mainCircom, includeDirs: [modulesDir] },
  { cacheDir },
  (e) => e.note && notes.push(e.note),
);
const keys =
  what === "keys" ? await ensureKeys(circuit, { kind: "development", cacheDir }, (e) => e.note && notes.push(e.note)) : undefined;
process.stdout.write(JSON.stringify({ digest: circuit.digest, vkeyDigest: keys?.vkeyDigest, notes }));
