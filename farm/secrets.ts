// Secrets come from the environment or from files that it names, never from the command line, and from one place only.
import { readFileSync } from "node:fs";
import { ZkStateError } from "../core/errors.js";
import { errnoOf } from "../prover/file-errors.js";

export function invalid(message: string, expected: string, got: string, next: string): ZkStateError {
  return new ZkStateError({ code: "CONFIG_INVALID", message, expected, got, next });
}

/** The value of the one place that has it. Two places are refused: which of them is meant cannot be known. */
export function onlyOne(what: string, places: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = Object.entries(places).filter(([, value]) => value !== undefined && value !== "");
  if (given.length <= 1) return given[0]?.[1];
  const got = given.map(([place]) => place).join(" and ");
  throw invalid(`There is more than one ${what}.`, "one place", got, "remove all but one of them");
}

/** A secret in a file, without the line's end. */
export function secretFile(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const path = env[variable];
  if (path === undefined || path === "") return undefined;
  const text = contentOf(variable, path).replace(/\r?\n$/, "");
  if (text !== "") return text;
  throw invalid(`The file ${path} is empty.`, "a secret in it", "nothing", `write it there, or unset ${variable}`);
}

export function contentOf(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (e) {
    const next = `check the path in ${variable} and who may read it`;
    throw invalid(`The file ${path} cannot be read.`, "a readable file", errnoOf(e) || "another error", next);
  }
}

/** What opens the board and the artifacts of a coordinator: ZKSTATE_TOKEN, or the file of ZKSTATE_TOKEN_FILE. @throws CONFIG_INVALID */
export const farmToken = (env: NodeJS.ProcessEnv): string | undefined =>
  onlyOne("token", { ZKSTATE_TOKEN: env["ZKSTATE_TOKEN"], ZKSTATE_TOKEN_FILE: secretFile("ZKSTATE_TOKEN_FILE", env) });
