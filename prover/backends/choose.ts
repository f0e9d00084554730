// One backend by its name; auto takes the fastest that is there.
import { ZkStateError } from "../../core/errors.js";
import { nativeAddon } from "../../native/addon.js";
import type { ProverBackend } from "./backend.js";
import { nativeBackend } from "./native.js";
import { findRapidsnark, rapidsnarkBackend } from "./rapidsnark.js";
import { snarkjsBackend } from "./snarkjs.js";

export const BACKENDS = ["auto", "native", "snarkjs", "rapidsnark"] as const;
export type BackendName = (typeof BACKENDS)[number];

const absent = (message: string, next: string) => new ZkStateError({ code: "CONFIG_INVALID", message, next });

/** @throws CONFIG_INVALID when the one that is asked for is not there */
export async function chooseBackend(wanted: BackendName, options: { readonly threads: number }): Promise<ProverBackend> {
  if (wanted === "snarkjs") return snarkjsBackend;
  if (wanted !== "rapidsnark") {
    const { addon, why } = nativeAddon();
    if (addon !== undefined) return nativeBackend(addon, options);
    if (wanted === "native") throw absent(`There is no native prover: ${why}`, "install g++, then npm run build:native");
  }
  const binary = await findRapidsnark();
  if (binary !== undefined) return rapidsnarkBackend(binary);
  if (wanted === "auto") return snarkjsBackend;
  throw absent("There is no rapidsnark on PATH.", "install rapidsnark, or choose --backend snarkjs");
}
