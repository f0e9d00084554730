// The certificate's layout: one reading for each accepted sequence of bytes, and nothing else accepted.
import { describe, expect, it } from "vitest";
import { certificateBytes, MAX_ROUNDS, parseCertificate, roundsFor, serializeCertificate } from "../../../core/snarkpack/certificate.js";
import { randomField } from "../../helpers/mutate.js";

/** Bytes in the layout, with a header for `count` proofs and anything after it. */
function bytesFor(count: number): Uint8Array {
  const random = randomField(BigInt(count));
  const bytes = Uint8Array.from({ length: certificateBytes(roundsFor(count)) }, () => Number(random() % 256n));
  bytes.set([1, 1, roundsFor(count), 1, count & 255, (count >> 8) & 255, (count >> 16) & 255, count >>> 24]);
  return bytes;
}

const refusal = (bytes: Uint8Array) => expect(() => parseCertificate(bytes));
const MALFORMED = expect.objectContaining({ code: "PROOF_MALFORMED" });

/** A certificate with some bytes of its header replaced. */
function withHeader(count: number, at: number, ...values: number[]): Uint8Array {
  const bytes = bytesFor(count);
  bytes.set(values, at);
  return bytes;
}

describe("the padded count", () => {
  it("is the next power of two, at least two", () => {
    expect([2, 3, 4, 5, 8, 9, 255, 256, 257, 1024, 1025].map(roundsFor)).toEqual([1, 2, 2, 3, 3, 4, 8, 8, 9, 10, 11]);
    for (let k = 1; k <= MAX_ROUNDS; k++) expect([2 ** k, 2 ** k + 1].map(roundsFor)).toEqual([k, k + 1]);
  });
});

describe("a certificate", () => {
  it("of 8, 256 and 1,024 proofs has 5,352, 12,072 and 14,760 bytes", () => {
    expect([8, 256, 1024].map((count) => certificateBytes(roundsFor(count)))).toEqual([5352, 12072, 14760]);
  });

  it.each([2, 3, 7, 8, 300, 2 ** 20])("of %i proofs is the same bytes after parsing", (count) => {
    const bytes = bytesFor(count);
    const certificate = parseCertificate(bytes);
    expect(certificate.count).toBe(count);
    expect(certificate.rounds).toHaveLength(roundsFor(count));
    expect(serializeCertificate(certificate)).toEqual(bytes);
  });

  it("has its fields in the documented order", () => {
    const { states, tAB, rounds, final, openAtT } = parseCertificate(bytesFor(3));
    const bytes = bytesFor(3);
    expect(states).toEqual(bytes.slice(8, 40));
    expect(tAB).toEqual(bytes.slice(40, 168));
    expect(rounds[0]?.left.tAB).toEqual(bytes.slice(712, 840));
    expect(rounds[1]?.zCRight).toEqual(bytes.slice(712 + 2 * 1344 - 32, 712 + 2 * 1344));
    expect(final.a).toEqual(bytes.slice(712 + 2 * 1344, 712 + 2 * 1344 + 32));
    expect(openAtT).toEqual(bytes.slice(-32));
  });

  it("parsed does not change with the bytes it came from", () => {
    const buffer = Buffer.from(bytesFor(2)); // a Buffer's own slice would share memory
    const certificate = parseCertificate(buffer);
    buffer.fill(0);
    expect(serializeCertificate(certificate)).toEqual(bytesFor(2));
  });

  it("is read from the middle of a buffer too", () => {
    const padded = new Uint8Array(certificateBytes(1) + 7);
    padded.set(bytesFor(2), 7);
    expect(parseCertificate(padded.subarray(7))).toEqual(parseCertificate(bytesFor(2)));
  });
});

describe("a certificate is refused", () => {
  it("at every other length", () => {
    const bytes = bytesFor(3);
    for (let length = 0; length < bytes.length; length++) refusal(bytes.subarray(0, length)).toThrow(MALFORMED);
    refusal(Uint8Array.from([...bytes, 0])).toThrow(MALFORMED);
  });

  it.each([
    ["version 0", withHeader(3, 0, 0)],
    ["version 2", withHeader(3, 0, 2)],
    ["the explicit mode", withHeader(3, 1, 0)],
    ["an unknown mode", withHeader(3, 1, 2)],
    ["no columns", withHeader(3, 3, 0)],
    ["two columns", withHeader(3, 3, 2)],
    ["no halvings", withHeader(3, 2, 0)],
    ["one halving too few", withHeader(3, 2, 1)],
    ["one halving too many", withHeader(3, 2, 3)],
    ["255 halvings", withHeader(3, 2, 255)],
    ["no proofs", withHeader(1, 4, 0)],
    ["too few proofs for its halvings", withHeader(3, 4, 2)],
    ["too many proofs for its halvings", withHeader(3, 4, 5)],
    ["a count whose high bytes are not zero", withHeader(3, 7, 1)],
    ["a count of 2^32 - 1", withHeader(3, 4, 255, 255, 255, 255)],
  ])("with %s", (_, bytes) => refusal(bytes).toThrow(MALFORMED));

  it("above 2^20 proofs, even at the right length", () => {
    refusal(bytesFor(2 ** 20 + 1)).toThrow(MALFORMED);
  });
});
