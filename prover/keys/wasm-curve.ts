// Raw bn254 arithmetic: the wasm module that ffjavascript (iden3) generates, called directly on its own memory.
//
// ffjavascript's objects copy every operand; the exports work on addresses, which is what makes the setup fast. Values in memory are
// little-endian, in Montgomery form with R = 2^256 unless a name says otherwise. ASSUMES: field elements are 32 bytes, affine points 2 (G1) or
// 4 (G2) of them with infinity all zero, Jacobian points 3 or 6.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

type Op = (...addresses: readonly number[]) => number;

/** What a thread needs to open the module; can be posted to a worker. */
export interface CurveModule {
  readonly module: WebAssembly.Module;
  readonly g1Generator: number;
  readonly g2Generator: number;
}

export interface WasmCurve {
  readonly op: (name: string) => Op;
  readonly g1Generator: number;
  readonly g2Generator: number;
  /** Bytes of the memory; valid until the next alloc. */
  readonly u8: () => Uint8Array;
  /** Reserve bytes, 32-byte aligned, for good. */
  readonly alloc: (bytes: number) => number;
  /** Run something that allocates, then give its memory back. */
  readonly scoped: <T>(run: () => T) => T;
}

export const FIELD_BYTES = 32;
const PAGE = 65_536;
// Free room kept above everything allocated: the batch exports take working space there, one field element per point.
const HEADROOM = 4 << 20;

/** The order of the scalar field, and of the groups. */
export const R_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

interface Bn128 {
  readonly tm: { readonly code: Uint8Array; readonly pG1gen: number; readonly pG2gen: number };
}

let compiled: Promise<CurveModule> | undefined;

/** The module, generated and compiled once per process with the ffjavascript that snarkjs itself depends on. */
export function compileCurve(): Promise<CurveModule> {
  compiled ??= generate();
  return compiled;
}

async function generate(): Promise<CurveModule> {
  const fromSnarkjs = createRequire(createRequire(import.meta.url).resolve("snarkjs"));
  const library = (await import(pathToFileURL(fromSnarkjs.resolve("ffjavascript")).href)) as {
    readonly buildBn128: (singleThread: boolean) => Promise<Bn128>;
  };
  const { tm } = await library.buildBn128(true);
  const module = await WebAssembly.compile(tm.code);
  return { module, g1Generator: tm.pG1gen, g2Generator: tm.pG2gen };
}

/** Instantiate the module with a memory of its own. */
export async function openCurve(curve: CurveModule): Promise<WasmCurve> {
  const memory = new WebAssembly.Memory({ initial: 128 });
  const instance = await WebAssembly.instantiate(curve.module, { env: { memory } });
  // Word 0 holds the address of the first free byte.
  const top = () => new Uint32Array(memory.buffer, 0, 1);
  const setTop = (value: number) => {
    const missing = value + HEADROOM - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    top()[0] = value;
  };
  const getTop = () => top()[0] ?? 0;
  setTop(Math.ceil(getTop() / 32) * 32);
  return {
    op: (name) => {
      const found = instance.exports[name];
      if (typeof found !== "function") throw new Error(`the bn128 module has no ${name}`);
      return found as Op;
    },
    g1Generator: curve.g1Generator,
    g2Generator: curve.g2Generator,
    u8: () => new Uint8Array(memory.buffer),
    alloc: (bytes) => {
      const at = getTop();
      setTop(at + Math.ceil(bytes / 32) * 32);
      return at;
    },
    scoped: (run) => {
      const before = getTop();
      try {
        return run();
      } finally {
        setTop(before);
      }
    },
  };
}

/** The 32 bytes of an integer below 2^256, little-endian, not in Montgomery form. */
export function toLittleEndian(value: bigint): Uint8Array {
  const out = new Uint8Array(FIELD_BYTES);
  for (let i = 0, v = value; i < FIELD_BYTES; i++, v >>= 8n) out[i] = Number(v & 0xffn);
  return out;
}

/** The integer of little-endian bytes. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((acc, b) => (acc << 8n) | BigInt(b), 0n);
}
