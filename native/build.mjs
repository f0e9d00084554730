// Builds the native addon with the machine's C++20 compiler, or says once that there is none: zkstate then works with snarkjs, slower.
import { join } from "node:path";
import { compile, filesOf, findCompiler, here } from "./compile.mjs";

const slower = "zkstate works without it, with snarkjs, and proves more than ten times slower";
if (process.platform === "win32") {
  console.warn(`The native prover needs Linux or macOS; ${slower}.`);
} else {
  const compiler = await findCompiler();
  if (compiler === undefined) {
    console.warn(`No C++20 compiler found; ${slower}. Install g++ or clang++, then run: npm run build:native`);
  } else {
    const sources = filesOf(join(here, "src"));
    const units = sources.filter((name) => name.endsWith(".cpp"));
    const output = join(here, "build", "zkstate.node");
    await compile({ compiler, kind: "addon", units, sources, output, flags: ["-O3"] }).catch((e) =>
      console.warn(`The native prover did not build; ${slower}.\n${e.stderr ?? e.message}`),
    );
  }
}
