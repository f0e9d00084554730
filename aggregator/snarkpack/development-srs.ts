// A setup for development: both secrets are drawn here, so whoever runs this could keep them and claim anything.
import { bestWindow, fixedBase, type Group } from "../../prover/keys/fixed-base.js";
import { drawScalar } from "../../prover/keys/secrets.js";
import { FIELD_BYTES, openCurve, type WasmCurve } from "../../prover/keys/wasm-curve.js";
import { compileFastCurve } from "../wasm/module.js";
import { type Pause, pauser } from "./pause.js";
import { createPowersFile, POWERS_NAMES, type PowersName, type PowersWriter, powersCount } from "./powers-file.js";

/** Secrets of a setup, 32 bytes each, least significant first, below the group order. */
export interface SrsSecrets {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

export interface SrsBuildOptions {
  readonly signal?: AbortSignal | undefined;
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Points that are made between two looks at the signal: about 10 ms of work. */
const CHUNK = 256;

/** The powers of a secret in turn, as scalars at an address; everything secret in the memory is wiped by `end`. */
function secretPowers(curve: WasmCurve, secret: Uint8Array) {
  const place = curve.alloc((2 + CHUNK) * FIELD_BYTES);
  const [base, power, scalars] = [place, place + FIELD_BYTES, place + 2 * FIELD_BYTES];
  const [multiply, fromMontgomery, toMontgomery] = [curve.op("frm_mul"), curve.op("frm_fromMontgomery"), curve.op("frm_toMontgomery")];
  curve.u8().set(secret, base);
  toMontgomery(base, base);
  curve.op("frm_one")(power);
  return {
    scalars,
    next: (count: number) => {
      for (let i = 0; i < count; i++) {
        fromMontgomery(power, scalars + i * FIELD_BYTES);
        multiply(power, base, power);
      }
    },
    end: () => curve.u8().fill(0, place, place + (2 + CHUNK) * FIELD_BYTES),
  };
}

interface Section {
  readonly name: PowersName;
  readonly count: number;
  readonly secret: Uint8Array;
  readonly multiply: Multiply;
}

async function writeSection(
  curve: WasmCurve,
  writer: PowersWriter,
  { name, count, secret, multiply }: Section,
  pause: Pause,
): Promise<void> {
  const powers = secretPowers(curve, secret);
  try {
    for (let from = 0; from < count; from += CHUNK) {
      const n = Math.min(CHUNK, count - from);
      powers.next(n);
      await writer.write(name, from, multiply(powers.scalars, n));
      await pause();
    }
  } finally {
    powers.end();
  }
}

/** Multiples of a generator by `n` scalars at an address, as points in a row. */
type Multiply = (scalars: number, n: number) => Uint8Array;

function multiplier(curve: WasmCurve, group: Group, count: number): Multiply {
  const { multiply, affineBytes } = fixedBase(curve, group, bestWindow(count));
  const out = curve.alloc(CHUNK * affineBytes);
  return (scalars, n) => {
    multiply(scalars, n, out);
    return curve.u8().slice(out, out + n * affineBytes);
  };
}

/**
 * Makes a development setup's file of powers, which must not exist yet.
 * @param secrets wiped at the end, as all that follows from them is. @defaultValue fresh ones
 * @throws DISK_FULL, READ_ONLY, IO_FAILED, INTERRUPTED
 */
export async function writeDevelopmentSrs(
  path: string,
  maxCount: number,
  { signal, onProgress }: SrsBuildOptions = {},
  secrets: SrsSecrets = { a: drawScalar(), b: drawScalar() },
): Promise<void> {
  const curve = await openCurve(await compileFastCurve());
  const writer = await createPowersFile(path, { kind: "development", maxCount });
  const pause = pauser("the aggregation setup", signal);
  try {
    const multipliers = { G: multiplier(curve, "g1m", 4 * maxCount), H: multiplier(curve, "g2m", 2 * maxCount) };
    for (const [i, name] of POWERS_NAMES.entries()) {
      const [secret, group] = [...name] as ["a" | "b", "G" | "H"];
      const section = { name, count: powersCount(name, maxCount), secret: secrets[secret], multiply: multipliers[group] };
      await writeSection(curve, writer, section, pause);
      onProgress?.((i + 1) / POWERS_NAMES.length);
    }
  } finally {
    secrets.a.fill(0);
    secrets.b.fill(0);
    await writer.close();
  }
}
