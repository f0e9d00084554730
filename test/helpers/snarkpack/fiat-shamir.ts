// The transcript, written once more, with messages that may be left out: what a prover need not say before he is asked, he can choose afterwards.
import { createHash } from "node:crypto";
import type { ChainStatement } from "../../../core/snarkpack/statement.js";
import { fromLittleEndian, join, littleEndian } from "./bytes.js";
import { R } from "./groups.js";
import { type Fields, fieldOf, halvings, roundNames } from "./layout.js";

/** What is hashed, in this order. "round 0" is the first halving. */
export type Message =
  | "srs"
  | "vkey"
  | "size"
  | "roots"
  | "states"
  | "commitments"
  | "products"
  | `round ${number}`
  | "final"
  | "openings"
  | "evaluation"
  | "state openings";

const sha512 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha512").update(bytes).digest());
const u32 = (n: number): Uint8Array => littleEndian(BigInt(n), 4);
const framed = (bytes: Uint8Array): Uint8Array => join(u32(bytes.length), bytes);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface Digests {
  readonly vkeyDigest: string;
  readonly srsDigest: string;
}

/** Fields of each message after the statement. */
function namesOf(message: Message): readonly string[] {
  if (message.startsWith("round ")) return roundNames(Number(message.slice(6)));
  const names: Record<string, readonly string[]> = {
    states: ["states"],
    commitments: ["tAB", "uAB", "tC", "uC"],
    products: ["zAB", "zC"],
    final: ["a", "b", "c", "v1", "v2", "w1", "w2"],
    openings: ["open v1", "open v2", "open w1", "open w2"],
    evaluation: ["evaluation"],
    "state openings": ["open at zero", "open at t"],
  };
  return names[message] ?? [];
}

export class Transcript {
  private state: Uint8Array = new Uint8Array(64);
  private readonly omitted: ReadonlySet<Message>;

  constructor(omitted: ReadonlySet<Message>, statement: ChainStatement, digests: Digests) {
    this.omitted = omitted;
    this.step(0, framed(ascii("zkstate snarkpack 1")));
    this.absorb("curve", [ascii("bn254")]);
    this.said("srs", [Buffer.from(digests.srsDigest, "hex")]);
    this.said("vkey", [Buffer.from(digests.vkeyDigest, "hex")]);
    this.said("size", [u32(statement.count), u32(2 ** halvings(statement.count))]);
    this.absorb("mode", [ascii("chained")]);
    this.said("roots", [littleEndian(statement.oldRoot), littleEndian(statement.newRoot)]);
  }

  private step(tag: number, message: Uint8Array): void {
    this.state = sha512(join(this.state, Uint8Array.of(tag), message));
  }

  private absorb(label: string, parts: readonly Uint8Array[]): void {
    this.step(1, join(framed(ascii(label)), u32(parts.length), ...parts.map(framed)));
  }

  private said(message: Message, parts: readonly Uint8Array[]): void {
    if (!this.omitted.has(message)) this.absorb(message.replace(/ \d+$/, ""), parts);
  }

  /** Takes in a message of the certificate, unless it is one that is left out. */
  hear(message: Message, fields: Fields): void {
    const parts = namesOf(message).map((name) => fieldOf(fields, name));
    this.said(message, parts);
  }

  private draw(tag: number, label: string): Uint8Array {
    this.step(tag, framed(ascii(label)));
    return sha512(join(this.state, Uint8Array.of(4)));
  }

  challenge(label: string): bigint {
    const x = fromLittleEndian(this.draw(2, label)) % R;
    return x > 1n ? x : this.challenge(label);
  }

  weight(): bigint {
    const x = fromLittleEndian(this.draw(3, "w").slice(0, 16));
    return x > 0n ? x : this.weight();
  }
}
