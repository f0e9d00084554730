// The built page with published files beside it on a plain static host, at any address below the root, which lies when it is told to.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Files } from "../../../helpers/published.js";

const CONFIG = fileURLToPath(new URL("../../../../client/page/vite.config.ts", import.meta.url));

export interface BuiltPage {
  readonly dir: string;
  remove(): void;
}

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SHIPPED = join(ROOT, "dist/page");

/** The page in dist/ is of the sources as they are. */
function isShippedNew(): boolean {
  try {
    const built = statSync(join(SHIPPED, "index.html")).mtimeMs;
    return ["client", "core", "ledger"].every((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).every(
        (name) => statSync(join(ROOT, folder, name)).mtimeMs < built,
      ),
    );
  } catch {
    return false;
  }
}

/** The page that `npm run build` has made, or one from the sources in a folder of its own where they are newer. */
export async function buildPage(): Promise<BuiltPage> {
  if (isShippedNew()) return { dir: SHIPPED, remove: () => undefined };
  const dir = mkdtempSync(join(tmpdir(), "zkstate-page-"));
  await build({ configFile: CONFIG, logLevel: "error", build: { outDir: dir, emptyOutDir: true } });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** What a host does with one file instead of sending it; false sends it after all. */
export type Lie = (name: string, response: ServerResponse, honest: Uint8Array | undefined) => boolean;

export interface Host {
  /** Where the page is, with a slash at the end. */
  readonly url: string;
  lie: Lie | undefined;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** A host at /some/where/. `edit` changes index.html, as whoever deploys it may. */
export async function staticHost(page: BuiltPage, files: Files, edit: (html: string) => string = (html) => html): Promise<Host> {
  const base = "/some/where/";
  const pageFile = (name: string): Uint8Array | undefined => {
    try {
      const bytes = readFileSync(join(page.dir, name));
      return name === "index.html" ? Buffer.from(edit(bytes.toString())) : bytes;
    } catch {
      return undefined;
    }
  };
  const host: { lie: Lie | undefined } = { lie: undefined };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://host").pathname;
    const name = path.startsWith(base) ? path.slice(base.length) || "index.html" : "..";
    const published = name.startsWith("v1/") ? name.slice(3) : undefined;
    const bytes = published === undefined ? pageFile(name) : files.get(published);
    if (published !== undefined && host.lie?.(published, response, bytes) === true) return;
    response.writeHead(bytes === undefined ? 404 : 200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return Object.assign(host, {
    url: `http://127.0.0.1:${port}${base}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
