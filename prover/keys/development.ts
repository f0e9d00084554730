// The direct setup for development keys: secrets drawn here, points straight from the constraints, no powers-of-tau file.
import { rm, writeFile } from "node:fs/promises";
import { nativeAddon } from "../../native/addon.js";
import { threadCount } from "../../native/threads.js";
import { fileError } from "../file-errors.js";
import { nativeSetup } from "./native-setup.js";
import { scriptSetup } from "./script-setup.js";
import { drawSecrets, forgetSecrets, type Secrets } from "./secrets.js";

export interface DevelopmentSetupOptions {
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
  /** @defaultValue the machine's cores, at most 16 */
  readonly threads?: number;
}

/** What either implementation is asked to do; both make the same bytes. */
export interface SetupJob extends DevelopmentSetupOptions {
  readonly r1csPath: string;
  readonly zkeyPath: string;
  readonly secrets: Secrets;
  readonly threads: number;
}

/**
 * Make a Groth16 proving key in snarkjs' format from an R1CS, at `zkeyPath`, where nothing may be yet: natively where the addon is there, else
 * in JavaScript. Whoever runs this could keep the secrets, and a crash dump of this process may hold them: such a key is for development only,
 * and is marked so.
 * @throws ARTIFACT_CORRUPT for a bad R1CS, KEY_MISMATCH for one that BN254 cannot hold, DISK_FULL, READ_ONLY, IO_FAILED, INTERRUPTED on abort,
 * CONFIG_INVALID for what is no number of threads
 */
export async function developmentSetup(r1csPath: string, zkeyPath: string, options: DevelopmentSetupOptions = {}): Promise<void> {
  const threads = threadCount(options.threads, 16);
  const secrets = drawSecrets();
  const job: SetupJob = { ...options, r1csPath, zkeyPath, secrets, threads };
  const { addon } = nativeAddon();
  try {
    await (addon === undefined ? inNewFile(job, scriptSetup) : nativeSetup(addon, job));
  } finally {
    forgetSecrets(secrets);
  }
}

/** As the native setup does: only a file that is made here is written, and removed when the setup fails, since half a key is no key. */
async function inNewFile(job: SetupJob, setup: (job: SetupJob) => Promise<void>): Promise<void> {
  await writeFile(job.zkeyPath, "", { flag: "wx" }).catch((e: unknown) => {
    throw fileError(e, job.zkeyPath);
  });
  try {
    await setup(job);
  } catch (e) {
    await rm(job.zkeyPath, { force: true }).catch(() => undefined);
    throw e;
  }
}
