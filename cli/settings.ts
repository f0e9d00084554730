// Settings: a flag wins over ZKSTATE_* in the environment, which wins over the nearest zkstate.config.json, which wins over the default.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { ZkStateError } from "../core/errors.js";

export const CONFIG_FILE = "zkstate.config.json";

interface Setting {
  readonly env: string;
  readonly what: string;
  readonly fallback: string;
  /** Relative paths in a config file start at the file's folder; what may hold a password is never shown whole. */
  readonly kind?: "path" | "url";
}

/** Every setting, by its name in the config file and as a flag. */
export const SETTINGS = {
  data: { env: "ZKSTATE_DATA", what: "folder of the ledger", fallback: ".zkstate", kind: "path" },
  out: { env: "ZKSTATE_OUT", what: "folder that receives proofs", fallback: "proofs", kind: "path" },
  profile: { env: "ZKSTATE_PROFILE", what: "circuit profile of circuits/instances.json", fallback: "default" },
  keys: { env: "ZKSTATE_KEYS", what: "development or production keys", fallback: "development" },
  backend: { env: "ZKSTATE_BACKEND", what: "auto, native, snarkjs or rapidsnark", fallback: "auto" },
  threads: {
    env: "ZKSTATE_THREADS",
    what: "threads of the native prover and of aggregation, or auto for the processor's",
    fallback: "auto",
  },
  redis: {
    env: "ZKSTATE_REDIS_URL",
    what: "URL of the farm's Redis; without it proofs are made in this process",
    fallback: "",
    kind: "url",
  },
  artifacts: {
    env: "ZKSTATE_ARTIFACTS",
    what: "where the farm's inputs, keys and proofs live: http, a shared folder, redis:DATABASE or the URL of another Redis",
    fallback: "",
    kind: "url",
  },
  publish: { env: "ZKSTATE_PUBLISH", what: "folder of the published form", fallback: "published", kind: "path" },
  cache: {
    env: "ZKSTATE_CACHE",
    what: "folder of compiled circuits and keys; empty for the platform's cache folder",
    fallback: "",
    kind: "path",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

export interface Resolved {
  readonly value: string;
  /** Where the value came from: "flag", "env ZKSTATE_DATA", a config file's path, or "default". */
  readonly origin: string;
}
export type Settings = Readonly<Record<SettingName, Resolved>>;

const ConfigFile = z.strictObject(
  Object.fromEntries(SETTING_NAMES.map((name) => [name, z.string().optional()])) as Record<SettingName, z.ZodOptional<z.ZodString>>,
);

type Found = { readonly path: string; readonly values: Partial<Record<SettingName, string | undefined>> };

/** The nearest config file at or above a folder. @throws CONFIG_INVALID when it is not a JSON object of known settings */
export function findConfig(from: string): Found | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const path = join(folder, CONFIG_FILE);
    const text = readIfThere(path);
    if (text !== undefined) return { path, values: parseConfig(text, path) };
    if (folder === dirname(folder)) return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseConfig(text: string, path: string): Found["values"] {
  const invalid = (message: string, got: string) =>
    new ZkStateError({
      code: "CONFIG_INVALID",
      message,
      expected: `a JSON object with ${SETTING_NAMES.join(", ")}`,
      got,
      next: `correct ${path}`,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw invalid(`${path} is not JSON.`, e instanceof Error ? e.message : "");
  }
  const parsed = ConfigFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${path} has a wrong ${issue?.path.join(".") || "entry"}.`, issue?.message ?? "");
}

export type Flags = Readonly<Partial<Record<SettingName, string>>>;

/** Every setting with its origin. Paths come back absolute. @throws CONFIG_INVALID */
export function resolveSettings(flags: Flags, env: NodeJS.ProcessEnv, cwd: string): Settings {
  const config = findConfig(cwd);
  const one = (name: SettingName): Resolved => {
    const { env: variable, fallback, ...setting }: Setting = SETTINGS[name];
    const absolute = (value: string, from: string) => (setting.kind === "path" && value !== "" ? resolve(from, value) : value);
    const flag = flags[name];
    if (flag !== undefined) return { value: absolute(flag, cwd), origin: "flag" };
    const variableValue = env[variable];
    if (variableValue) return { value: absolute(variableValue, cwd), origin: `env ${variable}` };
    const inFile = config?.values[name];
    if (config !== undefined && inFile !== undefined) return { value: absolute(inFile, dirname(config.path)), origin: config.path };
    return { value: absolute(fallback, cwd), origin: "default" };
  };
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, one(name)])) as Record<SettingName, Resolved>;
}
