// One log for coordinator and workers: to stderr, because stdout is for results, and never with a secret in it.
import { type DestinationStream, type LevelWithSilent, type Logger, pino } from "pino";

export type { Logger };

export interface LogOptions {
  /** "silent" when the command is quiet. */
  readonly level: LevelWithSilent;
  /** A JSON object per line for collectors; otherwise text for people. */
  readonly json: boolean;
  /** stderr unless a test wants to read. */
  readonly destination?: DestinationStream;
}

const SECRET = ["token", "password", "authorization"];
/** An error of ioredis carries the command that failed with its arguments, and AUTH's argument is the password. */
const REDACTED = [...SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), "command.args", "*.command.args"];

/** User and password of any address, wherever in a line it stands. Works on JSON text, so escapes count as one character. */
const CREDENTIALS = /:\/\/(?:\\.|[^\s"\\/])*@/g;

/** A logger; give its children jobId, batchNumber, worker and attempt. */
export function makeLogger({ level, json, destination = pino.destination({ dest: 2, sync: true }) }: LogOptions): Logger {
  const options = {
    level,
    redact: { paths: REDACTED, censor: "***" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: (line: string) => line.replace(CREDENTIALS, "://***@") },
  };
  return json ? pino(options, destination) : pino(options, { write: (line) => destination.write(textOf(line)) });
}

/** Texts come from other machines: what would move a terminal's cursor is taken out. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");

function textOf(line: string): string {
  const { level, time, pid: _pid, hostname: _host, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const said = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const parts = [time, String(level).toUpperCase().padEnd(5), msg, ...said, errorOf(err)];
  return `${plain(parts.filter((part) => part !== undefined && part !== "").join(" "))}\n`;
}

function errorOf(err: unknown): string | undefined {
  if (typeof err !== "object" || err === null) return undefined;
  const { code, type, message } = err as Record<string, unknown>;
  return `(${code ?? type}: ${message})`;
}
