// Holds the client's bundle to its budget: what every visitor loads, compressed, with noble for pairings. Run: npx tsx client/check-size.ts
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** Bytes of zkstate-client.js, gzipped. */
const BUDGET = 60_000;
const NAME = "zkstate-client.js";
const SHOWN = 12;

interface Chunk {
  readonly type: "chunk" | "asset";
  readonly fileName: string;
  readonly code?: string;
  readonly imports?: readonly string[];
  readonly modules?: Readonly<Record<string, { readonly renderedLength: number }>>;
}

/** A package's name, or a folder of ours. */
function ownerOf(module: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1];
  const root = fileURLToPath(new URL("..", import.meta.url));
  return inPackage ?? module.replaceAll("\0", "").replace(root, "").split("/").slice(0, 2).join("/"); // Vite's own modules begin with a zero
}

async function buildChunks(): Promise<readonly Chunk[]> {
  const configFile = fileURLToPath(new URL("vite.config.ts", import.meta.url));
  const built = await build({ configFile, logLevel: "warn", build: { write: false } });
  return (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? (one.output as readonly Chunk[]) : []));
}

/** What weighs most, before compression. */
function heaviest(modules: Chunk["modules"] = {}): string[] {
  const weights = new Map<string, number>();
  for (const [module, { renderedLength }] of Object.entries(modules))
    weights.set(ownerOf(module), (weights.get(ownerOf(module)) ?? 0) + renderedLength);
  const sorted = [...weights].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return sorted.map(([owner, weight]) => `  ${`${weight}`.padStart(7)}  ${owner}`);
}

const chunks = await buildChunks();
const client = chunks.find(({ fileName }) => fileName === NAME);
if (client?.code === undefined) throw new Error(`the build has no ${NAME}`);
if (client.imports !== undefined && client.imports.length > 0) throw new Error(`${NAME} loads ${client.imports.join(", ")} as well`);
const size = gzipSync(client.code, { level: 9 }).length;
const fits = size <= BUDGET;
process.stdout.write(`${NAME}: ${size} bytes gzipped, ${client.code.length} plain; the budget is ${BUDGET}\n`);
process.stdout.write(`heaviest, in bytes before minification and compression:\n${heaviest(client.modules).join("\n")}\n`);
process.exitCode = fits ? 0 : 1;
