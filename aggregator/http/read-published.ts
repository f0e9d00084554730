// Files of the published form as the server reads them: whole, of a bounded size, and only in the shape that this version knows.
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { ZkStateError } from "../../core/errors.js";
import { notPublished } from "./answers.js";

/** Largest file that is read into memory, in bytes; a node file has at most 6 kB, a state 10 kB. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A file as it stands on disk and as it reads. */
export interface Published<S extends z.core.$ZodType> {
  readonly bytes: Buffer;
  readonly json: z.input<S>;
  readonly value: z.output<S>;
}

/** @throws NOT_PUBLISHED when it is not there, STORE_CORRUPT when it is not what its name says, IO_FAILED */
export async function readPublished<S extends z.core.$ZodType>(dir: string, name: string, schema: S): Promise<Published<S>> {
  const bytes = await readWhole(dir, name);
  const json = parsed(name, bytes);
  const read = z.safeParse(schema, json);
  if (!read.success) throw corrupt(name, `${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`);
  return { bytes, json: json as z.input<S>, value: read.data };
}

/** A file that another published file refers to: when it is not there, the folder is damaged. @throws STORE_CORRUPT, IO_FAILED */
export async function readReferred<S extends z.core.$ZodType>(dir: string, name: string, schema: S): Promise<Published<S>> {
  try {
    return await readPublished(dir, name, schema);
  } catch (e) {
    throw e instanceof ZkStateError && e.code === "NOT_PUBLISHED" ? corrupt(name, "no such file") : e;
  }
}

/** A published file that does not hold what its name says. */
export const corrupt = (name: string, got: string): ZkStateError =>
  new ZkStateError({ code: "STORE_CORRUPT", message: `The published file ${name} is damaged.`, got, next: "publish it again" });

function parsed(name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw corrupt(name, "no JSON");
  }
}

const GONE = ["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG"];

/** Through one handle, so that a file which is replaced meanwhile is read as it was or as it is, never as a mixture. */
async function readWhole(dir: string, name: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(join(dir, name));
    const stats = await file.stat();
    if (!stats.isFile()) throw notPublished(name);
    if (stats.size > MOST_BYTES) throw corrupt(name, `${stats.size} bytes`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof ZkStateError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (GONE.includes(code ?? "")) throw notPublished(name);
    throw new ZkStateError({ code: "IO_FAILED", message: `The published file ${name} cannot be read.`, got: `${code}`, cause });
  } finally {
    await file?.close();
  }
}
