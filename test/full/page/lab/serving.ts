// `zkstate serve` in this process, over a folder that can be changed, on a port that stays the same over a restart.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PublicServer, startServer } from "../../../../aggregator/http/server.js";
import { HEADS_FILE } from "../../../../core/publication/files.js";
import { type Files, putHeads, writePublished } from "../../../helpers/published.js";
import type { BuiltPage } from "./host.js";

type Heads = Parameters<typeof putHeads>[1];

export interface Serving {
  readonly url: string;
  /** Publishes another head, at once and whole. */
  setHead(heads: Heads): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Serves these files with the page. */
export async function serving(page: BuiltPage, files: Files): Promise<Serving> {
  const dir = mkdtempSync(join(tmpdir(), "zkstate-published-"));
  writePublished(files, dir);
  let port = 0;
  const open = (): Promise<PublicServer> =>
    startServer({ dir, host: "127.0.0.1", port, rate: 0, proxied: false, version: "test", page: { dir: page.dir, wasm: true } });
  let server: PublicServer | undefined = await open();
  port = Number(new URL(server.url).port);
  const stop = async () => {
    await server?.close();
    server = undefined;
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    setHead: (heads) => {
      putHeads(files, heads);
      const next = join(dir, "next-heads");
      writeFileSync(next, files.get(HEADS_FILE) ?? "");
      renameSync(next, join(dir, HEADS_FILE));
    },
    stop,
    start: async () => {
      server = await open();
    },
    remove: async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
