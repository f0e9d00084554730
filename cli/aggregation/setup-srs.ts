// zkstate setup --aggregation: the setup of certificates, made or checked.
import { type CachedSrs, ensureSrs, loadSrs } from "../../aggregator/snarkpack/ensure-srs.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { cacheOption, keyKind } from "../circuits.js";
import type { Context, Options } from "../command.js";
import { numberOption } from "../farm/numbers.js";
import type { Output } from "../output.js";
import type { Progress } from "../progress.js";

/** What both actions need to know. */
function wanted({ settings, signal }: Context, options: Options, ptauPaths: readonly string[]) {
  const kind = ptauPaths.length > 0 ? "production" : options["dev"] === true ? "development" : keyKind(settings);
  const maxCount = options["maxCount"] === undefined ? {} : { maxCount: numberOption(options, "max-count", 2, 2 ** 20) };
  return { kind, ...maxCount, ...cacheOption(settings), signal } as const;
}

function report({ output }: Context, title: string, srs: CachedSrs): number {
  output.result(lines(output, title, srs), {
    ok: true,
    kind: srs.kind,
    maxCount: srs.maxCount,
    digest: srs.digest,
    verifier: srs.jsonPath,
    powers: srs.powersPath,
  });
  return EXIT.ok;
}

function lines(output: Output, title: string, { kind, maxCount, digest, jsonPath, powersPath }: CachedSrs): string[] {
  const row = (name: string, value: string) => `  ${output.paint("dim", name.padEnd(12))} ${value}`;
  const warning = "whoever made this setup could forge certificates: for trying out only";
  return [
    `${output.paint("green", "✔")} ${title}`,
    row("kind", kind),
    row("max count", maxCount.toLocaleString("en-US")),
    row("digest", digest),
    row("verifier", jsonPath),
    row("powers", powersPath),
    ...(kind === "development" ? [row("note", output.paint("yellow", warning))] : []),
  ];
}

/** Makes the setup, unless the cache has it. @returns the exit code */
export async function makeSrs(context: Context, options: Options, ptauPaths: readonly string[], progress: Progress): Promise<number> {
  const what = wanted(context, options, ptauPaths);
  const srs = await ensureSrs({ ...what, ...(ptauPaths.length === 0 ? {} : { ptauPaths }) }, progress.onStage);
  progress.stop();
  return report(context, "the setup for aggregation is ready", srs);
}

/** Checks the setup in the cache: that its files are whole and its verifier's part is safe. @returns the exit code */
export async function verifySrs(context: Context, options: Options, ptauPaths: readonly string[], progress: Progress): Promise<number> {
  if (ptauPaths.length > 0)
    throw new ZkStateError({ code: "USAGE", message: "A setup for aggregation is checked against its files when it is made." });
  const what = wanted(context, options, []);
  const srs = await loadSrs(what);
  progress.stop();
  if (srs !== undefined) return report(context, "the setup for aggregation: files whole, and safe as far as can be seen", srs);
  const next = what.kind === "development" ? "zkstate setup --aggregation --dev" : "zkstate setup --aggregation --ptau FILE --ptau FILE";
  throw new ZkStateError({ code: "KEY_MISMATCH", message: `There is no ${what.kind} setup for aggregation.`, next });
}
