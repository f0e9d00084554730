// The machine's C++20 compiler, and what it makes of this project's sources. Only Node-API is used, whose headers come as a package,
// so that nothing is fetched and one binary serves every Node version.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
export const here = dirname(fileURLToPath(import.meta.url));

// GCC 12 warns of its own intrinsics' undefined operands.
const common = ["-std=c++20", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-uninitialized", "-Wno-maybe-uninitialized"];
// Any exception becomes JavaScript's, and what a thread that is being ended can no longer throw is let go.
const addon = ["-DNAPI_VERSION=9", "-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL", "-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"];
const link = {
  addon: process.platform === "darwin" ? ["-undefined", "dynamic_lookup", "-bundle"] : ["-shared", "-static-libstdc++", "-static-libgcc"],
  program: [],
};

function headers() {
  const [cpp, c] = ["node-addon-api/package.json", "node-api-headers/package.json"].map((name) => dirname(createRequire(import.meta.url).resolve(name)));
  return [cpp, join(c, "include")].map((dir) => `-isystem${dir}`);
}

export async function findCompiler() {
  for (const name of [process.env.CXX, "g++", "clang++", "c++"].filter(Boolean)) {
    const works = await run(name, ["-std=c++20", "-x", "c++", "-fsyntax-only", "/dev/null"]).then(
      () => true,
      () => false,
    );
    if (works) return name;
  }
  return undefined;
}

/** The files of a folder, whole paths. */
export const filesOf = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name));

/** The first failure stops the others' results from counting; compilers that run are left to end. */
async function each(items, atOnce, work) {
  const rest = [...items];
  await Promise.all(Array.from({ length: atOnce }, async () => { for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item); }));
}

/**
 * Compiles `units` and links them to `output`, unless it is there already, made of the same `sources` in the same way.
 * `kind` is "addon" or "program"; `flagsOf` a unit are flags of its own.
 */
export async function compile({ compiler, kind, units, sources, output, flags, flagsOf = () => [] }) {
  const options = [...common, ...flags, ...(kind === "addon" ? addon : [])];
  const hash = createHash("sha256").update(JSON.stringify([compiler, options, units.map(flagsOf), process.arch, process.platform]));
  for (const name of sources.filter((file) => /\.(cpp|hpp|inl)$/.test(file)).sort()) hash.update(relative(here, name)).update(readFileSync(name));
  const digest = hash.digest("hex");
  const stamp = join(dirname(output), "digest");
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  mkdirSync(dirname(output), { recursive: true });
  const dir = mkdtempSync(join(dirname(output), "objects-"));
  try {
    const objects = new Map(units.map((unit) => [unit, join(dir, `${relative(here, unit).replaceAll("/", "-")}.o`)]));
    const includes = kind === "addon" ? headers() : [];
    await each(units, availableParallelism(), (unit) => run(compiler, [...options, ...includes, ...flagsOf(unit), "-c", unit, "-o", objects.get(unit)]));
    const built = join(dir, "built");
    await run(compiler, [...link[kind], ...flags, ...objects.values(), "-o", built, "-lpthread"]);
    renameSync(built, output); // whole or not at all
    writeFileSync(stamp, digest);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
