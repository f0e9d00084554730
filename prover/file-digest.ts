// SHA-256 of files and texts. A file's digest is remembered for as long as its inode, size and times stay the same.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

const remembered = new Map<string, { readonly stamp: string; readonly digest: string }>();

/** SHA-256 of a text or of bytes, hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of a file, hex. ASSUMES: nobody rewrites a file within this process' life and restores both its mtime and ctime. */
export async function sha256File(path: string): Promise<string> {
  const s = await stat(path, { bigint: true });
  const stamp = `${s.dev}:${s.ino}:${s.size}:${s.mtimeNs}:${s.ctimeNs}`;
  const known = remembered.get(path);
  if (known?.stamp === stamp) return known.digest;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  const digest = hash.digest("hex");
  remembered.set(path, { stamp, digest });
  return digest;
}

/** Size and digest of one file, as manifests record it. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** Measure one file. */
export async function fileRecord(path: string): Promise<FileRecord> {
  return { bytes: (await stat(path)).size, sha256: await sha256File(path) };
}
