// From constraints and secrets to the scalars of a Groth16 key.
//
// Groth, eprint 2016/260, section 3.2: with A_i, B_i, C_i wire i's polynomials at tau, the key has A_i and B_i in the groups, and
// (beta A_i + alpha B_i + C_i) over gamma for public wires or over delta for the others. As in snarkjs, row nConstraints + i of A binds public
// wire i to itself, which makes the public polynomials independent, and the quotient's points are the Lagrange polynomials of the odd coset:
// L_(2j+1)(tau) of the doubled domain, over delta.
import type { R1cs } from "../r1cs.js";
import { inverse, lagrangeAt, putField } from "./lagrange.js";
import type { SecretIntegers } from "./secrets.js";
import { FIELD_BYTES, R_ORDER, toLittleEndian, type WasmCurve } from "./wasm-curve.js";
import { COEFFICIENT_BYTES, domainPower } from "./zkey-file.js";

/** Canonical little-endian scalars, 32 bytes each, shared between threads. */
export interface KeyScalars {
  readonly a: SharedArrayBuffer;
  readonly b: SharedArrayBuffer;
  /** Wires beyond the public ones. */
  readonly c: SharedArrayBuffer;
  /** The constant and the public wires. */
  readonly ic: SharedArrayBuffer;
  readonly h: SharedArrayBuffer;
}

/** Count the entries of matrices A and B, and check that every row lies inside the file and names existing wires. */
export function countCoefficients(r1cs: R1cs): number {
  const view = new DataView(r1cs.bytes.buffer, r1cs.bytes.byteOffset, r1cs.end);
  let [at, count] = [r1cs.start, 0];
  for (let row = 0; row < r1cs.nConstraints; row++)
    for (let matrix = 0; matrix < 3; matrix++) {
      const n = view.getUint32(at, true);
      at += 4;
      for (let i = 0; i < n; i++, at += 4 + FIELD_BYTES) if (view.getUint32(at, true) >= r1cs.nWires) throw new RangeError("no such wire");
      if (matrix < 2) count += n;
    }
  if (at !== r1cs.end) throw new RangeError("constraints do not fill their section");
  return count;
}

const BUFFERED = 1 << 14;

/**
 * Collects the coefficients section: matrix, row, wire, and the value times R^2, where R = 2^256. Chunks go to `sink` in order.
 * snarkjs multiplies each by a plain witness value with one Montgomery product and reads the result as being in Montgomery form.
 */
function coefficientWriter(curve: WasmCurve, sink: (chunk: Uint8Array) => void) {
  const mul = curve.op("frm_mul");
  const cubed = curve.alloc(FIELD_BYTES);
  curve.u8().set(toLittleEndian(2n ** 768n % R_ORDER), cubed);
  const out = curve.alloc(BUFFERED * COEFFICIENT_BYTES);
  let used = 0;
  const flush = () => {
    sink(curve.u8().slice(out, out + used * COEFFICIENT_BYTES));
    used = 0;
  };
  const put = (words: Uint32Array, matrix: number, row: number, wire: number, pValue: number) => {
    const at = out + used * COEFFICIENT_BYTES;
    words[at >> 2] = matrix;
    words[(at >> 2) + 1] = row;
    words[(at >> 2) + 2] = wire;
    mul(pValue, cubed, at + 12);
    if (++used === BUFFERED) flush();
  };
  return { put, flush };
}

type Polynomials = readonly [a: number, b: number, c: number];

