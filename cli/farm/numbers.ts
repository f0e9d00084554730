// Numbers on the command line.
import { ZkStateError } from "../../core/errors.js";
import type { Options } from "../command.js";

/** A flag that is a whole number from `least` to `most`. @throws USAGE */
export function numberOption(options: Options, flag: string, least: number, most: number): number {
  const name = flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const text = String(options[name]);
  const value = /^(?:0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new ZkStateError({ code: "USAGE", message: `--${flag} is not a number in its range.`, expected: `${least} to ${most}`, got: text });
}

/** HOST:PORT of --listen. @throws USAGE */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const [, v6, host, port] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const name = v6 ?? host;
  if (name !== undefined && Number(port) <= 65_535) return { host: name, port: Number(port) };
  throw new ZkStateError({ code: "USAGE", message: "--listen is no address.", expected: "HOST:PORT, such as 127.0.0.1:7070", got: text });
}
