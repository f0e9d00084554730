// The addon, for tests that are about it, whatever ZKSTATE_NATIVE says: where it does not load, they fail and say what to do.
import { createRequire } from "node:module";
import type { NativeAddon } from "../../../native/addon.js";

function load(): NativeAddon {
  try {
    return createRequire(import.meta.url)("../../../native/build/zkstate.node") as NativeAddon;
  } catch (cause) {
    const message = "The native addon does not load. Install g++ (12 or newer) or clang++, then run: npm run build:native";
    throw new Error(`${message}\n${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

export const addon = load();
