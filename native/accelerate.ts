// Puts the native hash and signatures into core: every program of ours that hashes calls this first.
import { useAccelerator } from "../core/accelerate.js";
import { nativeAddon } from "./addon.js";

/** Core computes natively from now on, if there is an addon, and not one that older sources built; results are the same without. */
export function accelerate(): void {
  const { addon } = nativeAddon();
  if (addon?.poseidonMany !== undefined) useAccelerator(addon);
}
