// The pairing backend on mcl: about twice as fast as noble's, for Node and for pages that may run WebAssembly. Elements are copies of mcl's own format,
// so that nothing stays behind in its memory.
import { Malformed, type PairingBackend } from "./backend.js";
import { G2_BYTES, GT_BYTES, P, type Pair, parseG1, parseG2, parseGt, scalarBytes } from "./encoding.js";
import { GENERATOR_G2 } from "./generators.js";
import { FP2, FP6, FR, G1, G2, GT, lend, type McModule, mclModule, put, take } from "./mcl-module.js";

/** An element as mcl holds it in memory. */
type Raw = Uint8Array;

const FR_BYTES = 32;

function fp2(mcl: McModule, { c0, c1 }: Pair): Raw {
  return lend(mcl, FP2 + 2 * FR_BYTES, (at) => {
    const source = at + FP2;
    put(mcl, source, scalarBytes(c0));
    put(mcl, source + FR_BYTES, scalarBytes(c1));
    if (mcl._mclBnFp2_deserialize(at, source, 2 * FR_BYTES) === 0) throw new Error("mcl refused a constant");
    return take(mcl, at, FP2);
  });
}

/** A number of Fp as an element of Fp6. */
function fp6(mcl: McModule, c0: bigint): Raw {
  const raw = new Uint8Array(FP6); // mcl's zero is all zero bytes
  raw.set(fp2(mcl, { c0, c1: 0n }));
  return raw;
}

function decoders(mcl: McModule) {
  const point = (bytes: Uint8Array, size: number, deserialize: McModule["_mclBnG1_deserialize"], fault: string): Raw =>
    lend(mcl, size + bytes.length, (at) => {
      put(mcl, at + size, bytes);
      if (deserialize(at, at + size, bytes.length) !== bytes.length) throw new Malformed(fault);
      return take(mcl, at, size);
    });
  return {
    decodeG1(bytes: Uint8Array): Raw {
      parseG1(bytes); // what is canonical is ours to say; what is on the curve, mcl's
      return point(bytes, G1, mcl._mclBnG1_deserialize, "the G1 point is not on the curve");
    },
    decodeG2(bytes: Uint8Array): Raw {
      parseG2(bytes);
      return point(bytes, G2, mcl._mclBnG2_deserialize, "the G2 point is not on the curve or not of order r");
    },
  };
}

function gtOne(mcl: McModule): Raw {
  return lend(mcl, GT, (at) => {
    mcl._mclBnGT_setInt32(at, 1);
    return take(mcl, at, GT);
  });
}

/** Encodings of the torus T6 to elements (G + w) / (G - w); see parseGt. */
function gtDecoder(mcl: McModule, identity: Raw): (bytes: Uint8Array) => Raw {
  const [one, minusOne] = [fp6(mcl, 1n), fp6(mcl, P - 1n)];
  const [three, threeXi, oneFp2] = [fp2(mcl, { c0: 3n, c1: 0n }), fp2(mcl, { c0: 27n, c1: 3n }), fp2(mcl, { c0: 1n, c1: 0n })];
  const half = GT_BYTES / 2;
  return (bytes) => {
    if (parseGt(bytes) === undefined) return identity;
    return lend(mcl, 2 * GT + 3 * FP2 + GT_BYTES, (at) => {
      const [c1, c2, quotient] = [at + FP2, at + 2 * FP2, at + GT];
      const [x, y, constant, source] = [at + 2 * GT, at + 2 * GT + FP2, at + 2 * GT + 2 * FP2, at + 2 * GT + 3 * FP2];
      put(mcl, source, bytes);
      mcl._mclBnFp2_deserialize(c1, source, half);
      mcl._mclBnFp2_deserialize(c2, source + half, half);
      mcl._mclBnFp2_sqr(x, c2);
      put(mcl, constant, threeXi);
      mcl._mclBnFp2_mul(x, x, constant);
      put(mcl, constant, oneFp2);
      mcl._mclBnFp2_add(x, x, constant);
      put(mcl, constant, three);
      mcl._mclBnFp2_mul(y, c1, constant);
      mcl._mclBnFp2_inv(y, y);
      mcl._mclBnFp2_mul(at, x, y); // c0 = (1 + 3 xi c2^2) / (3 c1)
      put(mcl, quotient, take(mcl, at, FP6));
      put(mcl, quotient + FP6, minusOne);
      mcl._mclBnGT_invGeneric(quotient, quotient);
      put(mcl, at + FP6, one);
      mcl._mclBnGT_mul(at, at, quotient);
      return take(mcl, at, GT);
    });
  };
}

