// The batch circuit of a profile: compiled, and with its keys.
import { availableParallelism } from "node:os";
import { CIRCUITS_DIR, type Instance, mainCircom } from "../circuits/instances.js";
import { ZkStateError } from "../core/errors.js";
import { type CircuitArtifact, type CircuitSource, compileCircuit } from "../prover/artifacts.js";
import type { ProverBackend } from "../prover/backends/backend.js";
import { BACKENDS, type BackendName, chooseBackend } from "../prover/backends/choose.js";
import { ensureKeys, type KeyArtifact, type KeyKind } from "../prover/keys/ensure-keys.js";
import type { OnStage } from "../prover/stage.js";
import type { Settings } from "./settings.js";

export const circuitSource = (instance: Instance): CircuitSource => ({
  name: `batch-${instance.id}`,
  mainCircom: mainCircom(instance),
  includeDirs: [CIRCUITS_DIR],
});

/** The cache folder as an option, when it is set. */
export const cacheOption = (settings: Settings): { readonly cacheDir?: string } =>
  settings.cache.value === "" ? {} : { cacheDir: settings.cache.value };

function choice<T extends string>(settings: Settings, name: "keys" | "backend", choices: readonly T[]): T {
  const { value, origin } = settings[name];
  const found = choices.find((c) => c === value);
  if (found !== undefined) return found;
  throw new ZkStateError({
    code: "CONFIG_INVALID",
    message: `The setting ${name} has no such choice.`,
    expected: choices.join(", "),
    got: `${value} (${origin})`,
    next: "zkstate config --resolved",
  });
}

export const keyKind = (settings: Settings): KeyKind => choice(settings, "keys", ["development", "production"]);

export const compiled = (instance: Instance, settings: Settings, onStage?: OnStage): Promise<CircuitArtifact> =>
  compileCircuit(circuitSource(instance), cacheOption(settings), onStage);

/** The keys of the kind that the settings ask for. Production keys are only found here, never made: that is `zkstate setup --ptau`. */
export const keysFor = (circuit: CircuitArtifact, settings: Settings, signal: AbortSignal, onStage?: OnStage): Promise<KeyArtifact> =>
  ensureKeys(circuit, { kind: keyKind(settings), ...cacheOption(settings), signal }, onStage);

export const backendName = (settings: Settings): BackendName => choice(settings, "backend", BACKENDS);

/** Threads of a native proof; undefined when the settings leave it to the machine. @throws CONFIG_INVALID */
export function threadsGiven(settings: Settings): number | undefined {
  const { value, origin } = settings.threads;
  if (value === "auto") return undefined;
  if (/^[1-9][0-9]{0,2}$/.test(value)) return Number(value);
  const message = "The setting threads is no number of threads.";
  throw new ZkStateError({ code: "CONFIG_INVALID", message, expected: "auto, or 1 to 999", got: `${value} (${origin})` });
}

const threads = (settings: Settings): number => threadsGiven(settings) ?? availableParallelism();

/** The backend that the settings ask for. @throws CONFIG_INVALID when it is not there */
export const backendFor = (settings: Settings): Promise<ProverBackend> =>
  chooseBackend(backendName(settings), { threads: threads(settings) });
