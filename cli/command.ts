// What a command is: options on a commander command, and a function that runs it.
import type { Command } from "commander";
import type { Output } from "./output.js";
import { type Flags, SETTING_NAMES, SETTINGS, type SettingName, type Settings } from "./settings.js";

/** What every command gets. */
export interface Context {
  readonly output: Output;
  readonly settings: Settings;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
}

/** Options as commander parsed them. */
export type Options = Readonly<Record<string, unknown>>;

export interface CliCommand {
  /** Adds arguments, options and examples. */
  readonly define: (command: Command) => void;
  /** @returns the exit code; @throws ZkStateError */
  readonly run: (context: Context, options: Options, args: readonly string[]) => Promise<number>;
}

/** Adds flags for some of the settings. */
export function withSettings(command: Command, ...names: readonly SettingName[]): Command {
  for (const name of names) {
    const { what, fallback, env } = SETTINGS[name];
    command.option(`--${name} <value>`, `${what} (${env}; default: ${fallback || (name === "cache" ? "platform's" : "none")})`);
  }
  return command;
}

/** Shows examples below a command's help. */
export const withExamples = (command: Command, ...examples: readonly string[]): Command =>
  command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`);

/** The flags of a command that are settings. */
export function settingFlags(options: Options): Flags {
  const given = SETTING_NAMES.map((name) => [name, options[name]] as const);
  return Object.fromEntries(given.filter((entry): entry is readonly [SettingName, string] => typeof entry[1] === "string"));
}
