// mcl (https://github.com/herumi/mcl) as WebAssembly: the functions that the pairing backend calls, and memory that is always given back.
//
// mcl-wasm's typed API keeps one curve for the whole process, which any other user of the package may change, and has no products of pairings or powers.
// So its inner module is loaded here, once more and for us alone. It is no part of the package's documented surface: the version is pinned in
// package.json, and test/unit/core/pairing.test.ts holds it to known answers. Compiling it needs 'wasm-unsafe-eval' in a page's content security policy.
import createModule from "mcl-wasm/dist/mcl_c.js";

/** BN_SNARK1 of mcl, which is BN254 of EIP-196. mcl's own BN254 is another curve. */
const BN_SNARK1 = 4;
/** Machine words of 64 bits per Fr and Fp in this build, which also fits BLS12-381: coordinates take 48 bytes, of which 32 are used. */
const [FR_WORDS, FP_WORDS] = [4, 6];
/** Sizes in memory, in bytes. */
export const FR = 8 * FR_WORDS;
export const FP2 = 2 * 8 * FP_WORDS;
export const G1 = 3 * 8 * FP_WORDS;
export const G2 = 3 * FP2;
export const FP6 = 3 * FP2;
export const GT = 2 * FP6;

type Address = number;
type Unary = (result: Address, x: Address) => void;
type Binary = (result: Address, x: Address, y: Address) => void;
/** @returns the number of bytes read, 0 for bytes that are no encoding */
type Deserialize = (result: Address, bytes: Address, length: number) => number;
type Vector = (result: Address, xs: Address, ys: Address, count: number) => void;

/** Names and signatures of mcl's C API (mcl/bn.h). */
export interface McModule {
  readonly wasmMemory: { readonly buffer: ArrayBuffer };
  readonly _malloc: (bytes: number) => Address;
  readonly _free: (address: Address) => void;
  readonly _mclBn_init: (curve: number, compiledFor: number) => number;
  readonly _mclBn_verifyOrderG2: (yes: number) => void;
  readonly _mclBnFr_setLittleEndian: (result: Address, bytes: Address, length: number) => number;
  readonly _mclBnFp2_deserialize: Deserialize;
  readonly _mclBnFp2_sqr: Unary;
  readonly _mclBnFp2_inv: Unary;
  readonly _mclBnFp2_add: Binary;
  readonly _mclBnFp2_mul: Binary;
  readonly _mclBnG1_deserialize: Deserialize;
  readonly _mclBnG1_isZero: (x: Address) => number;
  readonly _mclBnG1_normalize: Unary;
  readonly _mclBnG1_mulVec: Vector;
  readonly _mclBnG2_deserialize: Deserialize;
  readonly _mclBnG2_isZero: (x: Address) => number;
  readonly _mclBnGT_setInt32: (result: Address, x: number) => void;
  readonly _mclBnGT_mul: Binary;
  readonly _mclBnGT_invGeneric: Unary;
  readonly _mclBnGT_isEqual: (x: Address, y: Address) => number;
  readonly _mclBnGT_powVec: Vector;
  readonly _mclBn_millerLoopVec: Vector;
  readonly _mclBn_finalExp: Unary;
}

async function start(): Promise<McModule> {
  const cryptoGetRandomValues = () => {
    throw new Error("mcl asked for random numbers, which verification does not need");
  };
  const mcl: McModule = await createModule({ cryptoGetRandomValues });
  const code = mcl._mclBn_init(BN_SNARK1, 10 * FR_WORDS + FP_WORDS);
  if (code !== 0) throw new Error(`mcl refused the curve: ${code}`);
  mcl._mclBn_verifyOrderG2(1);
  return mcl;
}

let started: Promise<McModule> | undefined;

/** The module, compiled at the first call. */
export function mclModule(): Promise<McModule> {
  started ??= start();
  return started;
}

/** Lends `bytes` of the module's memory; it is free again when `use` has returned or thrown. */
export function lend<T>(mcl: McModule, bytes: number, use: (at: Address) => T): T {
  const at = mcl._malloc(bytes);
  if (at === 0) throw new Error(`mcl has no ${bytes} bytes of memory left`);
  try {
    return use(at);
  } finally {
    mcl._free(at);
  }
}

/** Copies bytes into the module's memory; the view is taken anew, since memory that grows moves. */
export function put(mcl: McModule, at: Address, bytes: Uint8Array): void {
  new Uint8Array(mcl.wasmMemory.buffer).set(bytes, at);
}

/** A copy of bytes of the module's memory. */
export function take(mcl: McModule, at: Address, bytes: number): Uint8Array {
  return new Uint8Array(mcl.wasmMemory.buffer).slice(at, at + bytes);
}
