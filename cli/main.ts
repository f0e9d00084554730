#!/usr/bin/env node
// zkstate on the command line: finds the command, loads only that one, and turns errors into exit codes.
import { Command, CommanderError, Option } from "commander";
import { asZkStateError, EXIT, ZkStateError } from "../core/errors.js";
import { accelerate } from "../native/accelerate.js";
import { type CliCommand, type Context, type Options, settingFlags } from "./command.js";
import { makeOutput, type Output } from "./output.js";
import { resolveSettings } from "./settings.js";
import { packageVersion } from "./version.js";

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CliCommand }>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  prove: { summary: "execute a batch on the ledger, prove it and verify it", load: () => import("./commands/prove.js") },
  verify: { summary: "check proofs strictly, and that several of them chain", load: () => import("./commands/verify.js") },
  simulate: { summary: "make a batch file from a seed or a real tape", load: () => import("./commands/simulate.js") },
  inspect: { summary: "look at the state, an account, a batch or a circuit", load: () => import("./commands/inspect.js") },
  worker: { summary: "prove for a farm", load: () => import("./commands/worker.js") },
  coordinator: { summary: "have a farm prove every batch of a ledger", load: () => import("./commands/coordinator.js") },
  status: { summary: "show where each batch stands, and who proves", load: () => import("./commands/status.js") },
  requeue: { summary: "let batches out of quarantine", load: () => import("./commands/requeue.js") },
  aggregate: { summary: "publish what is proven, with certificates for many proofs", load: () => import("./commands/aggregate.js") },
  light: { summary: "follow a published ledger, trusting one small file", load: () => import("./commands/light.js") },
  serve: { summary: "hand out a published folder over HTTP", load: () => import("./commands/serve.js") },
  init: { summary: "create an empty ledger from a genesis", load: () => import("./commands/init.js") },
  prune: { summary: "remove old versions of the state", load: () => import("./commands/prune.js") },
  setup: { summary: "make or check the keys of a circuit", load: () => import("./commands/setup.js") },
  doctor: { summary: "check this machine", load: () => import("./commands/doctor.js") },
  config: { summary: "show the settings and where each comes from", load: () => import("./commands/config.js") },
};

const EXIT_CODES = `
Exit codes: 0 ok, 1 a proof or check says no, 2 usage or configuration, 3 refused by the rules,
4 infrastructure (try again), 5 timeout, 6 version or key mismatch, 130 interrupted.`;

type Run = (entry: CliCommand, options: Options, args: readonly string[]) => Promise<void>;

function globalOptions(command: Command): Command {
  return command
    .addOption(new Option("--json", "one JSON object on stdout"))
    .addOption(new Option("--quiet", "no progress on stderr"))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showHelpAfterError(false);
}

/** The program with every command's name, and the options of the one that argv names. */
async function buildProgram(name: string | undefined, run: Run): Promise<Command> {
  const program = globalOptions(new Command("zkstate"))
    .description("A derivatives ledger whose every batch comes with a proof.")
    .version(packageVersion())
    .addHelpText("after", EXIT_CODES);
  for (const [key, entry] of Object.entries(COMMANDS)) {
    const command = globalOptions(program.command(key).description(entry.summary));
    if (key !== name) continue;
    const loaded = (await entry.load()).command;
    loaded.define(command);
    command.action((...given: unknown[]) => {
      const options = command.optsWithGlobals();
      return run(
        loaded,
        options,
        given
          .slice(0, -2)
          .flat()
          .filter((arg): arg is string => typeof arg === "string"),
      );
    });
  }
  return program;
}

/** First word that is not an option; `help X` and `X --help` are the same. */
function normalise(argv: readonly string[]): { readonly name: string | undefined; readonly args: readonly string[] } {
  const words = argv.filter((arg) => !arg.startsWith("-"));
  if (words[0] === "help" && words[1] !== undefined) return { name: words[1], args: [words[1], "--help"] };
  return { name: words[0], args: argv.length === 0 ? ["--help"] : argv };
}

function interruptible(output: Output): AbortController {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    output.note("interrupted: finishing what must not be cut short; once more to stop at once");
    controller.abort(new ZkStateError({ code: "INTERRUPTED", message: "Interrupted.", next: "run the same command again: it resumes" }));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller;
}

/** Runs the command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let output = makeOutput(process, { json: argv.includes("--json"), quiet: argv.includes("--quiet") });
  let exitCode: number = EXIT.ok;
  const { signal } = interruptible(output);
  const { name, args } = normalise(argv);
  const run: Run = async (command, options, rest) => {
    output = makeOutput(process, { json: options["json"] === true, quiet: options["quiet"] === true });
    const settings = resolveSettings(settingFlags(options), process.env, process.cwd());
    const context: Context = { output, settings, signal, env: process.env };
    accelerate();
    exitCode = await command.run(context, options, rest);
  };
  try {
    await (await buildProgram(name, run)).parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (e) {
    if (e instanceof CommanderError && e.exitCode === 0) return EXIT.ok;
    const error = e instanceof CommanderError ? usageError(e, name) : signal.aborted ? interruption(e) : asZkStateError(e);
    output.error(error);
    if (process.env["ZKSTATE_DEBUG"]) process.stderr.write(`${(error.cause instanceof Error ? error.cause : error).stack}\n`);
    return error.exitCode;
  }
}

function usageError(e: CommanderError, name: string | undefined): ZkStateError {
  const command = name !== undefined && name in COMMANDS ? ` ${name}` : "";
  const message = e.message.replace(/^error: /, "").replace(/\.$/, "");
  return new ZkStateError({
    code: "USAGE",
    message: `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`,
    next: `zkstate${command} --help`,
  });
}

/** After a SIGINT whatever broke off broke off because of it. */
function interruption(e: unknown): ZkStateError {
  if (e instanceof ZkStateError && e.code === "INTERRUPTED") return e;
  return new ZkStateError({ code: "INTERRUPTED", message: "Interrupted.", next: "run the same command again: it resumes", cause: e });
}

process.exitCode = await main(process.argv.slice(2));
// A connection that does not answer must not keep the process once the last of its output has left.
process.stdout.write("", () => setTimeout(() => process.exit(), 3000).unref());