/** Copies elements of one size after another into memory. */
function putAll(mcl: McModule, at: number, size: number, elements: readonly Raw[]): void {
  for (const [i, element] of elements.entries()) put(mcl, at + i * size, element);
}

/** Scalars as Fr, from `at` on; `scratch` is 32 bytes. */
function putScalars(mcl: McModule, at: number, scratch: number, scalars: readonly bigint[]): void {
  for (const [i, scalar] of scalars.entries()) {
    put(mcl, scratch, scalarBytes(scalar));
    mcl._mclBnFr_setLittleEndian(at + i * FR, scratch, FR_BYTES);
  }
}

/** A function over (element, scalar) pairs: the sum of multiples in G1, the product of powers in GT. mcl has no answer for none of them. */
function weighted(mcl: McModule, neutral: Raw, vector: McModule["_mclBnG1_mulVec"]) {
  const size = neutral.length;
  const compute = (terms: readonly (readonly [Raw, bigint])[]): Raw =>
    lend(mcl, (terms.length + 1) * (size + FR), (at) => {
      const elements = at + size;
      const scalars = elements + terms.length * size;
      putAll(mcl, elements, size, terms.map(([element]) => element)); // biome-ignore format: one call a line
      putScalars(mcl, scalars, scalars + terms.length * FR, terms.map(([, scalar]) => scalar)); // biome-ignore format: one call a line
      vector(at, elements, scalars, terms.length);
      return take(mcl, at, size);
    });
  return (terms: readonly (readonly [Raw, bigint])[]): Raw => (terms.length === 0 ? neutral : compute(terms));
}

/** True where mcl's answer about one element is yes. */
function asks(mcl: McModule, element: Raw, question: (at: number) => number): boolean {
  return lend(mcl, element.length, (at) => {
    put(mcl, at, element);
    return question(at) === 1;
  });
}

function pairingProducts(mcl: McModule, one: Raw): (pairs: readonly (readonly [Raw, Raw])[]) => Raw {
  const counts = ([p, q]: readonly [Raw, Raw]) => !asks(mcl, p, mcl._mclBnG1_isZero) && !asks(mcl, q, mcl._mclBnG2_isZero);
  const compute = (pairs: readonly (readonly [Raw, Raw])[]): Raw =>
    lend(mcl, GT + pairs.length * (G1 + G2), (at) => {
      const [ps, qs] = [at + GT, at + GT + pairs.length * G1];
      putAll(mcl, ps, G1, pairs.map(([p]) => p)); // biome-ignore format: one call a line
      putAll(mcl, qs, G2, pairs.map(([, q]) => q)); // biome-ignore format: one call a line
      for (let p = ps; p < qs; p += G1) mcl._mclBnG1_normalize(p, p); // points of G2 have been decoded, and are affine
      mcl._mclBn_millerLoopVec(at, ps, qs, pairs.length);
      mcl._mclBn_finalExp(at, at);
      return take(mcl, at, GT);
    });
  return (all) => {
    const pairs = all.filter(counts);
    return pairs.length === 0 ? one : compute(pairs);
  };
}

function backendOver(mcl: McModule): PairingBackend<Raw, Raw, Raw> {
  const one = gtOne(mcl);
  return {
    name: "mcl",
    ...decoders(mcl),
    decodeGt: gtDecoder(mcl, one),
    isZeroG1: (p) => asks(mcl, p, mcl._mclBnG1_isZero),
    combineG1: weighted(mcl, new Uint8Array(G1), mcl._mclBnG1_mulVec),
    pairingProduct: pairingProducts(mcl, one),
    powerProduct: weighted(mcl, one, mcl._mclBnGT_powVec),
    equalGt: (a, b) => asks(mcl, new Uint8Array([...a, ...b]), (at) => mcl._mclBnGT_isEqual(at, at + GT)),
  };
}

/** A point of the twist that is not of order r: x = 1. */
const OUTSIDE_G2 = Uint8Array.from({ length: G2_BYTES }, (_, i) => (i === 0 ? 1 : 0));

/** Whether points are of order r is a switch of mcl's; with it off, a certificate could be forged. */
function checkOrderSwitch(backend: PairingBackend<Raw, Raw, Raw>): void {
  backend.decodeG2(GENERATOR_G2);
  try {
    backend.decodeG2(OUTSIDE_G2);
  } catch (e) {
    if (e instanceof Malformed) return;
    throw e;
  }
  throw new Error("mcl takes points that are not of order r");
}

/** The backend on mcl. The module is compiled at the first call of a process. */
export async function mclBackend(): Promise<PairingBackend<Uint8Array, Uint8Array, Uint8Array>> {
  const backend = backendOver(await mclModule());
  checkOrderSwitch(backend);
  return backend;
}
