// Numbers for people. Everything is worked out in integers; the exact value is kept beside the rounded one (exact.ts).

const MINUS = "\u2212";
const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** numerator / denominator with so many decimals, rounded half away from zero; denominator above 0. */
export function decimal(numerator: bigint, denominator: bigint, decimals: number): string {
  const scaled = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(decimals);
  const rounded = (2n * scaled + denominator) / (2n * denominator);
  const digits = rounded.toString().padStart(decimals + 1, "0");
  const whole = group(digits.slice(0, digits.length - decimals));
  const sign = numerator < 0n && rounded > 0n ? MINUS : "";
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** Whole numbers with separators. */
export const count = (n: number | bigint): string => (n < 0 ? MINUS : "") + group(`${n < 0 ? -n : n}`);

/** One thing or several of them. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** 1e-6 quote as quote with two decimals. */
export const money = (micro: bigint): string => decimal(micro, 1_000_000n, 2);
/** The same with all six. */
export const moneyExact = (micro: bigint): string => decimal(micro, 1_000_000n, 6);

/** numerator / denominator in percent. */
export const percent = (numerator: bigint, denominator: bigint, decimals = 1): string =>
  denominator === 0n ? "none" : `${decimal(100n * numerator, denominator, decimals)} %`;

/** A length of data. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A time taken, given in milliseconds. */
export function duration(ms: number): string {
  if (ms < 1) return "under 1 ms";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** A length of time, given in seconds, in its two largest units. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [i, [unit, length]] of UNITS.entries()) {
    if (whole < length) continue;
    const next = UNITS[i + 1];
    const rest = next === undefined ? 0 : Math.floor((whole % length) / next[1]);
    return plural(Math.floor(whole / length), unit) + (next === undefined || rest === 0 ? "" : ` ${plural(rest, next[0])}`);
  }
  return plural(whole, "second");
}

/** Unix seconds as a date and time in UTC. */
export function instant(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Unix seconds as a date and time in UTC, without the seconds. */
export const minute = (seconds: number): string => instant(seconds).slice(0, 16);
/** Unix seconds as a date. */
export const day = (seconds: number): string => instant(seconds).slice(0, 10);

/** A hash in hex, all of it. */
export const hex = (hash: bigint): string => `0x${hash.toString(16).padStart(64, "0")}`;
/** Its first and last digits. */
export const shortHex = (hash: bigint): string => {
  const digits = hex(hash);
  return `${digits.slice(0, 10)}\u2026${digits.slice(-6)}`;
};
/** A chain's address of 160 bits. */
export const address = (word: bigint): string => `0x${word.toString(16).padStart(40, "0")}`;
/** Its first and last digits. */
export const shortAddress = (word: bigint): string => `${address(word).slice(0, 8)}\u2026${address(word).slice(-4)}`;
