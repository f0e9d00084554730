// The reference prover: docs/aggregation.md line by line, honest unless told otherwise. It checks nothing, so that it proves false things as readily.
import type { VerificationKey } from "../../../core/groth16.js";
import type { ChainStatement } from "../../../core/snarkpack/statement.js";
import { littleEndian, writeG1, writeG2, writeGt } from "./bytes.js";
import { type Message, Transcript } from "./fiat-shamir.js";
import { at, equal, G, type G1, type Gt, H, ONE, times1, times2 } from "./groups.js";
import { commitments, folded, half, innerProducts, scaled, type Vault, type Vectors, vault } from "./halving.js";
import { digestOfKey } from "./key.js";
import { type Fields, halvings, write } from "./layout.js";
import { evaluate, openingAt, type Polynomial } from "./polynomial.js";
import { digestOfSetup, type Secrets, verifierPoints } from "./setup.js";

/** What a cheat says otherwise than the protocol has it, once he knows t. */
export interface Cheat {
  readonly vectors?: (t: bigint) => Vectors;
  readonly states?: (t: bigint) => Polynomial;
  readonly zAB?: (t: bigint) => Gt;
  /** What the first halving says in place of the truth. */
  readonly round?: (fields: Fields) => Fields;
  /** Bytes written for one in GT. */
  readonly one?: Uint8Array;
}

export interface Run {
  readonly vkey: VerificationKey;
  readonly secrets: Secrets;
  readonly statement: ChainStatement;
  readonly vectors: Vectors;
  /** Coefficients of F. */
  readonly states: Polynomial;
  readonly omitted?: ReadonlySet<Message>;
  readonly cheat?: Cheat;
}

/** A certificate's fields with the challenges that it was asked. */
export interface Proven {
  readonly fields: Fields;
  readonly t: bigint;
  readonly xs: readonly bigint[];
  readonly certificate: Uint8Array;
}

const written = (elements: Record<string, Gt | G1>, one?: Uint8Array): Fields => {
  const gt = (x: Gt) => (one !== undefined && equal(x, ONE) ? one : writeGt(x));
  return Object.fromEntries(Object.entries(elements).map(([name, x]) => [name, "c0" in x ? gt(x) : writeG1(x)]));
};

/** One halving: the cross products go into `fields`. */
function halve(all: Vault, j: number, { secrets, cheat }: Run, fields: Fields, transcript: Transcript): { rest: Vault; x: bigint } {
  const [left, right] = [half(all, "left"), half(all, "right")];
  for (const [side, first, second] of [["left", right, left], ["right", left, right]] as const) {
    const cross = written({ ...commitments(first, second, secrets), ...innerProducts(first, second) }, cheat?.one);
    for (const [name, bytes] of Object.entries(cross)) fields[`round ${j} ${side} ${name}`] = bytes;
  } // biome-ignore format: one line
  if (j === 0) Object.assign(fields, cheat?.round?.(fields));
  transcript.hear(`round ${j}`, fields);
  const x = transcript.challenge("x");
  return { rest: folded(left, right, x), x };
}

const writeFinal = ({ a, b, c, v, w }: Vault, secrets: Secrets): Fields => {
  const key = (f: Polynomial | undefined, secret: bigint) => evaluate(f ?? [], secret);
  return {
    a: writeG1(at(a, 0)),
    b: writeG2(at(b, 0)),
    c: writeG1(at(c, 0)),
    v1: writeG2(times2(H, key(v[0], secrets.a))),
    v2: writeG2(times2(H, key(v[0], secrets.b))),
    w1: writeG1(times1(G, key(w[0], secrets.a))),
    w2: writeG1(times1(G, key(w[0], secrets.b))),
  };
};

const writeOpenings = (v: Polynomial, w: Polynomial, z: bigint, { a, b }: Secrets): Fields => ({
  "open v1": writeG2(times2(H, openingAt(v, z, a))),
  "open v2": writeG2(times2(H, openingAt(v, z, b))),
  "open w1": writeG1(times1(G, openingAt(w, z, a))),
  "open w2": writeG1(times1(G, openingAt(w, z, b))),
});

const writeStates = (f: Polynomial, t: bigint, { a }: Secrets): Fields => ({
  evaluation: littleEndian(evaluate(f, t)),
  "open at zero": writeG1(times1(G, openingAt(f, 0n, a))),
  "open at t": writeG1(times1(G, openingAt(f, t, a))),
});

const commitment = (f: Polynomial, { a }: Secrets): Fields => ({ states: writeG1(times1(G, evaluate(f, a))) });

/** Commits, is asked t, and says what the halvings start from. */
function open(run: Run, fields: Fields, transcript: Transcript): { t: bigint; all: Vault; states: Polynomial } {
  const { secrets, cheat } = run;
  const committed = vault(run.vectors);
  Object.assign(fields, commitment(run.states, secrets), written(commitments(committed, committed, secrets), cheat?.one));
  transcript.hear("states", fields);
  transcript.hear("commitments", fields);
  const t = transcript.challenge("t");
  const states = cheat?.states?.(t) ?? run.states;
  const all = scaled(vault(cheat?.vectors?.(t) ?? run.vectors), t);
  const { zAB, zC } = innerProducts(all, all);
  Object.assign(fields, commitment(states, secrets), written({ zAB: cheat?.zAB?.(t) ?? zAB, zC }));
  transcript.hear("products", fields);
  return { t, all, states };
}

/** Makes a certificate. */
export function prove(run: Run): Proven {
  const { secrets, statement } = run;
  const digests = { vkeyDigest: digestOfKey(run.vkey), srsDigest: digestOfSetup(verifierPoints(secrets)) };
  const transcript = new Transcript(run.omitted ?? new Set(), statement, digests);
  const fields: Fields = {};
  const { t, all, states } = open(run, fields, transcript);
  let rest = all;
  const xs = Array.from({ length: halvings(statement.count) }, (_, j) => {
    const step = halve(rest, j, run, fields, transcript);
    rest = step.rest;
    return step.x;
  });
  Object.assign(fields, writeFinal(rest, secrets));
  transcript.hear("final", fields);
  const z = transcript.challenge("z");
  Object.assign(fields, writeOpenings(at(rest.v, 0), at(rest.w, 0), z, secrets), writeStates(states, t, secrets));
  return { fields, t, xs, certificate: write(statement.count, fields) };
}
