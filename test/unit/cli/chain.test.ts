// Several proofs as one chain, and the root that the reader knows.
import { describe, expect, it } from "vitest";
import { chainError, type Link, mixedKeys, rootFrom, startError } from "../../../cli/proof/chain.js";
import type { Envelope } from "../../../cli/proof/envelope.js";
import { ZkStateError } from "../../../core/errors.js";
import { R } from "../../../core/field.js";

const link = (batchNumber: number, oldRoot: string, newRoot: string, over: Partial<Link> = {}): Link => ({
  envelope: { batchNumber, oldRoot, newRoot } as Envelope, // all that a chain looks at
  vkeyDigest: "k",
  trust: "own",
  ...over,
});
const chain = [link(4, "10", "11"), link(5, "11", "12"), link(6, "12", "13")];

describe("a chain of proofs", () => {
  it("continues batch by batch, from any root or from the one that is known", () => {
    expect(chainError(chain, undefined)).toBeUndefined();
    expect(chainError(chain, "10")).toBeUndefined();
    expect(chainError(chain.slice(1), "11")).toBeUndefined();
    expect(chainError([], "10")).toBeUndefined();
  });

  it.each<[string, readonly Link[], string, string]>([
    ["a missing batch", chain.toSpliced(1, 1), "batch 5 from root 11", "batch 6 from root 12"],
    ["a batch twice", chain.toSpliced(1, 0, link(4, "10", "11")), "batch 5 from root 11", "batch 4 from root 10"],
    ["another root", chain.with(1, link(5, "99", "12")), "batch 5 from root 11", "batch 5 from root 99"],
    ["another number", chain.with(2, link(7, "12", "13")), "batch 6 from root 12", "batch 7 from root 12"],
  ])("breaks at %s", (_, links, expected, got) => {
    expect(chainError(links, "10")).toMatchObject({ code: "CHAIN_BROKEN", exitCode: 1, expected, got });
  });

  it("does not start from another root", () => {
    for (const from of ["0", "11", "13"]) {
      expect(chainError(chain, from)).toMatchObject({ code: "ROOT_MISMATCH", exitCode: 1, expected: from, got: "10" });
    }
    expect(startError("proof.json", "10", "12")?.message).toContain("proof.json");
  });

  it("takes several keys only where somebody vouches for each", () => {
    expect(mixedKeys(chain)).toBeUndefined();
    const second = link(5, "11", "12", { vkeyDigest: "other", trust: "production" });
    expect(mixedKeys(chain.with(1, second))).toMatchObject({ code: "KEY_MISMATCH" });
    expect(mixedKeys([second, link(6, "12", "13", { trust: "production" })])).toBeUndefined();
  });
});

describe("--from", () => {
  it("takes a field element in canonical decimal digits", () => {
    for (const root of ["0", "17", `${R - 1n}`]) expect(rootFrom(root)).toBe(root);
    expect(rootFrom(undefined)).toBeUndefined();
  });

  it.each(["", "017", "-1", "+1", "0x11", "1e3", " 1", "1\n", `${R}`, "9".repeat(79)])("refuses %j", (text) => {
    expect(() => rootFrom(text)).toThrow(ZkStateError);
    expect(() => rootFrom(text)).toThrow(/not a state root/);
  });
});
