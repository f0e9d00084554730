// The aggregation setup that a published folder needs: the one it was begun with, else the largest of the cache, else a development one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { DEFAULT_MAX_COUNT, ensureSrs, loadSrs } from "../../aggregator/snarkpack/ensure-srs.js";
import type { ProverSrs } from "../../aggregator/snarkpack/srs.js";
import { ZkStateError } from "../../core/errors.js";
import { SRS_FILE, SrsFile } from "../../core/publication/files.js";
import type { OnStage } from "../../prover/stage.js";
import { cacheOption, keyKind } from "../circuits.js";
import type { Context } from "../command.js";

/**
 * Finds the setup, or makes a development one.
 * @param largest batches that one certificate must hold; undefined for whatever the setup holds
 * @throws INPUT_NOT_FOUND when there is no production setup, and as ensureSrs
 */
export async function setupFor({ settings, signal }: Context, largest: number | undefined, onStage: OnStage): Promise<ProverSrs> {
  const kind = keyKind(settings);
  const pinned = publishedCount(settings.publish.value);
  const options = { kind, ...cacheOption(settings), signal };
  const found = await loadSrs(pinned === undefined ? options : { ...options, maxCount: pinned });
  if (found !== undefined && (pinned !== undefined || found.maxCount >= (largest ?? 1))) return found;
  if (kind === "development") return ensureSrs({ ...options, maxCount: pinned ?? Math.max(DEFAULT_MAX_COUNT, largest ?? 1) }, onStage);
  const next = "zkstate setup --aggregation --ptau FILE --ptau FILE";
  const message = `There is no production setup for aggregation${largest === undefined ? "" : ` of ${largest} batches`} in the cache.`;
  throw new ZkStateError({ code: "INPUT_NOT_FOUND", message, next });
}

/** Size of the setup that a folder was published with; undefined where nothing is. */
function publishedCount(dir: string): number | undefined {
  try {
    return z.safeParse(SrsFile, JSON.parse(readFileSync(join(dir, SRS_FILE), "utf8"))).data?.maxCount;
  } catch {
    return undefined;
  }
}
