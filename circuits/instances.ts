// The instances of the batch circuit: which profiles exist and the main component of each.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ZkStateError } from "../core/errors.js";

/** A profile of the batch circuit: nTx slots, nAccounts openings, a tree of 4^nLevels accounts. */
export interface Instance {
  readonly id: string;
  readonly nTx: number;
  readonly nAccounts: number;
  readonly nLevels: number;
}

/** The folder of the circom sources, of a checkout and of an installed package alike. */
export const CIRCUITS_DIR = circuitsDir();

function circuitsDir(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "circuits", "batch.circom"))) {
    const parent = dirname(dir);
    if (parent === dir) throw new ZkStateError({ code: "INTERNAL", message: "The circuit sources are missing from the package." });
    dir = parent;
  }
  return join(dir, "circuits");
}

/** All instances of instances.json, by id. */
export const INSTANCES: ReadonlyMap<string, Instance> = new Map(
  Object.entries(JSON.parse(readFileSync(join(CIRCUITS_DIR, "instances.json"), "utf8")) as Record<string, Omit<Instance, "id">>).map(
    ([id, profile]) => [id, { id, ...profile }],
  ),
);

/** @throws USAGE when there is no such instance. */
export function instance(id: string): Instance {
  const found = INSTANCES.get(id);
  if (found !== undefined) return found;
  throw new ZkStateError({ code: "USAGE", message: "Unknown circuit profile.", expected: [...INSTANCES.keys()].join(", "), got: id });
}

/** The main component of an instance, to be compiled with CIRCUITS_DIR as include directory. */
export function mainCircom({ nTx, nAccounts, nLevels }: Omit<Instance, "id">): string {
  return [
    "pragma circom 2.2.0;",
    'include "batch.circom";',
    `component main {public [oldRoot, newRoot]} = Batch(${nTx}, ${nAccounts}, ${nLevels});`,
    "",
  ].join("\n");
}
