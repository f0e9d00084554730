// One command in this process: its arguments as commander reads them, its output as text.
import { PassThrough } from "node:stream";
import { Command } from "commander";
import type { CliCommand } from "../../../cli/command.js";
import { makeOutput } from "../../../cli/output.js";
import { resolveSettings } from "../../../cli/settings.js";
import { asZkStateError, type ZkStateError } from "../../../core/errors.js";

export interface Ran {
  /** Exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: ZkStateError | undefined;
}

export interface RunOptions {
  /** Stands for an interruption. */
  readonly signal?: AbortSignal;
  /** Hears all of stdout so far whenever it grows. */
  readonly onOutput?: (stdout: string) => void;
}

/** Runs a command with arguments. */
export async function runCommand(
  command: CliCommand,
  args: readonly string[],
  { signal = new AbortController().signal, onOutput = () => undefined }: RunOptions = {},
): Promise<Ran> {
  const parser = new Command().option("--json").option("--quiet").exitOverride();
  command.define(parser);
  parser.parse([...args], { from: "user" });
  const options = parser.opts();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = makeOutput(
    { stdout, stderr, env: { NO_COLOR: "1" } },
    { json: options["json"] === true, quiet: options["quiet"] === true },
  );
  const settings = resolveSettings({}, {}, "/");
  const told = { stdout: "", stderr: "" };
  stdout.on("data", (text) => {
    told.stdout += String(text);
    onOutput(told.stdout);
  });
  stderr.on("data", (text) => {
    told.stderr += String(text);
  });
  const end = async (code: number, error?: ZkStateError): Promise<Ran> => {
    await new Promise(setImmediate); // streams hand over what was written
    return { code, ...told, error };
  };
  try {
    return await end(await command.run({ output, settings, signal, env: {} }, options, parser.args));
  } catch (e) {
    const error = asZkStateError(e);
    return end(error.exitCode, error);
  }
}
