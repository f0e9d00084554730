// A client's path: certificates, each from the state where the one before it ended, from the trust root on.
import * as z from "zod/mini";
import { ZkStateError } from "../core/errors.js";
import { BatchNumber, Word } from "../core/publication/numbers.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import type { CertificateVerifier } from "../core/snarkpack/verify.js";

/** A state on a path: the one after a batch. */
export interface Boundary {
  readonly batchNumber: number;
  readonly root: bigint;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Bytes in JSON. */
const Base64 = z.codec(
  z.string().check(z.regex(BASE64)),
  z.custom<Uint8Array>((x) => x instanceof Uint8Array),
  {
    decode: (text, context) => {
      try {
        return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      } catch {
        context.issues.push({ code: "custom", message: "not base64", input: text });
        return z.NEVER;
      }
    },
    encode: (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")),
  },
);

/** A statement with its certificate. */
export const Link = z.strictObject({ from: BatchNumber, to: BatchNumber, oldRoot: Word, newRoot: Word, certificate: Base64 });
export type Link = z.output<typeof Link>;

/** Where every path starts. */
export const startOf = ({ batchNumber, root }: TrustRoot): Boundary => ({ batchNumber, root });

/** Where a path ends. */
export function endOf(start: Boundary, links: readonly Link[]): Boundary {
  const last = links.at(-1);
  return last === undefined ? start : { batchNumber: last.to, root: last.newRoot };
}

/** The root after a batch, where a path has a boundary there. */
export const rootAt = (start: Boundary, links: readonly Link[], batchNumber: number): bigint | undefined =>
  batchNumber === start.batchNumber ? start.root : links.find((link) => link.to === batchNumber)?.newRoot;

const batches = ({ from, to }: Pick<Link, "from" | "to">): string => (to - from === 1 ? `batch ${to}` : `batches ${from + 1} to ${to}`);

/** @throws CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, STATEMENT_MALFORMED */
export function verifyLink(verifier: CertificateVerifier, { from, to, oldRoot, newRoot, certificate }: Link): void {
  const verdict = verifier.verify({ oldRoot, newRoot, count: to - from }, certificate);
  if (verdict.ok) return;
  throw new ZkStateError({
    code: verdict.code,
    message: `The certificate for ${batches({ from, to })} is refused: ${verdict.detail.replace(/\.$/, "")}.`,
    next: "nothing of this answer was used; try another mirror",
    details: { from, to },
  });
}

/** Verifies a whole path. @returns its end @throws CHAIN_BROKEN where a link does not start at the end of the one before, or as verifyLink */
export function verifyLinks(verifier: CertificateVerifier, start: Boundary, links: readonly Link[]): Boundary {
  let at = start;
  for (const link of links) {
    if (link.from !== at.batchNumber || link.oldRoot !== at.root || link.to <= link.from)
      throw new ZkStateError({
        code: "CHAIN_BROKEN",
        message: `The certificate for ${batches(link)} does not start where the path has come to.`,
        expected: `batch ${at.batchNumber}, root ${at.root}`,
        got: `batch ${link.from}, root ${link.oldRoot}`,
      });
    verifyLink(verifier, link);
    at = { batchNumber: link.to, root: link.newRoot };
  }
  return at;
}
