// The direct setup for development keys: secrets drawn here, points straight from the constraints, no powers-of-tau file.
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { nativeAddon } from "../../native/addon.js";
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
 * Make a Groth16 proving key in snarkjs' format from an R1CS, at `zkeyPath`: natively where the addon is there, else in JavaScript. Whoever
 * runs this could keep the secrets, and a crash dump of this process may hold them: such a key is for development only, and is marked so.
 * @throws ARTIFACT_CORRUPT for a bad R1CS, KEY_MISMATCH for one that BN254 cannot hold, DISK_FULL, READ_ONLY, IO_FAILED, INTERRUPTED on abort
 */
export async function developmentSetup(r1csPath: string, zkeyPath: string, options: DevelopmentSetupOptions = {}): Promise<void> {
  const secrets = drawSecrets();
  const job: SetupJob = { ...options, r1csPath, zkeyPath, secrets, threads: Math.min(options.threads ?? availableParallelism(), 16) };
  const { addon } = nativeAddon();
  try {
    await (addon === undefined ? scriptSetup(job) : nativeSetup(addon, job));
  } catch (e) {
    await rm(zkeyPath, { force: true }).catch(() => undefined); // half a key is no key
    throw e;
  } finally {
    forgetSecrets(secrets);
  }
}
