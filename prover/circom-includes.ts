// Everything a circuit's text depends on: the include graph, read the way circom resolves it.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { sha256 } from "./file-digest.js";
import { errnoOf, fileError } from "./file-errors.js";

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const INCLUDE = /^\s*include\s+"([^"]+)"\s*;/gm;

function includesOf(text: string): string[] {
  return [...text.replace(COMMENT, "").matchAll(INCLUDE)].flatMap((m) => m[1] ?? []);
}

async function readIfFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (e) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(errnoOf(e))) return undefined;
    throw fileError(e, path);
  }
}

/**
 * Digest every file that `mainText` includes, directly or not.
 * A name is looked for beside the including file, then in `includeDirs` in order. Paths are left out of the digest, so that it is the same
 * on every machine; a missing file counts as missing and is left to the compiler to report.
 * @returns sorted, distinct lines `<name> <sha256>`
 */
export async function includeDigests(mainText: string, includeDirs: readonly string[]): Promise<readonly string[]> {
  const lines = new Set<string>();
  const seen = new Set<string>();
  const queue: { readonly name: string; readonly from: string | undefined }[] = includesOf(mainText).map((name) => ({
    name,
    from: undefined,
  }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { name, from } = next;
    const places = [...(from === undefined ? [] : [from]), ...includeDirs].map((dir) => resolve(dir, name));
    const found = await firstOf(places);
    lines.add(`${name} ${found === undefined ? "missing" : sha256(found.text)}`);
    if (found === undefined || seen.has(found.path)) continue;
    seen.add(found.path);
    for (const inner of includesOf(found.text)) queue.push({ name: inner, from: dirname(found.path) });
  }
  return [...lines].sort();
}

async function firstOf(paths: readonly string[]): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (const path of paths) {
    const text = await readIfFile(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}
