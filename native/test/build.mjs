// Builds what tests need of the native code, and prints its path: node native/test/build.mjs hooks | fuzz | arm64
import { join, relative } from "node:path";
import { compile, filesOf, findCompiler, here } from "../compile.mjs";

const source = filesOf(join(here, "src")).filter((name) => !relative(join(here, "src"), name).startsWith("addon/"));
const tests = join(here, "test");
const isUnit = (name) => name.endsWith(".cpp");
const shared = source.filter((name) => isUnit(name));
const withoutEngines = shared.filter((name) => !/engine\/(adx|ifma|portable)\.cpp$/.test(name));
const hooks = filesOf(join(tests, "hooks"));

const targets = {
  /** An addon with each engine's arithmetic, sums and transforms. */
  hooks: { kind: "addon", units: [...withoutEngines, ...hooks.filter(isUnit)], sources: [...source, ...hooks], flags: ["-O3"], file: "hooks.node" },
  /** The prover on damaged files, under the address and undefined behaviour sanitizers. */
  fuzz: {
    kind: "program",
    units: [...shared, join(tests, "fuzz.cpp")],
    sources: [...source, join(tests, "valid.hpp"), join(tests, "fuzz.cpp")],
    flags: ["-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    // The engine that most cases run is worth the compiler's time.
    flagsOf: (unit) => [unit.endsWith("portable.cpp") ? "-O1" : "-O0"],
    file: "fuzz",
  },
  /** The prover for another processor. */
  arm64: {
    kind: "program",
    units: [...shared, join(tests, "prove.cpp")],
    sources: [...source, join(tests, "valid.hpp"), join(tests, "prove.cpp")],
    flags: ["-O2", "-static"],
    file: "prove",
    compiler: "aarch64-linux-gnu-g++",
  },
};

const { file, compiler = await findCompiler(), ...target } = targets[process.argv[2]];
const output = join(here, "build", "test", process.argv[2], file);
await compile({ ...target, compiler, output }).catch((e) => {
  console.error(e.stderr ?? e.message);
  process.exitCode = 1;
});
console.log(output);
