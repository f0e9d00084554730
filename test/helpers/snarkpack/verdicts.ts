// Production's verdict on a claim, by each of its pairing libraries.
import { ffBackend } from "../../../aggregator/pairing/ffjavascript.js";
import { ZkStateError } from "../../../core/errors.js";
import type { PairingBackend } from "../../../core/pairing/backend.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { nobleBackend } from "../../../core/pairing/noble.js";
import { type CertificateVerifier, prepareVerifier } from "../../../core/snarkpack/verify.js";
import type { Claim } from "./verifier.js";

/** Claim to "ACCEPTED" or the code of the refusal, be it of the certificate or of the key or setup. */
export type Judge = (claim: Claim) => string;

function judgeOver<G1, G2, Gt>(backend: PairingBackend<G1, G2, Gt>): Judge {
  const prepared = new Map<string, CertificateVerifier>();
  const verifier = ({ vkey, srs }: Claim): CertificateVerifier => {
    const name = JSON.stringify([vkey, srs]);
    const known = prepared.get(name) ?? prepareVerifier(backend, vkey, srs);
    prepared.set(name, known);
    return known;
  };
  return (claim) => {
    try {
      const verdict = verifier(claim).verify(claim.statement, claim.certificate);
      return verdict.ok ? "ACCEPTED" : verdict.code;
    } catch (e) {
      if (e instanceof ZkStateError) return e.code;
      throw e;
    }
  };
}

/** The libraries that verify for users: noble and mcl. */
export const clientJudges = async (): Promise<Readonly<Record<string, Judge>>> => ({
  noble: judgeOver(nobleBackend),
  mcl: judgeOver(await mclBackend()),
});

/** All libraries, the prover's too. */
export const allJudges = async (): Promise<Readonly<Record<string, Judge>>> => ({
  ...(await clientJudges()),
  ffjavascript: judgeOver(await ffBackend()),
});

/** What each judge says. */
export const verdictsOf = (judges: Readonly<Record<string, Judge>>, claim: Claim): Record<string, string> =>
  Object.fromEntries(Object.entries(judges).map(([name, judge]) => [name, judge(claim)]));

/** The same verdict of every judge. */
export const unanimous = (judges: Readonly<Record<string, Judge>>, verdict: string): Record<string, string> =>
  Object.fromEntries(Object.keys(judges).map((name) => [name, verdict]));
