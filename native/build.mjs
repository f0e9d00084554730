// Builds the native addon with the machine's C++20 compiler, or says once that there is none: zkstate then works with snarkjs, slower.
// Only Node-API is used, whose headers come as a package, so that nothing is fetched and one binary serves every Node version.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const output = join(here, "build");
const addon = join(output, "zkstate.node");
const stamp = join(output, "digest");

const sources = readdirSync(source, { recursive: true }).map((name) => join(source, name));
const units = sources.filter((name) => name.endsWith(".cpp"));
const packages = ["node-addon-api/package.json", "node-api-headers/package.json"].map((name) =>
  dirname(createRequire(import.meta.url).resolve(name)),
);
const includes = [packages[0], join(packages[1], "include")];
const flags = ["-std=c++20", "-O3", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-DNAPI_VERSION=9", "-DNAPI_CPP_EXCEPTIONS"];
// GCC 12 warns of its own intrinsics' undefined operands.
flags.push("-Wno-uninitialized", "-Wno-maybe-uninitialized", ...includes.map((dir) => `-isystem${dir}`));
const link = process.platform === "darwin" ? ["-undefined", "dynamic_lookup", "-bundle"] : ["-shared", "-static-libstdc++", "-static-libgcc"];

async function findCompiler() {
  for (const name of [process.env.CXX, "g++", "clang++", "c++"].filter(Boolean)) {
    const works = await run(name, ["-std=c++20", "-x", "c++", "-fsyntax-only", "/dev/null"]).then(
      () => true,
      () => false,
    );
    if (works) return name;
  }
  return undefined;
}

/** The first failure stops the others' results from counting; compilers that run are left to end. */
async function each(items, atOnce, work) {
  const rest = [...items];
  await Promise.all(Array.from({ length: atOnce }, async () => { for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item); }));
}

async function build(compiler) {
  const hash = createHash("sha256").update(JSON.stringify([compiler, flags.slice(0, 8), process.arch, process.platform]));
  for (const name of sources.filter((file) => /\.(cpp|hpp|inl)$/.test(file)).sort()) hash.update(relative(source, name)).update(readFileSync(name));
  const digest = hash.digest("hex");
  if (existsSync(addon) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  mkdirSync(output, { recursive: true });
  const dir = mkdtempSync(join(output, "objects-"));
  try {
    const objects = new Map(units.map((unit) => [unit, join(dir, `${relative(source, unit).replaceAll("/", "-")}.o`)]));
    await each(units, availableParallelism(), (unit) => run(compiler, [...flags, "-c", unit, "-o", objects.get(unit)]));
    const built = join(dir, "zkstate.node");
    await run(compiler, [...link, ...objects.values(), "-o", built, "-lpthread"]);
    renameSync(built, addon); // whole or not at all
    writeFileSync(stamp, digest);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const slower = "zkstate works without it, with snarkjs, and proves more than ten times slower";
if (process.platform === "win32") {
  console.warn(`The native prover needs Linux or macOS; ${slower}.`);
} else {
  const compiler = await findCompiler();
  if (compiler === undefined) {
    console.warn(`No C++20 compiler found; ${slower}. Install g++ or clang++, then run: npm run build:native`);
  } else {
    await build(compiler).catch((e) => console.warn(`The native prover did not build; ${slower}.\n${e.stderr ?? e.message}`));
  }
}
