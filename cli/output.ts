// What the command line writes: results on stdout, everything else on stderr.
import { styleText } from "node:util";
import { asZkStateError, type ZkStateError } from "../core/errors.js";

type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan";

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** stderr is a terminal that may be redrawn. */
  readonly interactive: boolean;
  /** The command's result: lines for people, or one JSON object. */
  readonly result: (forPeople: readonly string[], forMachines: unknown) => void;
  /** A remark on stderr, unless quiet. */
  readonly note: (line: string) => void;
  readonly error: (error: ZkStateError) => void;
  /** Styles for stdout, and for stderr. */
  readonly paint: (style: Style, text: string) => string;
  readonly paintError: (style: Style, text: string) => string;
}

export interface Streams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** https://no-color.org: any non-empty NO_COLOR turns colours off. */
const mayPaint = (stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";

// styleText would look at this process' stdout; what counts is the stream that is written to.
const painter = (on: boolean) => (style: Style, text: string) => (on ? styleText(style, text, { validateStream: false }) : text);

/** JSON with bigints as decimal strings. */
export const toJson = (value: unknown): string => JSON.stringify(value, (_, x: unknown) => (typeof x === "bigint" ? x.toString() : x), 2);

// What comes from a file or a server may hold commands for the terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");

/** Lines for people about an error: code, sentence, expected and got, next step. */
export function errorLines(error: ZkStateError, paint: Output["paint"]): string[] {
  const { index, line, item } = error.details;
  const place = [
    typeof index === "number" ? `item ${index}` : "",
    typeof line === "number" ? `line ${line}` : "",
    typeof item === "string" ? item : "",
  ];
  const where = place.filter((part) => part !== "").join(", ");
  const rows: [string, string | undefined][] = [
    ["where", where || undefined],
    ["rule", typeof error.details["refusal"] === "string" ? `${error.details["refusal"]}, ${error.details["rule"] ?? ""}` : undefined],
    ["expected", error.expected],
    ["got", error.got],
    ["next", error.next],
  ];
  const told = rows.filter((row): row is [string, string] => row[1] !== undefined);
  return [
    `${paint("red", `error ${error.code}`)}: ${plain(error.message)}`,
    ...told.map(([name, text]) => `  ${paint("dim", name.padEnd(8))} ${plain(text)}`),
  ];
}

/** The output of one run of the command line. */
export function makeOutput(streams: Streams, options: { readonly json?: boolean; readonly quiet?: boolean }): Output {
  const { stdout, stderr, env } = streams;
  const json = options.json === true;
  const quiet = options.quiet === true;
  const paintError = painter(mayPaint(stderr, env));
  return {
    json,
    quiet,
    interactive: stderr.isTTY === true && env["TERM"] !== "dumb" && !quiet,
    result: (forPeople, forMachines) => {
      if (json) stdout.write(`${toJson(forMachines)}\n`);
      else if (forPeople.length > 0) stdout.write(`${forPeople.join("\n")}\n`);
    },
    note: (line) => {
      if (!quiet) stderr.write(`${line}\n`);
    },
    error: (error) => {
      if (json) stdout.write(`${toJson({ ok: false, error: error.toJSON() })}\n`);
      stderr.write(`${errorLines(error, paintError).join("\n")}\n`);
    },
    paint: painter(mayPaint(stdout, env)),
    paintError,
  };
}

/** Code and sentence of any thrown value, in one line. */
export function errorText(e: unknown): string {
  const { code, message } = asZkStateError(e);
  return `${code}: ${plain(message)}`;
}
