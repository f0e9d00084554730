// Published JSON: encoded by its schema, one line; read back only in that shape.
import * as z from "zod/mini";
import type { Folder, PublishedFile } from "./folder.js";

/** A value as the file that publishes it. */
export const jsonFile = <S extends z.core.$ZodType>(name: string, schema: S, value: z.output<S>): PublishedFile => ({
  name,
  bytes: Buffer.from(`${JSON.stringify(z.encode(schema, value))}\n`),
});

/** What a file says; undefined when it is not there, cut off, or of another shape. @throws IO_FAILED */
export function readJsonFile<S extends z.core.$ZodType>(folder: Folder, name: string, schema: S): z.output<S> | undefined {
  const bytes = folder.read(name);
  if (bytes === undefined) return undefined;
  try {
    return z.safeParse(schema, JSON.parse(Buffer.from(bytes).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
