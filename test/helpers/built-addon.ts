// The addon, which the tests of the native prover cannot do without.
import { type NativeAddon, nativeAddon } from "../../native/addon.js";

/** @throws Error with what to install */
export function builtAddon(): NativeAddon {
  const { addon, why } = nativeAddon();
  if (addon === undefined) throw new Error(`install g++ or clang++, then npm run build:native: ${why}`);
  return addon;
}
