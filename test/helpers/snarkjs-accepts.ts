// snarkjs' own verdict on folders of proofs, in a process of its own: its curve keeps threads that would outlive a test.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const SNARKJS = join(import.meta.dirname, "../../node_modules/snarkjs/main.js");
const SCRIPT = `
import { readFileSync } from "node:fs";
import { groth16 } from ${JSON.stringify(SNARKJS)};
const verdicts = [];
for (const dir of process.argv.slice(1)) {
  const [key, signals, proof] = ["verification_key", "public", "proof"].map((name) => JSON.parse(readFileSync(dir + "/" + name + ".json", "utf8")));
  verdicts.push(await groth16.verify(key, signals, proof));
}
console.log(JSON.stringify(verdicts));
process.exit(0);`;

/** The verdict on each batch folder of a proofs folder, in order. @throws Error when snarkjs cannot read one, or there is none */
export function snarkjsVerdicts(proofs: string): boolean[] {
  const folders = readdirSync(proofs).filter((name) => /^batch-\d{6}$/.test(name));
  if (folders.length === 0) throw new Error(`no proofs in ${proofs}`);
  const argv = ["--input-type=module", "-e", SCRIPT, "--", ...folders.sort().map((name) => join(proofs, name))];
  const run = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as boolean[];
}
