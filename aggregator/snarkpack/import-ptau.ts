// A production setup from two files of powers of tau, whose secrets nobody knows if in each ceremony one contributor was honest. That the two secrets have
// nothing to do with each other cannot be checked, only that they do not in ways that are easy to see.
import { ZkStateError } from "../../core/errors.js";
import { FIELD_BYTES, openCurve } from "../../prover/keys/wasm-curve.js";
import { G1_BYTES } from "../curve/points.js";
import { compileFastCurve } from "../wasm/module.js";
import { PowersChecker, type ReadPoints, type SecondPowers } from "./check-powers.js";
import type { SrsBuildOptions } from "./development-srs.js";
import { type Pause, pauser } from "./pause.js";
import { createPowersFile, type PowersName, type PowersWriter, powersCount, readPowers } from "./powers-file.js";
import { openPtau, type PtauFile, unsafe } from "./ptau-file.js";

const CHUNK = 4096;

/** Runs over `count` points in chunks. */
async function eachChunk(count: number, pause: Pause, run: (from: number, n: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    await run(from, Math.min(CHUNK, count - from));
    await pause();
  }
}

function checkSize({ path, power }: PtauFile, maxCount: number): void {
  const needed = Math.log2(maxCount) + 1;
  if (power >= needed) return;
  throw new ZkStateError({
    code: "KEY_UNSAFE",
    message: `${path}: it has too few powers for certificates of ${maxCount} proofs`,
    expected: `a power of at least ${needed}`,
    got: `a power of ${power}`,
    next: `use a larger file, or \`--max-count ${2 ** (power - 1)}\``,
  });
}

async function copyFile(path: string, secret: "a" | "b", maxCount: number, writer: PowersWriter, pause: Pause): Promise<void> {
  const file = await openPtau(path);
  try {
    checkSize(file, maxCount);
    const copy = (name: PowersName, read: ReadPoints) =>
      eachChunk(powersCount(name, maxCount), pause, async (from, n) => writer.write(name, from, await read(from, n)));
    await copy(`${secret}G`, file.readG1);
    await copy(`${secret}H`, file.readG2);
  } finally {
    await file.close();
  }
}

/** One of the two sequences in the new file, and the file that it came from. */
interface Imported {
  readonly ptauPath: string;
  readonly countG1: number;
  readonly countG2: number;
  readonly readG1: ReadPoints;
  readonly readG2: ReadPoints;
}

/**
 * Refuses a sequence that meets the generator again, or the other's secret, up to sign: then keys repeat, or those of one secret are among the other's.
 */
async function refuseRelated(own: Imported, other: Imported, second: SecondPowers, pause: Pause): Promise<void> {
  const xOf = (points: Uint8Array, i: number) => Buffer.from(points.subarray(i * G1_BYTES, i * G1_BYTES + FIELD_BYTES));
  const [generator, otherSecret] = [xOf(await own.readG1(0, 1), 0), xOf(second.inG1, 0)];
  await eachChunk(own.countG1, pause, async (from, n) => {
    const points = await own.readG1(from, n);
    for (let i = 0; i < n; i++) {
      const [power, x] = [from + i, xOf(points, i)];
      if (power > 0 && x.equals(generator)) throw unsafe(own.ptauPath, `power ${power} of its secret is 1 or -1`);
      if (!x.equals(otherSecret)) continue;
      const how = power === 1 ? "the same up to sign" : `related: one is power ${power} of the other, up to sign`;
      throw unsafe(own.ptauPath, `its secret and that of ${other.ptauPath} are ${how}`);
    }
  });
}

async function checkBoth(a: Imported, b: Imported, pause: Pause, onProgress: SrsBuildOptions["onProgress"]): Promise<void> {
  const checker = new PowersChecker(await openCurve(await compileFastCurve()));
  let seen = 0;
  const onPoints = (n: number) => {
    seen += n;
    onProgress?.(seen / (2 * (a.countG1 + a.countG2)));
  };
  const check = (own: Imported) => checker.check({ ...own, pause, onPoints, refuse: (why) => unsafe(own.ptauPath, why) });
  const [ofA, ofB] = [await check(a), await check(b)];
  await refuseRelated(a, b, ofB, pause);
  await refuseRelated(b, a, ofA, pause);
  if (checker.areInverse(ofA, ofB)) throw unsafe(b.ptauPath, `its secret and that of ${a.ptauPath} are inverse up to sign`);
}

/**
 * Copies what is needed of two files of powers of tau to a production setup's file of powers, which must not exist yet, and checks the copy. When it is
 * refused, the file stays behind for the caller to remove.
 * @throws KEY_UNSAFE naming the file and what is wrong with it; INPUT_NOT_FOUND, DISK_FULL, READ_ONLY, IO_FAILED, INTERRUPTED
 */
export async function importPtau(
  path: string,
  maxCount: number,
  [pathOfA, pathOfB]: readonly [string, string],
  { signal, onProgress }: SrsBuildOptions = {},
): Promise<void> {
  const pause = pauser("the aggregation setup", signal);
  const writer = await createPowersFile(path, { kind: "production", maxCount });
  try {
    await copyFile(pathOfA, "a", maxCount, writer, pause);
    await copyFile(pathOfB, "b", maxCount, writer, pause);
  } finally {
    await writer.close();
  }
  const imported = (ptauPath: string, secret: "a" | "b"): Imported => ({
    ptauPath,
    countG1: powersCount(`${secret}G`, maxCount),
    countG2: powersCount(`${secret}H`, maxCount),
    readG1: (from, n) => readPowers(path, maxCount, `${secret}G`, from, n),
    readG2: (from, n) => readPowers(path, maxCount, `${secret}H`, from, n),
  });
  await checkBoth(imported(pathOfA, "a"), imported(pathOfB, "b"), pause, onProgress);
}
