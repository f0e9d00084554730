// The setup of certificates: powers of two secrets a and b, for the prover, and the four points that the verifier needs.
import { ZkStateError } from "../../core/errors.js";
import type { VerifierSrs } from "../../core/snarkpack/statement.js";
import { srsDigest } from "../../core/snarkpack/verifier-srs.js";
import type { PointCodec } from "../curve/points.js";
import { type PowersName, pointBytes, readPowers, readPowersHeader, type SrsKind } from "./powers-file.js";

/** A setup whose powers are read from a file as they are needed. */
export interface ProverSrs {
  readonly kind: SrsKind;
  /** Most proofs in a certificate; a power of two. */
  readonly maxCount: number;
  readonly verifier: VerifierSrs;
  /** Hex SHA-256 of the verifier's part: the setup's name. */
  readonly digest: string;
  /** See powers-file.ts. */
  readonly powersPath: string;
}

/** Certificates hold at most 2^20 proofs. */
const LARGEST_COUNT = 2 ** 20;

/** @throws USAGE unless a power of two from 2 to 2^20 */
export function checkMaxCount(maxCount: number): void {
  if (Number.isInteger(Math.log2(maxCount)) && maxCount >= 2 && maxCount <= LARGEST_COUNT) return;
  throw new ZkStateError({
    code: "USAGE",
    message: "The largest count of an aggregation setup is not a power of two in range.",
    expected: `a power of two from 2 to ${LARGEST_COUNT}`,
    got: `${maxCount}`,
  });
}

/** Reads the setup in a file of powers. @throws ARTIFACT_CORRUPT, IO_FAILED */
export async function openSrs(powersPath: string, codec: PointCodec): Promise<ProverSrs> {
  const { kind, maxCount } = await readPowersHeader(powersPath);
  const second = (name: PowersName) => readPowers(powersPath, maxCount, name, 1, 1);
  const verifier = {
    aG: codec.encodeG1(await second("aG")),
    bG: codec.encodeG1(await second("bG")),
    aH: codec.encodeG2(await second("aH")),
    bH: codec.encodeG2(await second("bH")),
  };
  return { kind, maxCount, verifier, digest: srsDigest(verifier), powersPath };
}

/** Points c, c + stride, c + 2 stride, ... of a range of powers, one after the other. */
export async function readStrided(
  srs: Pick<ProverSrs, "powersPath" | "maxCount">,
  name: PowersName,
  range: { readonly from: number; readonly count: number },
  { index, stride }: { readonly index: number; readonly stride: number },
): Promise<Uint8Array> {
  const bytes = pointBytes(name);
  const all = await readPowers(srs.powersPath, srs.maxCount, name, range.from, range.count);
  if (stride === 1) return all;
  const own = new Uint8Array((range.count / stride) * bytes);
  for (let i = index, at = 0; i < range.count; i += stride, at += bytes) own.set(all.subarray(i * bytes, (i + 1) * bytes), at);
  return own;
}

/** The verifier's part as a JSON object, points and digest in lower-case hex. */
export interface VerifierSrsJson {
  readonly format: "zkstate srs 1";
  readonly kind: SrsKind;
  readonly maxCount: number;
  readonly aG: string;
  readonly bG: string;
  readonly aH: string;
  readonly bH: string;
  readonly digest: string;
}

/** srs.json of a setup. */
export function verifierSrsJson({ kind, maxCount, verifier, digest }: ProverSrs): VerifierSrsJson {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const { aG, bG, aH, bH } = verifier;
  return { format: "zkstate srs 1", kind, maxCount, aG: hex(aG), bG: hex(bG), aH: hex(aH), bH: hex(bH), digest };
}
