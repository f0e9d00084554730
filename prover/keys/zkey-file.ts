// snarkjs' Groth16 proving key file ("zkey", version 1), as its src/zkey_utils.js documents it: where every section stands, and the header.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ZkStateError } from "../../core/errors.js";
import { fileError } from "../file-errors.js";
import { fromLittleEndian, R_ORDER, toLittleEndian } from "./wasm-curve.js";

/** The base field's order. */
export const Q_ORDER = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

export const SECTION = { protocol: 1, header: 2, ic: 3, coefficients: 4, a: 5, b1: 6, b2: 7, c: 8, h: 9, contributions: 10 } as const;
export type SectionName = keyof typeof SECTION;

export const G1_BYTES = 64;
export const G2_BYTES = 128;
export const COEFFICIENT_BYTES = 44;
const MAGIC = 0x79656b7a; // "zkey"
const SECTION_HEAD = 12;
/** Header section: two primes with their sizes, three counts, then the key's fixed points at these offsets. */
export const HEADER_POINTS = { alpha1: 84, beta1: 148, beta2: 212, gamma2: 340, delta1: 468, delta2: 532 } as const;
const HEADER_BYTES = 660;
/** What a key of ours has in place of a circuit hash, so that contributions laid over it do not hide what it is. */
export const DEVELOPMENT_MARK = "zkstate development key: whoever made it can forge proofs".padEnd(64).slice(0, 64);

export interface ZkeyShape {
  readonly nVars: number;
  readonly nPublic: number;
  readonly domainSize: number;
}

export interface Span {
  readonly start: number;
  readonly bytes: number;
}

export type ZkeyLayout = Readonly<Record<SectionName, Span>>;

/** Smallest domain for a circuit: its constraints and one more row for each public wire and the constant. */
export function domainPower(nConstraints: number, nPublic: number): number {
  return Math.max(1, Math.ceil(Math.log2(nConstraints + nPublic + 1)));
}

/** Where each section of a key stands in the file that we write. */
export function zkeyLayout(shape: ZkeyShape, nCoefficients: number): ZkeyLayout & { readonly fileBytes: number } {
  const sizes: Readonly<Record<SectionName, number>> = {
    protocol: 4,
    header: HEADER_BYTES,
    ic: (shape.nPublic + 1) * G1_BYTES,
    coefficients: 4 + nCoefficients * COEFFICIENT_BYTES,
    a: shape.nVars * G1_BYTES,
    b1: shape.nVars * G1_BYTES,
    b2: shape.nVars * G2_BYTES,
    c: (shape.nVars - shape.nPublic - 1) * G1_BYTES,
    h: shape.domainSize * G1_BYTES,
    contributions: 68,
  };
  let at = 12;
  const spans = {} as Record<SectionName, Span>;
  for (const name of Object.keys(SECTION) as SectionName[]) {
    spans[name] = { start: at + SECTION_HEAD, bytes: sizes[name] };
    at += SECTION_HEAD + sizes[name];
  }
  return { ...spans, fileBytes: at };
}

/** Everything in a key's file but points and coefficients, as pieces with their offsets. */
export function fixedPieces(
  shape: ZkeyShape,
  layout: ZkeyLayout,
  nCoefficients: number,
): { readonly at: number; readonly bytes: Uint8Array }[] {
  const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
  const pieces = [{ at: 0, bytes: words(MAGIC, 1, Object.keys(SECTION).length) }];
  for (const name of Object.keys(SECTION) as SectionName[])
    pieces.push({
      at: layout[name].start - SECTION_HEAD,
      bytes: words(SECTION[name], layout[name].bytes % 2 ** 32, Math.floor(layout[name].bytes / 2 ** 32)),
    });
  const header = Buffer.concat([words(32), toLittleEndian(Q_ORDER), words(32), toLittleEndian(R_ORDER)]);
  const counts = words(shape.nVars, shape.nPublic, shape.domainSize);
  pieces.push({ at: layout.protocol.start, bytes: words(1) });
  pieces.push({ at: layout.header.start, bytes: Buffer.concat([header, counts]) });
  pieces.push({ at: layout.coefficients.start, bytes: words(nCoefficients) });
  pieces.push({ at: layout.contributions.start, bytes: Buffer.concat([Buffer.from(DEVELOPMENT_MARK, "ascii"), words(0)]) });
  return pieces;
}

