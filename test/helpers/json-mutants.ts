// Every small change to a JSON document: other values, other spellings of the same value, fields and entries lost, added and swapped.
import { R } from "../../core/field.js";

export interface Mutant {
  /** Where and how, for a test's message. */
  readonly name: string;
  readonly json: unknown;
}

const INTEGER = /^-?[0-9]+$/;

/** Other values of a number, and other spellings, the same modulo r among them. */
function otherIntegers(text: string): unknown[] {
  const n = BigInt(text);
  return [n + 1n, n - 1n, n + R, n - R, -n]
    .map(String)
    .concat(`0${text}`, `+${text}`, ` ${text}`)
    .filter((other) => other !== text)
    .concat([Number(text) as never]);
}

function otherScalars(value: unknown): unknown[] {
  if (typeof value === "string") return INTEGER.test(value) ? otherIntegers(value) : [`${value} `, "", null];
  if (typeof value === "number") return [value + 1, -1, value + 0.5, `${value}`, null];
  if (typeof value === "boolean") return [!value, value ? 1 : 0, `${value}`];
  return [0, "", false];
}

function* otherLists(list: readonly unknown[], path: string): Generator<Mutant> {
  yield { name: `${path} without its last`, json: list.slice(0, -1) };
  yield { name: `${path} with one more`, json: [...list, list.at(-1) ?? "0"] };
  for (const [i, item] of list.entries()) {
    const next = list[i + 1];
    if (i + 1 < list.length && JSON.stringify(item) !== JSON.stringify(next))
      yield { name: `${path}.${i} and the next swapped`, json: list.with(i, next).with(i + 1, item) };
    for (const { name, json } of mutants(item, `${path}.${i}`)) yield { name, json: list.with(i, json) };
  }
}

function* otherRecords(record: Readonly<Record<string, unknown>>, path: string): Generator<Mutant> {
  yield { name: `${path} with another field`, json: { ...record, extra: "0" } };
  for (const [key, value] of Object.entries(record)) {
    const { [key]: _, ...rest } = record;
    yield { name: `${path} without ${key}`, json: rest };
    for (const { name, json } of mutants(value, `${path}.${key}`)) yield { name, json: { ...record, [key]: json } };
  }
}

/** Documents that differ from the given one in one place. */
export function* mutants(json: unknown, path = ""): Generator<Mutant> {
  if (Array.isArray(json)) yield* otherLists(json, path);
  else if (typeof json === "object" && json !== null) yield* otherRecords(json as Record<string, unknown>, path);
  else for (const other of otherScalars(json)) yield { name: `${path}: ${JSON.stringify(other)}`, json: other };
}
