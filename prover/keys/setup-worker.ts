// A thread of the direct setup: computes the key's scalars once, or turns ranges of scalars into points in the key's file.
import { ftruncateSync, openSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { errnoOf } from "../file-errors.js";
import { readR1cs } from "../r1cs.js";
import { type FixedBase, fixedBase, type Group } from "./fixed-base.js";
import { countCoefficients, type KeyScalars, keyScalars } from "./qap.js";
import { type Secrets, secretIntegers } from "./secrets.js";
import { type CurveModule, FIELD_BYTES, openCurve } from "./wasm-curve.js";
import { COEFFICIENT_BYTES, domainPower, fixedPieces, HEADER_POINTS, type ZkeyLayout, type ZkeyShape, zkeyLayout } from "./zkey-file.js";

export interface SetupWorkerData {
  readonly curve: CurveModule;
  readonly zkeyPath: string;
  readonly window: Readonly<Record<Group, number>>;
}

/** Points to compute: `count` scalars from index `from`, written from byte `at` of the key's file. */
export interface PointsJob {
  readonly kind: "points";
  readonly group: Group;
  readonly scalars: SharedArrayBuffer;
  readonly from: number;
  readonly count: number;
  readonly at: number;
}

export type SetupRequest =
  | PointsJob
  | { readonly kind: "tables" }
  | { readonly kind: "scalars"; readonly r1csPath: string; readonly secrets: Secrets };

export interface ScalarsReply {
  readonly kind: "scalars";
  readonly shape: ZkeyShape;
  readonly layout: ZkeyLayout;
  readonly scalars: KeyScalars;
  /** The header's six points, each with its own scalar. */
  readonly headerJobs: readonly PointsJob[];
}

export type SetupReply =
  | { readonly kind: "points"; readonly count: number }
  | { readonly kind: "tables" }
  | ScalarsReply
  | { readonly kind: "error"; readonly errno: string; readonly message: string };

const data = workerData as SetupWorkerData;
const curve = await openCurve(data.curve);
const bases = new Map<Group, FixedBase>();
let fd: number | undefined;

function file(flags: "r+" | "w+"): number {
  fd ??= openSync(data.zkeyPath, flags);
  return fd;
}

function baseOf(group: Group): FixedBase {
  const base = bases.get(group) ?? fixedBase(curve, group, data.window[group]);
  bases.set(group, base);
  return base;
}

function writeAll(handle: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done, bytes.length - done, at + done);
}

function points(job: PointsJob): SetupReply {
  const base = baseOf(job.group);
  const result = curve.scoped(() => {
    const pScalars = curve.alloc(job.count * FIELD_BYTES);
    const out = curve.alloc(job.count * base.affineBytes);
    curve.u8().set(new Uint8Array(job.scalars, job.from * FIELD_BYTES, job.count * FIELD_BYTES), pScalars);
    base.multiply(pScalars, job.count, out);
    return curve.u8().slice(out, out + job.count * base.affineBytes);
  });
  writeAll(file("r+"), result, job.at);
  return { kind: "points", count: job.count };
}

async function scalars(r1csPath: string, secrets: Secrets): Promise<SetupReply> {
  const r1cs = await readR1cs(r1csPath);
  const { nWires: nVars, nPublic, nConstraints } = r1cs;
  const shape = { nVars, nPublic, domainSize: 2 ** domainPower(nConstraints, nPublic) };
  const nCoefficients = countCoefficients(r1cs) + nPublic + 1;
  const { fileBytes, ...layout } = zkeyLayout(shape, nCoefficients);
  const handle = file("w+");
  ftruncateSync(handle, fileBytes);
  for (const { at, bytes } of fixedPieces(shape, layout, nCoefficients)) writeAll(handle, bytes, at);
  let at = layout.coefficients.start + 4;
  const found = keyScalars(curve, r1cs, secretIntegers(secrets), (chunk) => {
    writeAll(handle, chunk, at);
    at += chunk.length;
  });
  if (at !== layout.coefficients.start + 4 + nCoefficients * COEFFICIENT_BYTES) throw new Error("coefficient count changed");
  const fixed = (name: keyof typeof HEADER_POINTS): PointsJob => {
    const scalar = new SharedArrayBuffer(FIELD_BYTES);
    new Uint8Array(scalar).set(secrets[name.slice(0, -1) as keyof Secrets]);
    const group = name.endsWith("1") ? "g1m" : "g2m";
    return { kind: "points", group, scalars: scalar, from: 0, count: 1, at: layout.header.start + HEADER_POINTS[name] };
  };
  const names = Object.keys(HEADER_POINTS) as (keyof typeof HEADER_POINTS)[];
  return { kind: "scalars", shape, layout, scalars: found, headerJobs: names.map(fixed) };
}

async function answer(request: SetupRequest): Promise<SetupReply> {
  switch (request.kind) {
    case "points":
      return points(request);
    case "scalars":
      return scalars(request.r1csPath, request.secrets);
    case "tables":
      baseOf("g1m");
      baseOf("g2m");
      return { kind: "tables" };
    default: {
      const gone: never = request;
      throw new Error(`unknown request ${String(gone)}`);
    }
  }
}

parentPort?.on("message", (request: SetupRequest) => {
  answer(request).then(
    (reply) => parentPort?.postMessage(reply),
    (e: unknown) => parentPort?.postMessage({ kind: "error", errno: errnoOf(e), message: e instanceof Error ? e.message : String(e) }),
  );
});
