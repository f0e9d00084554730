// What is asked of the native prover and setup: refused with a ZkStateError when it makes no sense. The addon is a stand-in here.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ZkStateError } from "../../../core/errors.js";
import { R } from "../../../core/field.js";
import type { NativeAddon, NativeProveJob } from "../../../native/addon.js";
import { type NativeOptions, nativeBackend } from "../../../prover/backends/native.js";
import { developmentSetup } from "../../../prover/keys/development.js";
import { nativeSetup } from "../../../prover/keys/native-setup.js";
import { drawSecrets } from "../../../prover/keys/secrets.js";

/** An addon that proves in 50 ms unless it is cancelled, and keeps what it was asked. */
function standIn() {
  const asked: NativeProveJob[] = [];
  const prove = (job: NativeProveJob) => {
    asked.push(job);
    const stop = new AbortController();
    const interrupted = Object.assign(new Error("interrupted"), { code: "INTERRUPTED" });
    const promise = sleep(50, new Uint8Array(32 * 9), { signal: stop.signal }).catch(() => Promise.reject(interrupted));
    return { promise, cancel: () => stop.abort() };
  };
  return { asked, addon: { prove } as unknown as NativeAddon };
}
const refusing = (error: Error): NativeAddon => {
  const refuse = () => {
    throw error;
  };
  return { prove: refuse, setup: refuse } as unknown as NativeAddon;
};

const job = { zkeyPath: "none.zkey", wtnsPath: "none.wtns" };
const setupJob = (threads: number) => ({ r1csPath: "none.r1cs", zkeyPath: "none.zkey", secrets: drawSecrets(), threads });
const failure = (code: string) => expect.objectContaining({ constructor: ZkStateError, code });

describe("a number of threads", () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as unknown as number])("is not %s", async (threads) => {
    const { addon, asked } = standIn();
    expect(() => nativeBackend(addon, { threads })).toThrow(failure("CONFIG_INVALID"));
    await expect(nativeSetup(addon, setupJob(threads))).rejects.toEqual(failure("CONFIG_INVALID"));
    await expect(developmentSetup("none.r1cs", "none.zkey", { threads })).rejects.toEqual(failure("CONFIG_INVALID"));
    expect(asked).toEqual([]);
  });

  it("is never more than 1024", async () => {
    const { addon, asked } = standIn();
    for (const threads of [1, 1024, 2 ** 31]) await nativeBackend(addon, { threads }).prove(job);
    expect(asked.map(({ threads }) => threads)).toEqual([1, 1024, 1024]);
  });
});

describe("a blinding", () => {
  const backend = (blinding: NonNullable<NativeOptions["blinding"]>) => nativeBackend(standIn().addon, { blinding });

  it.each([-1n, R, 2n ** 256n, 2n ** 260n])("has no part %s", (bad) => {
    expect(() => backend([bad, 1n])).toThrow(failure("CONFIG_INVALID"));
    expect(() => backend([1n, bad])).toThrow(failure("CONFIG_INVALID"));
    expect(() => backend([0n, R - 1n])).not.toThrow();
  });
});

it.each([
  [new TypeError("A string was expected"), "INTERNAL"],
  [Object.assign(new Error("no such engine"), { code: "CONFIG_INVALID" }), "CONFIG_INVALID"],
])("a job that the addon refuses is a ZkStateError: %s", async (error, code) => {
  const thrown = { constructor: ZkStateError, code, message: expect.stringContaining(error.message) };
  await expect(nativeBackend(refusing(error)).prove(job)).rejects.toMatchObject({ ...thrown, retryable: false });
  await expect(nativeSetup(refusing(error), setupJob(1))).rejects.toMatchObject(thrown);
});

describe("a limit of time", () => {
  it.each([2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY])("of %d ms is not reached at once", async (timeoutMs) => {
    const { publicSignals } = await nativeBackend(standIn().addon).prove({ ...job, timeoutMs });
    expect(publicSignals).toEqual(["0"]);
  });

  it("of 1 ms is", async () => {
    await expect(nativeBackend(standIn().addon).prove({ ...job, timeoutMs: 1 })).rejects.toMatchObject({ code: "TIMEOUT" });
  });
});
