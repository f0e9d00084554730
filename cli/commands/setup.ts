// zkstate setup: the keys of a circuit, or the setup of certificates, made or checked.
import { Argument, Option } from "commander";
import { instance } from "../../circuits/instances.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import type { CircuitArtifact } from "../../prover/artifacts.js";
import { checkKeyFits, ensureKeys, findKeys, type KeyArtifact } from "../../prover/keys/ensure-keys.js";
import { verifySetup } from "../../prover/keys/ptau.js";
import { checkVerificationKey } from "../../prover/keys/vkey.js";
import { makeSrs, verifySrs } from "../aggregation/setup-srs.js";
import { cacheOption, compiled, keyKind } from "../circuits.js";
import { type CliCommand, type Context, type Options, withExamples, withSettings } from "../command.js";
import type { Output } from "../output.js";
import { makeProgress, type Progress } from "../progress.js";

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Every --ptau that was given. */
const ptauPathsOf = (options: Options): readonly string[] => (Array.isArray(options["ptau"]) ? options["ptau"].map(String) : []);

/** The one file that keys are made from. @throws USAGE for more, and for what only goes with --aggregation */
function ptauPathOf(options: Options): string | undefined {
  const [path, ...more] = ptauPathsOf(options);
  if (options["maxCount"] !== undefined) throw new ZkStateError({ code: "USAGE", message: "--max-count goes with --aggregation only." });
  if (more.length === 0) return path;
  const next = "zkstate setup --aggregation --ptau FILE --ptau FILE";
  throw new ZkStateError({ code: "USAGE", message: "Keys of a circuit come from one powers-of-tau file.", next });
}

function view(circuit: CircuitArtifact, keys: KeyArtifact): Record<string, unknown> {
  const { kind, zkeyPath, vkeyPath, vkeyDigest, manifest } = keys;
  const shape = { circuit: circuit.name, circuitDigest: circuit.digest, constraints: circuit.manifest.nConstraints };
  const digests = Object.fromEntries(Object.entries(manifest.files).map(([name, file]) => [name, file.sha256]));
  return {
    ok: true,
    ...shape,
    kind,
    zkey: zkeyPath,
    verificationKey: vkeyPath,
    vkeyDigest,
    contributions: manifest.nContributions,
    digests,
  };
}

function lines(output: Output, title: string, circuit: CircuitArtifact, keys: KeyArtifact): string[] {
  const row = (name: string, value: string) => `  ${output.paint("dim", name.padEnd(12))} ${value}`;
  const warning = "whoever made these keys could forge proofs: for trying out only";
  return [
    `${output.paint("green", "✔")} ${title}`,
    row("circuit", `${circuit.name}, ${circuit.manifest.nConstraints.toLocaleString("en-US")} constraints, ${circuit.digest}`),
    row("zkey", keys.zkeyPath),
    row("vkey", keys.vkeyPath),
    row("vkey digest", keys.vkeyDigest),
    ...(keys.kind === "development" ? [row("note", output.paint("yellow", warning))] : []),
  ];
}

async function make(context: Context, options: Options, progress: Progress): Promise<number> {
  const { settings, signal, output } = context;
  const ptauPath = ptauPathOf(options);
  const kind = ptauPath !== undefined ? "production" : options["dev"] === true ? "development" : keyKind(settings);
  const circuit = await compiled(instance(settings.profile.value), settings, progress.onStage);
  const hex = text(options["beacon"]);
  const keys = await ensureKeys(
    circuit,
    kind === "development"
      ? { kind, ...cacheOption(settings), signal }
      : {
          kind,
          ...cacheOption(settings),
          signal,
          ...(ptauPath === undefined ? {} : { ptauPath }),
          ...(Array.isArray(options["contribution"]) ? { contributions: options["contribution"].map(String) } : {}),
          ...(hex === undefined ? {} : { beacon: { hex, iterationsExp: 10 } }),
        },
    progress.onStage,
  );
  progress.stop();
  output.result(lines(output, `${kind} keys are ready`, circuit, keys), view(circuit, keys));
  return EXIT.ok;
}

async function verify(context: Context, options: Options, progress: Progress): Promise<number> {
  const { settings, signal, output } = context;
  const ptauPath = ptauPathOf(options);
  const kind = ptauPath !== undefined ? "production" : options["dev"] === true ? "development" : keyKind(settings);
  const circuit = await compiled(instance(settings.profile.value), settings, progress.onStage);
  const keys = await findKeys(circuit, kind, cacheOption(settings).cacheDir);
  if (keys === undefined) {
    const next = kind === "development" ? "zkstate setup --dev" : "zkstate setup --ptau FILE";
    throw new ZkStateError({ code: "KEY_MISMATCH", message: `There are no ${kind} keys for ${circuit.name}.`, next });
  }
  checkKeyFits(keys.zkeyPath, circuit);
  checkVerificationKey(keys.vkey);
  const complete = ptauPath !== undefined;
  if (complete) await verifySetup({ r1csPath: circuit.r1csPath, ptauPath, zkeyPath: keys.zkeyPath }, { signal });
  progress.stop();
  const checked = complete ? "every contribution checked against the powers of tau" : "files whole, of this circuit, and safe";
  output.result(lines(output, `${kind} keys: ${checked}`, circuit, keys), { ...view(circuit, keys), contributionsChecked: complete });
  return EXIT.ok;
}

export const command: CliCommand = {
  define: (c) => {
    c.addArgument(new Argument("[action]", "verify checks the keys instead of making them").choices(["verify"]))
      .addOption(new Option("--dev", "development keys, from secrets drawn here").conflicts("ptau"))
      .addOption(
        new Option("--ptau <file>", "powers of tau, prepared for phase 2: makes production keys; twice with --aggregation").argParser(
          (value: string, before: readonly string[] = []) => [...before, value],
        ),
      )
      .addOption(new Option("--aggregation", "the setup of certificates instead of keys").conflicts(["contribution", "beacon"]))
      .option("--max-count <n>", "with --aggregation: most proofs in a certificate, a power of two (default: 1024)")
      .option("--contribution <name...>", "one phase-2 contribution for each name")
      .option("--beacon <hex>", "public randomness that ends the ceremony");
    withSettings(c, "profile", "keys", "cache");
    withExamples(
      c,
      "zkstate setup --dev",
      "zkstate setup --ptau pot18_final.ptau --contribution alice --contribution bob --beacon 0102..",
      "zkstate setup verify --ptau pot18_final.ptau",
      "zkstate setup --aggregation --ptau one.ptau --ptau two.ptau",
    );
  },
  run: async (context, options, args) => {
    const progress = makeProgress(context.output);
    const verifying = args[0] === "verify";
    try {
      if (options["aggregation"] === true)
        return await (verifying
          ? verifySrs(context, options, ptauPathsOf(options), progress)
          : makeSrs(context, options, ptauPathsOf(options), progress));
      return await (verifying ? verify(context, options, progress) : make(context, options, progress));
    } finally {
      progress.stop();
    }
  },
};
