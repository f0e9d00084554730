// The pairing library: noble by default, which needs no WebAssembly; mcl by choice, loaded only then.
import type { PairingBackend } from "../core/pairing/backend.js";
import { nobleBackend } from "../core/pairing/noble.js";

/** A library by name, or one's own. */
export type BackendChoice = "noble" | "mcl" | PairingBackend;

export async function backendOf(choice: BackendChoice): Promise<PairingBackend> {
  if (choice === "noble") return nobleBackend;
  if (choice === "mcl") return (await import("../core/pairing/mcl.js")).mclBackend();
  return choice;
}