export interface ZkeyHeader extends ZkeyShape {
  /** The six fixed points and IC as raw bytes in Montgomery form. */
  readonly point: (name: keyof typeof HEADER_POINTS) => Uint8Array;
  readonly ic: readonly Uint8Array[];
  /** Phase-2 contributions, beacon included. */
  readonly nContributions: number;
  /** True when this key, or the one it was built on, came from the direct setup. */
  readonly isDevelopment: boolean;
}

/**
 * Read a key's header, IC and contribution count, checking that every section is whole.
 * @throws ARTIFACT_CORRUPT when it is not a Groth16 zkey over bn254 or is truncated, IO_FAILED
 */
export function readZkeyHeader(path: string): ZkeyHeader {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (e) {
    throw fileError(e, path);
  }
  try {
    return parseHeader(fd, path);
  } finally {
    closeSync(fd);
  }
}

function parseHeader(fd: number, path: string): ZkeyHeader {
  const corrupt = (why: string) =>
    new ZkStateError({ code: "ARTIFACT_CORRUPT", message: `${path} is not a usable zkey: ${why}`, next: "make or fetch the key again" });
  const { size } = fstatSync(fd);
  const read = (at: number, bytes: number): Buffer => {
    const out = Buffer.alloc(bytes);
    if (at + bytes > size || readSync(fd, out, 0, bytes, at) !== bytes) throw corrupt("truncated");
    return out;
  };
  const head = read(0, 12);
  if (head.readUInt32LE(0) !== MAGIC || head.readUInt32LE(4) !== 1) throw corrupt("wrong magic or version");
  const spans = new Map<number, Span>();
  for (let i = 0, at = 12; i < head.readUInt32LE(8); i++) {
    const entry = read(at, SECTION_HEAD);
    const bytes = Number(entry.readBigUInt64LE(4));
    if (at + SECTION_HEAD + bytes > size) throw corrupt("truncated");
    spans.set(entry.readUInt32LE(0), { start: at + SECTION_HEAD, bytes });
    at += SECTION_HEAD + bytes;
  }
  const section = (name: SectionName): Span => {
    const span = spans.get(SECTION[name]);
    if (span === undefined) throw corrupt(`no ${name} section`);
    return span;
  };
  if (read(section("protocol").start, 4).readUInt32LE(0) !== 1) throw corrupt("not a Groth16 key");
  const body = read(section("header").start, HEADER_BYTES);
  if (fromLittleEndian(body.subarray(4, 36)) !== Q_ORDER || fromLittleEndian(body.subarray(40, 72)) !== R_ORDER)
    throw corrupt("not over bn254");
  const shape = { nVars: body.readUInt32LE(72), nPublic: body.readUInt32LE(76), domainSize: body.readUInt32LE(80) };
  const want = zkeyLayout(shape, Math.floor((section("coefficients").bytes - 4) / COEFFICIENT_BYTES));
  for (const name of ["ic", "coefficients", "a", "b1", "b2", "c", "h"] as const)
    if (section(name).bytes !== want[name].bytes)
      throw corrupt(`section ${name} has ${section(name).bytes} bytes instead of ${want[name].bytes}`);
  const ic = read(section("ic").start, want.ic.bytes);
  const contributions = read(section("contributions").start, 68);
  const nContributions = contributions.readUInt32LE(64);
  return {
    ...shape,
    point: (name) => body.subarray(HEADER_POINTS[name], HEADER_POINTS[name] + (name.endsWith("1") ? G1_BYTES : G2_BYTES)),
    ic: Array.from({ length: shape.nPublic + 1 }, (_, i) => ic.subarray(i * G1_BYTES, (i + 1) * G1_BYTES)),
    nContributions,
    isDevelopment: nContributions === 0 || contributions.toString("latin1", 0, 64) === DEVELOPMENT_MARK,
  };
}
