// The curve's memory: bytes in and out, and numbers of the base field, which are in Montgomery form there.
import { fromLittleEndian, toLittleEndian, type WasmCurve } from "../../prover/keys/wasm-curve.js";

const FIELD = 32;

/** Puts bytes at an address. */
export const put = (curve: WasmCurve, address: number, bytes: Uint8Array): void => curve.u8().set(bytes, address);

/** A copy of bytes. */
export const take = (curve: WasmCurve, address: number, length: number): Uint8Array => curve.u8().slice(address, address + length);

/** Addresses of `count` things of `size` bytes in a row. */
export const row = (base: number, size: number, count: number): number[] => Array.from({ length: count }, (_, i) => base + i * size);

/** Writes numbers below p, one after the other. */
export function writeNumbers(curve: WasmCurve, address: number, numbers: readonly bigint[]): void {
  const toMontgomery = curve.op("f1m_toMontgomery");
  for (const [i, number] of numbers.entries()) {
    put(curve, address + FIELD * i, toLittleEndian(number));
    toMontgomery(address + FIELD * i, address + FIELD * i);
  }
}

/** Reads numbers below p. */
export function readNumbers(curve: WasmCurve, address: number, count: number): bigint[] {
  const fromMontgomery = curve.op("f1m_fromMontgomery");
  return curve.scoped(() => {
    const plain = curve.alloc(FIELD);
    return Array.from({ length: count }, (_, i) => {
      fromMontgomery(address + FIELD * i, plain);
      return fromLittleEndian(take(curve, plain, FIELD));
    });
  });
}

/** Writes scalars, 32 bytes each, not in Montgomery form. */
export function writeScalars(curve: WasmCurve, address: number, scalars: readonly bigint[]): void {
  for (const [i, scalar] of scalars.entries()) put(curve, address + FIELD * i, toLittleEndian(scalar));
}
