// activity.json: what the venue reports about its newest batches. Nothing in it is proven.
import { ACTIVITY_FILE, Activity } from "../../core/publication/files.js";
import type { Folder } from "./folder.js";
import { jsonFile, readJsonFile } from "./json-file.js";

const KEPT = 256;

/** Adds a batch, in place of what was said about it or a later one before. @throws DISK_FULL, READ_ONLY, IO_FAILED */
export async function publishActivity(folder: Folder, batch: Omit<Activity["batches"][number], "publishedAt">): Promise<void> {
  const before = readJsonFile(folder, ACTIVITY_FILE, Activity)?.batches ?? [];
  const earlier = before.filter(({ batchNumber }) => batchNumber < batch.batchNumber);
  const batches = [...earlier, { ...batch, publishedAt: Math.floor(Date.now() / 1000) }].slice(-KEPT);
  await folder.put([jsonFile(ACTIVITY_FILE, Activity, { format: "zkstate activity 1", batches })]);
}
