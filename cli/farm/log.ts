// The log of the long-running commands, as their flags want it.
import type { Command } from "commander";
import { Option } from "commander";
import { type Logger, makeLogger } from "../../farm/logging.js";
import type { Context, Options } from "../command.js";

const LEVELS = ["debug", "info", "warn", "error"] as const;

export const withLog = (command: Command): Command =>
  command
    .addOption(new Option("--log-level <level>", "least level that is logged").choices(LEVELS).default("info"))
    .addOption(
      new Option("--log <format>", "json for collectors, text for people (default: text on a terminal)").choices(["json", "text"]),
    );

/** Logs go to stderr; --quiet silences them. */
export function commandLog({ output }: Context, options: Options): Logger {
  const level = LEVELS.find((name) => name === options["logLevel"]) ?? "info";
  const json = options["log"] === undefined ? process.stderr.isTTY !== true : options["log"] === "json";
  return makeLogger({ level: output.quiet ? "silent" : level, json });
}
