// Real tapes: one-minute candles (timestamp,open,high,low,close,volume) and public trades (,timestamp,id,type,side,price,amount,cost,date).
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { ZkStateError } from "../core/errors.js";
import type { Tick } from "./price-path.js";

/** One public trade of a tape. */
export interface TapeTrade extends Tick {
  /** The taker's side. */
  readonly side: "buy" | "sell";
  /** Coins. */
  readonly amount: number;
}

const positive = z.coerce.number().positive();
const Candle = z.object({ timestamp: z.string(), close: positive });
const TradeRow = z.object({
  timestamp: z.coerce.number().int().nonnegative(),
  side: z.enum(["buy", "sell"]),
  price: positive,
  amount: positive,
});

function rows<T>(text: string, file: string, schema: z.ZodType<T>): T[] {
  const malformed = (message: string, line: number, details = "") =>
    new ZkStateError({
      code: "INPUT_MALFORMED",
      message,
      expected: "a CSV tape with a header line",
      got: details,
      details: { file, line },
    });
  let raw: unknown[];
  try {
    raw = parse(text, { columns: true, skip_empty_lines: true, trim: true });
  } catch (e) {
    throw malformed(`${file} is not a CSV file.`, 0, e instanceof Error ? e.message : "");
  }
  if (raw.length < 2) throw malformed(`${file} holds fewer than two rows.`, 1);
  return raw.map((row, i) => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw malformed(`${file} has a wrong ${issue?.path.join(".") || "row"} in line ${i + 2}.`, i + 2, issue?.message);
  });
}

/** Unix seconds of a tape's time stamp; stamps without a zone are UTC. */
function seconds(stamp: string): number {
  const iso = stamp
    .trim()
    .replace(" ", "T")
    .replace(/(\.\d{3})\d+$/, "$1");
  return Math.floor(Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`) / 1000);
}

function inOrder<T extends Tick>(ticks: readonly T[], file: string): readonly T[] {
  const wrong = ticks.findIndex((tick, i) => !Number.isFinite(tick.time) || tick.time < (ticks[i - 1]?.time ?? 0));
  if (wrong < 0) return ticks;
  throw new ZkStateError({
    code: "INPUT_MALFORMED",
    message: `${file} has a time out of order in line ${wrong + 2}.`,
    expected: "rows in rising time",
    got: `${ticks[wrong]?.time}`,
    details: { file, line: wrong + 2 },
  });
}

/** Closing prices of a candle tape. @throws INPUT_MALFORMED naming the line */
export const parseCandles = (text: string, file: string): readonly Tick[] =>
  inOrder(
    rows(text, file, Candle).map((row) => ({ time: seconds(row.timestamp), price: row.close })),
    file,
  );

/** Trades of a tape. @throws INPUT_MALFORMED naming the line */
export const parseTrades = (text: string, file: string): readonly TapeTrade[] =>
  inOrder(
    rows(text, file, TradeRow).map((row) => ({ ...row, time: Math.floor(row.timestamp / 1000) })),
    file,
  );
