// The native addon, if it was built for this machine: the same object for everyone, loaded once.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Work on threads of its own. Cancelled, its promise rejects with code INTERRUPTED within 100 ms. */
export interface NativeTask<T> {
  readonly promise: Promise<T>;
  cancel(): void;
}

export interface NativeProveJob {
  readonly zkeyPath: string;
  readonly wtnsPath: string;
  /** The blinding of Groth16, each below the group order, 32 bytes, least significant first. Secret. */
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  /** A whole number from 1; no more than 1024 are started. */
  readonly threads: number;
  /** @defaultValue the fastest that the processor runs */
  readonly engine?: string;
  readonly onProgress?: (fraction: number) => void;
}

export interface NativeSetupJob {
  readonly r1csPath: string;
  readonly zkeyPath: string;
  /** Numbers from 1 to below the group order, 32 bytes each, least significant first. Copied, and the copies wiped at the end. */
  readonly secrets: Readonly<Record<"tau" | "alpha" | "beta" | "gamma" | "delta", Uint8Array>>;
  /** As to prove. */
  readonly threads: number;
  /** @defaultValue the fastest that the processor runs */
  readonly engine?: string;
  readonly onProgress?: (fraction: number) => void;
}

export interface NativeAddon {
  /** The engines that this processor runs, the fastest first. */
  engines(): string[];
  /** pi_a (x, y), pi_b (x0, x1, y0, y1), pi_c (x, y) and the public signals: numbers of 32 bytes, least significant first. */
  prove(job: NativeProveJob): NativeTask<Uint8Array>;
  /** The hash of 1 to 16 words in (-r, r), undefined for other words. */
  poseidon(inputs: readonly bigint[], engine?: string): bigint | undefined;
  /** Hashes of `arity` words each, end to end; undefined when a word is out of range. Bytes are numbers below r as above. */
  poseidonMany(arity: number, inputs: readonly bigint[], engine?: string): bigint[] | undefined;
  poseidonMany(arity: number, inputs: Uint8Array, engine?: string): Uint8Array | undefined;
  /** The verdict of `verify` in core/eddsa.ts. */
  verifySignature(ax: bigint, ay: bigint, message: bigint, r8x: bigint, r8y: bigint, s: bigint, engine?: string): boolean;
  /** Writes a development key to a new file; when it fails, that file is removed. */
  setup(job: NativeSetupJob): NativeTask<void>;
}

type Loaded = { readonly addon: NativeAddon; readonly why?: never } | { readonly addon?: never; readonly why: string };

function load(): Loaded {
  if (process.env["ZKSTATE_NATIVE"] === "off") return { why: "switched off by ZKSTATE_NATIVE=off" };
  // beside this file in a checkout, two folders up from dist/native
  const places = ["./build/zkstate.node", "../../native/build/zkstate.node"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  let why = "";
  for (const path of places) {
    try {
      return { addon: createRequire(import.meta.url)(path) as NativeAddon };
    } catch (e) {
      why = e instanceof Error ? e.message : String(e);
    }
  }
  return { why };
}

let loaded: Loaded | undefined;

/** The addon, or why there is none. */
export function nativeAddon(): Loaded {
  loaded ??= load();
  return loaded;
}
