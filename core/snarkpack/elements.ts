// A certificate's group elements, decoded: every point on its curve and of order r, every GT element in the cyclotomic subgroup.
import type { PairingBackend } from "../pairing/backend.js";
import { type Certificate, crossFields } from "./certificate.js";

/** Products of pairings in the order T, U, Z of (A, B), then T, U of C. */
type Products<Gt> = readonly Gt[];

export interface Elements<G1, G2, Gt> {
  readonly states: G1;
  readonly products: Products<Gt>;
  readonly zC: G1;
  readonly rounds: readonly { readonly left: Products<Gt>; readonly right: Products<Gt>; readonly zCLeft: G1; readonly zCRight: G1 }[];
  readonly final: { readonly a: G1; readonly b: G2; readonly c: G1; readonly v1: G2; readonly v2: G2; readonly w1: G1; readonly w2: G1 };
  readonly openings: { readonly v1: G2; readonly v2: G2; readonly w1: G1; readonly w2: G1 };
  readonly openAtZero: G1;
  readonly openAtT: G1;
}

/** Decodes all elements. @throws Malformed at the first that is not one */
export function decodeElements<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>, certificate: Certificate): Elements<G1, G2, Gt> {
  const g1 = (bytes: Uint8Array) => backend.decodeG1(bytes);
  const g2 = (bytes: Uint8Array) => backend.decodeG2(bytes);
  const gt = (bytes: Uint8Array) => backend.decodeGt(bytes);
  const { final: f, openings: o } = certificate;
  return {
    states: g1(certificate.states),
    products: crossFields(certificate).map(gt),
    zC: g1(certificate.zC),
    rounds: certificate.rounds.map(({ left, right, zCLeft, zCRight }) => ({
      left: crossFields(left).map(gt),
      right: crossFields(right).map(gt),
      zCLeft: g1(zCLeft),
      zCRight: g1(zCRight),
    })),
    final: { a: g1(f.a), b: g2(f.b), c: g1(f.c), v1: g2(f.v1), v2: g2(f.v2), w1: g1(f.w1), w2: g1(f.w2) },
    openings: { v1: g2(o.v1), v2: g2(o.v2), w1: g1(o.w1), w2: g1(o.w2) },
    openAtZero: g1(certificate.openAtZero),
    openAtT: g1(certificate.openAtT),
  };
}
