// Test vectors as files: certificates with the verdict that every library has to give.
import { readFileSync } from "node:fs";
import type { VerificationKey } from "../../../core/groth16.js";
import type { VerifierSrs } from "../../../core/snarkpack/statement.js";
import { decodeVerifierSrs, encodeVerifierSrs } from "../../../core/snarkpack/verifier-srs.js";
import type { Claim } from "./verifier.js";

/** A claim as JSON: numbers decimal, setup in hex, certificate in base64. */
export interface StoredClaim {
  readonly name: string;
  readonly vkey: string;
  readonly setup: string;
  readonly statement: { readonly oldRoot: string; readonly newRoot: string; readonly count: number };
  readonly certificate: string;
  readonly verdict: string;
  /** The equations that do not hold, by their numbers in core/snarkpack/equations.ts. */
  readonly failed: readonly string[];
}

/** Keys and setups by name, so that each is stored once. */
export interface ClaimFile {
  readonly origin: string;
  readonly vkeys: Readonly<Record<string, VerificationKey>>;
  readonly setups: Readonly<Record<string, string>>;
  readonly claims: readonly StoredClaim[];
}

/** What is done to a valid certificate's bytes. */
export interface Change {
  readonly name: string;
  /** Name of the valid claim. */
  readonly of: string;
  readonly offset: number;
  /** Bytes xored from there on, or put there, in hex; or all from there on is cut off. */
  readonly xor?: string;
  readonly put?: string;
  readonly cut?: true;
  readonly verdict: string;
}

export interface ChangeFile {
  readonly origin: string;
  readonly changes: readonly Change[];
}

const path = (name: string) => new URL(`../../vectors/snarkpack/${name}.json`, import.meta.url);
export const readClaims = (name: string): ClaimFile => JSON.parse(readFileSync(path(name), "utf8"));
export const readChanges = (name: string): ChangeFile => JSON.parse(readFileSync(path(name), "utf8"));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

export const storedSetup = (srs: VerifierSrs): string => hex(encodeVerifierSrs(srs));

export function loaded(file: ClaimFile, { vkey, setup, statement, certificate }: StoredClaim): Claim {
  const [key, points] = [file.vkeys[vkey], file.setups[setup]];
  if (key === undefined || points === undefined) throw new Error(`no key ${vkey} or no setup ${setup}`);
  return {
    vkey: key,
    srs: decodeVerifierSrs(unhex(points)),
    statement: { oldRoot: BigInt(statement.oldRoot), newRoot: BigInt(statement.newRoot), count: statement.count },
    certificate: new Uint8Array(Buffer.from(certificate, "base64")),
  };
}

export function storedNamed(file: ClaimFile, name: string): StoredClaim {
  const found = file.claims.find((claim) => claim.name === name);
  if (found === undefined) throw new Error(`no claim ${name}`);
  return found;
}

export const claimNamed = (file: ClaimFile, name: string): Claim => loaded(file, storedNamed(file, name));

/** The claim with a changed certificate. */
export function changed(claim: Claim, { offset, xor, put, cut }: Change): Claim {
  const bytes = [...claim.certificate];
  if (cut === true) bytes.length = offset;
  for (const [i, byte] of unhex(xor ?? "").entries()) bytes[offset + i] = (bytes[offset + i] ?? 0) ^ byte;
  for (const [i, byte] of unhex(put ?? "").entries()) bytes[offset + i] = byte;
  return { ...claim, certificate: Uint8Array.from(bytes) };
}
