// Writes circuits/pins.json: what every instance compiles to. `npm run circuits:pin`, after a change that was meant.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CIRCUITS_DIR, INSTANCES, mainCircom } from "../circuits/instances.js";
import { compileCircuit } from "../prover/artifacts.js";

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Files that a script generates; a change in them changes every constraint. */
const GENERATED = ["poseidon-constants", "baby-jubjub-constants", "order-lanes-constants"];

/**
 * Counts and R1CS digests of the given instances, and digests of the generated constants. Verification keys are not pinned here: development keys
 * are drawn anew on every machine; a venue publishes the digest of its production key.
 */
export async function pinsOf(ids: readonly string[]) {
  const instances: Record<string, { constraints: number; wires: number; r1cs: string }> = {};
  for (const id of ids) {
    const profile = INSTANCES.get(id);
    if (profile === undefined) throw new Error(`no instance ${id}`);
    const { manifest, r1csPath } = await compileCircuit({ name: id, mainCircom: mainCircom(profile), includeDirs: [CIRCUITS_DIR] });
    instances[id] = { constraints: manifest.nConstraints, wires: manifest.nWires, r1cs: sha256(r1csPath) };
  }
  const generated = Object.fromEntries(GENERATED.map((name) => [name, sha256(join(CIRCUITS_DIR, "lib", `${name}.circom`))]));
  return { generated, instances };
}

if (process.argv[1]?.endsWith("pin-circuits.ts")) {
  const pins = await pinsOf([...INSTANCES.keys()]);
  writeFileSync(join(CIRCUITS_DIR, "pins.json"), `${JSON.stringify(pins, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(pins, null, 2)}\n`);
}
