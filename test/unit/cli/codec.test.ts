import { describe, expect, it } from "vitest";
import type { ZkStateError } from "../../../core/errors.js";
import { type BatchItem, batchFileSchema, decodeItem, encode, encodeLine } from "../../../ledger/codec.js";
import { crashStory } from "../../../simulate/crash-story.js";

const PROFILE = { nTx: 7, nAccounts: 7, nLevels: 12 };
const items = crashStory("codec", PROFILE).venue.items;

/** A fresh, valid item of a kind, as JSON. */
const json = (kind: BatchItem["kind"]): Record<string, unknown> => {
  const item = items.find((i) => i.kind === kind);
  if (item === undefined) throw new Error(`the story has no ${kind}`);
  return encode(item) as Record<string, unknown>;
};

function refusal(value: unknown): ZkStateError {
  try {
    decodeItem(value, { index: 5, line: 6 });
  } catch (e) {
    return e as ZkStateError;
  }
  throw new Error("accepted");
}

describe("batch file items", () => {
  it.each(["genesis", "report", "deposit", "withdraw", "transfer", "trade", "liquidate", "cancel"] as const)("reads back a %s", (kind) => {
    const item = items.find((i) => i.kind === kind);
    const read = decodeItem(JSON.parse(encodeLine(item as BatchItem)), { index: 0 });
    expect(read).toEqual(item);
  });

  it.each([
    ["a leading zero", "05"],
    ["a plus sign", "+5"],
    ["a minus sign", "-5"],
    ["minus zero", "-0"],
    ["an exponent", "1e3"],
    ["a hexadecimal number", "0x5"],
    ["a space", " 5"],
    ["a line break", "5\n"],
    ["a fraction", "5.0"],
    ["nothing", ""],
    ["digits of another script", "٥"],
    ["zero, below the least amount", "0"],
    ["2^60, above the greatest amount", (1n << 60n).toString()],
    ["a number of a thousand digits", "9".repeat(1000)],
  ])("refuses an amount with %s", (_, amount) => {
    const error = refusal({ ...json("deposit"), amount });
    expect(error.code).toBe("INPUT_NOT_CANONICAL");
    expect(error.exitCode).toBe(2);
    expect(error.details).toMatchObject({ index: 5, line: 6, kind: "deposit", field: "amount" });
    expect(error.expected).toBeTruthy();
  });

  it("takes the greatest amounts and refuses one more, by instrument", () => {
    const cash = { ...json("deposit"), instrument: 12 };
    const lots = { ...json("deposit"), instrument: 0 };
    expect(decodeItem({ ...cash, amount: ((1n << 60n) - 1n).toString() }, { index: 0 })).toBeTruthy();
    expect(decodeItem({ ...lots, amount: ((1n << 46n) - 1n).toString() }, { index: 0 })).toBeTruthy();
    expect(refusal({ ...lots, amount: (1n << 46n).toString() }).expected).toBe("lots below 2^46");
  });

  it("keeps signed fields signed: fees may be rebates, minus zero is not a number", () => {
    expect(decodeItem({ ...json("trade"), sellerFee: "-7" }, { index: 0 })).toMatchObject({ sellerFee: -7n });
    expect(refusal({ ...json("trade"), sellerFee: "-0" }).code).toBe("INPUT_NOT_CANONICAL");
    expect(refusal({ ...json("trade"), sellerFee: `-${(1n << 60n) + 1n}` }).expected).toBe("a value in [-2^60, 2^60)");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an unknown field", { note: "hello" }, "note"],
    ["a number where a decimal string belongs", { amount: 5 }, "amount"],
    ["a negative account", { account: -1 }, "account"],
    ["an account that is not whole", { account: 1.5 }, "account"],
    ["an account beyond 32 bits", { account: 2 ** 32 }, "account"],
    ["a chain that is not in use", { chain: 2 }, "chain"],
    ["an instrument that cannot be deposited", { instrument: 4 }, "instrument"],
    ["an owner that is no point", { owner: { ax: "1" } }, "owner.ay"],
    ["null", { exitAddress: null }, "exitAddress"],
  ])("refuses %s", (_, change, field) => {
    const error = refusal({ ...json("deposit"), ...change });
    expect(error.code).toBe("INPUT_MALFORMED");
    expect(error.details).toMatchObject({ index: 5, field });
  });

  it.each([{}, [], null, 7, "deposit", { kind: "mint" }, { kind: "__proto__" }, { kind: "toString" }, { kind: 3 }])(
    "refuses %j, which has no known kind",
    (value) => {
      expect(refusal(value)).toMatchObject({ code: "INPUT_MALFORMED", message: "Item 5 has no known kind." });
    },
  );

  it("refuses words outside the field and addresses beyond 160 bits", () => {
    const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
    const withdraw = json("withdraw");
    expect(refusal({ ...withdraw, signature: { ...(withdraw["signature"] as object), s: r.toString() } }).details).toMatchObject({
      field: "signature.s",
    });
    expect(refusal({ ...withdraw, recipient: (1n << 160n).toString() }).expected).toBe("a value in [0, 2^160)");
  });

  it("refuses reports of another shape", () => {
    const report = json("report");
    expect(refusal({ ...report, index: ["1"] }).details).toMatchObject({ field: "index" });
    expect(refusal({ ...report, index: ["0", "1"] }).code).toBe("INPUT_NOT_CANONICAL");
    expect(refusal({ ...report, scenario: (report["scenario"] as unknown[]).slice(1) }).code).toBe("INPUT_MALFORMED");
    const { time: _, ...timeless } = report;
    expect(refusal(timeless).details).toMatchObject({ field: "time" });
  });

  it("is described by docs/batch-file.schema.json (npx vitest run --project unit -u codec makes it anew)", async () => {
    const text = `${JSON.stringify(batchFileSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../../docs/batch-file.schema.json");
  });
});
