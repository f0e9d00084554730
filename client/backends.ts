// The pairing library: noble by default, which needs no WebAssembly; mcl by choice, loaded only then.
import type { PairingBackend } from "../core/pairing/backend.js";
import { nobleBackend } from "../core/pairing/noble.js";

/** A library by name, or one's own. */
export type BackendChoice = "noble" | "mcl" | PairingBackend;

let mcl: Promise<PairingBackend> | undefined;

/** The backend, loaded where need be; the same one at every call. */
export async function backendOf(choice: BackendChoice): Promise<PairingBackend> {
  if (choice === "noble") return nobleBackend;
  if (choice !== "mcl") return choice;
  mcl ??= import("../core/pairing/mcl.js").then(({ mclBackend }) => mclBackend());
  mcl.catch(() => {
    mcl = undefined; // a script that did not load may load the next time
  });
  return mcl;
}
