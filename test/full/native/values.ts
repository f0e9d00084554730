// Raw values of the engines' fields: numbers that may exceed the modulus, as limbs.
import type { EngineForm, Field, NativeHooks } from "../../helpers/native-hooks.js";

export const BASE = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
export const SCALAR = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
export const modulusOf = (field: Field): bigint => (field === "base" ? BASE : SCALAR);

export const radixOf = ({ limbs, limbBits }: EngineForm): bigint => 1n << BigInt(limbs * limbBits);

export const mod = (a: bigint, m: bigint): bigint => ((a % m) + m) % m;

export function powerMod(base: bigint, exponent: bigint, m: bigint): bigint {
  let out = 1n;
  for (let b = mod(base, m), e = exponent; e > 0n; e >>= 1n, b = (b * b) % m) if (e & 1n) out = (out * b) % m;
  return out;
}

/** 32 bytes a number, least significant first. */
export function encodeNumbers(numbers: readonly bigint[]): Uint8Array {
  const words = new BigUint64Array(4 * numbers.length);
  for (const [i, n] of numbers.entries()) for (let k = 0; k < 4; k++) words[4 * i + k] = n >> BigInt(64 * k);
  return new Uint8Array(words.buffer);
}

export function decodeNumbers(bytes: Uint8Array): bigint[] {
  const words = new BigUint64Array(bytes.slice().buffer);
  return Array.from({ length: words.length / 4 }, (_, i) => [3, 2, 1, 0].reduce((acc, k) => (acc << 64n) | (words[4 * i + k] ?? 0n), 0n));
}

/** 0 for 0, as the engines have it. */
export const inverseMod = (a: bigint, m: bigint): bigint => powerMod(a, m - 2n, m);

/** Applies an operation to groups of raw values. Every limb of a result but the top one must be in range; a top limb is signed if it is out. */
export function applyRaw(
  hooks: NativeHooks,
  form: EngineForm,
  field: Field,
  op: string,
  groups: readonly (readonly bigint[])[],
): bigint[][] {
  const { limbs, limbBits, name } = form;
  const bits = BigInt(limbBits);
  const mask = (1n << bits) - 1n;
  const arity = groups[0]?.length ?? 1;
  const words = new BigUint64Array(groups.length * arity * 5);
  let at = 0;
  for (const group of groups)
    for (const value of group) {
      let v = value;
      for (let k = 0; k < limbs; k++, v >>= bits) words[at + k] = k === limbs - 1 ? v : v & mask;
      at += 5;
    }
  const bytes = hooks.field(name, field, op, new Uint8Array(words.buffer));
  const out = new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const results = groups.length === 0 ? 0 : out.length / 5 / groups.length;
  return groups.map((_, g) =>
    Array.from({ length: results }, (_unused, r) => {
      const start = (g * results + r) * 5;
      let value = 0n;
      for (let k = limbs - 1; k >= 0; k--) {
        const limb = out[start + k] ?? 0n;
        if (limb > mask) throw new Error(`${name} ${op}: limb ${k} of result ${r} of group ${g} is out of range`);
        value = (value << bits) | limb;
      }
      return value;
    }),
  );
}

/** Numbers below `bound` at which carries, borrows and reductions turn. */
export function edges(m: bigint, bound: bigint): bigint[] {
  const out = new Set<bigint>();
  const around = (x: bigint, by: bigint) => {
    for (let d = -by; d <= by; d++) out.add(x + d);
  };
  around(0n, 3n);
  for (let k = 1n; k * m <= bound + 3n; k++) around(k * m, k === 1n ? 3n : 2n);
  around(m >> 1n, 1n);
  for (const width of [52n, 64n])
    for (let i = 1n; i * width <= 256n; i++) {
      around(1n << (i * width), 1n);
      out.add(((1n << width) - 1n) << (i * width)); // one limb of ones
    }
  for (let k = 1n; k <= 8n; k++) around(k << 254n, 1n); // where the reduction by the top bits turns
  around(bound - 1n, 1n);
  return [...out].filter((v) => v >= 0n && v < bound);
}
