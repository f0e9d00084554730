// Numbers of the base field in and out of the curve's memory, where they are in Montgomery form.
import { fromLittleEndian, toLittleEndian, type WasmCurve } from "../../prover/keys/wasm-curve.js";

/** Writes numbers below p, 32 bytes each, one after the other. */
export function writeNumbers(curve: WasmCurve, address: number, numbers: readonly bigint[]): void {
  const toMontgomery = curve.op("f1m_toMontgomery");
  for (const [i, number] of numbers.entries()) {
    curve.u8().set(toLittleEndian(number), address + 32 * i);
    toMontgomery(address + 32 * i, address + 32 * i);
  }
}

/** Reads numbers below p. */
export function readNumbers(curve: WasmCurve, address: number, count: number): bigint[] {
  const fromMontgomery = curve.op("f1m_fromMontgomery");
  return curve.scoped(() => {
    const plain = curve.alloc(32);
    return Array.from({ length: count }, (_, i) => {
      fromMontgomery(address + 32 * i, plain);
      return fromLittleEndian(curve.u8().subarray(plain, plain + 32));
    });
  });
}

/** Writes scalars, 32 bytes each, not in Montgomery form. */
export function writeScalars(curve: WasmCurve, address: number, scalars: readonly bigint[]): void {
  for (const [i, scalar] of scalars.entries()) curve.u8().set(toLittleEndian(scalar), address + 32 * i);
}