/** Sum every wire's Lagrange combination in the three matrices; the sums are canonical, since value * (L R) / R = value * L. */
function evaluate(curve: WasmCurve, r1cs: R1cs, lagrange: number, sink: (chunk: Uint8Array) => void): Polynomials {
  const bytes = r1cs.nWires * FIELD_BYTES;
  const sums: Polynomials = [curve.alloc(bytes), curve.alloc(bytes), curve.alloc(bytes)];
  for (const at of sums) curve.u8().fill(0, at, at + bytes);
  curve.scoped(() => {
    const [mul, add] = [curve.op("frm_mul"), curve.op("frm_add")];
    const writer = coefficientWriter(curve, sink);
    const term = curve.alloc(FIELD_BYTES);
    const one = curve.alloc(FIELD_BYTES);
    const rows = curve.alloc(r1cs.end - r1cs.start);
    curve.u8().set(r1cs.bytes.subarray(r1cs.start, r1cs.end), rows);
    curve.u8().set(toLittleEndian(1n), one);
    const words = new Uint32Array(curve.u8().buffer); // rows is 32-byte aligned and every entry is whole words
    let at = rows;
    for (let row = 0; row < r1cs.nConstraints; row++) {
      const pL = lagrange + row * FIELD_BYTES;
      for (let matrix = 0; matrix < 3; matrix++) {
        const sum = sums[matrix] as number;
        const end = at + 4 + (words[at >> 2] as number) * (4 + FIELD_BYTES);
        for (at += 4; at < end; at += 4 + FIELD_BYTES) {
          const wire = words[at >> 2] as number;
          mul(at + 4, pL, term);
          add(sum + wire * FIELD_BYTES, term, sum + wire * FIELD_BYTES);
          if (matrix < 2) writer.put(words, matrix, row, wire, at + 4);
        }
      }
    }
    for (let wire = 0; wire <= r1cs.nPublic; wire++) {
      const row = r1cs.nConstraints + wire;
      mul(one, lagrange + row * FIELD_BYTES, term);
      add(sums[0] + wire * FIELD_BYTES, term, sums[0] + wire * FIELD_BYTES);
      writer.put(words, 0, row, wire, one);
    }
    writer.flush();
  });
  return sums;
}

/** Overwrite C_i by (beta A_i + alpha B_i + C_i) / (gamma or delta). */
function combine(curve: WasmCurve, r1cs: R1cs, secrets: SecretIntegers, [a, b, c]: Polynomials): void {
  const [mul, add] = [curve.op("frm_mul"), curve.op("frm_add")];
  const pAlpha = putField(curve, secrets.alpha);
  const pBeta = putField(curve, secrets.beta);
  const pGamma = putField(curve, inverse(secrets.gamma));
  const pDelta = putField(curve, inverse(secrets.delta));
  const term = curve.alloc(FIELD_BYTES);
  for (let wire = 0; wire < r1cs.nWires; wire++) {
    const at = c + wire * FIELD_BYTES;
    mul(a + wire * FIELD_BYTES, pBeta, term);
    add(at, term, at);
    mul(b + wire * FIELD_BYTES, pAlpha, term);
    add(at, term, at);
    mul(at, wire <= r1cs.nPublic ? pGamma : pDelta, at);
  }
}

function share(curve: WasmCurve, at: number, count: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(count * FIELD_BYTES);
  new Uint8Array(shared).set(curve.u8().subarray(at, at + count * FIELD_BYTES));
  return shared;
}

/**
 * Compute every scalar of a key; the coefficients section goes to `sink` on the way.
 * PERF: one field product per entry of C and two per entry of A and B, then 11 per wire and 8 per row of the domain.
 */
export function keyScalars(curve: WasmCurve, r1cs: R1cs, secrets: SecretIntegers, sink: (chunk: Uint8Array) => void): KeyScalars {
  return curve.scoped(() => {
    const power = domainPower(r1cs.nConstraints, r1cs.nPublic);
    const size = 2 ** power;
    const lagrange = lagrangeAt(curve, secrets.tau, { power, first: 0, step: 1, count: size, factor: 1n });
    const sums = evaluate(curve, r1cs, lagrange, sink);
    combine(curve, r1cs, secrets, sums);
    const factor = inverse(secrets.delta);
    const h = lagrangeAt(curve, secrets.tau, { power: power + 1, first: 1, step: 2, count: size, factor });
    const plain = curve.op("frm_fromMontgomery");
    for (let i = 0; i < size; i++) plain(h + i * FIELD_BYTES, h + i * FIELD_BYTES);
    const nIc = r1cs.nPublic + 1;
    return {
      a: share(curve, sums[0], r1cs.nWires),
      b: share(curve, sums[1], r1cs.nWires),
      c: share(curve, sums[2] + nIc * FIELD_BYTES, r1cs.nWires - nIc),
      ic: share(curve, sums[2], nIc),
      h: share(curve, h, size),
    };
  });
}
