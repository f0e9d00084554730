// The venue's report about its batches. It is not verified and cannot be; one that does not come or has no known form is as none.
import { ACTIVITY_FILE, Activity } from "../../core/publication/files.js";
import type { Transport } from "../transport.js";

const MAX_BYTES = 2_000_000;

/** The report, or undefined. */
export async function readActivity(transport: Transport): Promise<Activity | undefined> {
  try {
    return Activity.parse(JSON.parse(new TextDecoder().decode(await transport.read(ACTIVITY_FILE, MAX_BYTES))));
  } catch {
    return undefined;
  }
}
