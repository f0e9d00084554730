// Certificates as files: first the certificate, then the statement that gives its length and digest.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { CertificateStatement, certificateFile, certificateStatementFile, type Range } from "../../core/publication/files.js";
import type { TrustRoot } from "../../core/publication/trust-root.js";
import { lengthFor } from "../../core/snarkpack/certificate.js";
import type { BatchRoots } from "../source.js";
import { type Folder, putUnlessThere } from "./folder.js";
import { jsonFile, readJsonFile } from "./json-file.js";

/** What all certificates of a publication have in common. */
export type About = Pick<TrustRoot, "ledgerId" | "vkeyDigest" | "srsDigest">;

export interface PublishedCertificate extends BatchRoots {
  readonly bytes: Uint8Array;
}

/** Puts a certificate in place. ASSUMES: verified. @throws DISK_FULL, READ_ONLY, IO_FAILED */
export async function publishCertificate(folder: Folder, about: About, range: Range, certificate: PublishedCertificate): Promise<void> {
  const { ledgerId, vkeyDigest, srsDigest } = about;
  const { bytes, oldRoot, newRoot } = certificate;
  await putUnlessThere(folder, { name: certificateFile(range), bytes });
  const content = { vkeyDigest, srsDigest, bytes: bytes.length, sha256: bytesToHex(sha256(bytes)) };
  const statement = { format: "zkstate certificate 1", ledgerId, ...range, oldRoot, newRoot, ...content } as const;
  await putUnlessThere(folder, jsonFile(certificateStatementFile(range), CertificateStatement, statement));
}

/** Whether both files are there, at a glance: the certificate has the length of its range. */
export const hasCertificate = (folder: Folder, range: Range): boolean =>
  folder.size(certificateFile(range)) === lengthFor(range.to - range.from) && (folder.size(certificateStatementFile(range)) ?? 0) > 0;

/** Whether what stands beside a certificate says that it leads from one state to the other: one of another history does not. */
export function leadsBetween(folder: Folder, range: Range, { oldRoot, newRoot }: BatchRoots): boolean {
  const statement = readJsonFile(folder, certificateStatementFile(range), CertificateStatement);
  return statement?.oldRoot === oldRoot && statement.newRoot === newRoot;
}

/** A certificate with what it says; undefined when one of the two files is missing, cut off, damaged, or of another publication. @throws IO_FAILED */
export function readCertificate(folder: Folder, about: About, range: Range): PublishedCertificate | undefined {
  const bytes = folder.read(certificateFile(range));
  const statement = readJsonFile(folder, certificateStatementFile(range), CertificateStatement);
  if (bytes === undefined || statement === undefined) return undefined;
  const isOurs =
    statement.ledgerId === about.ledgerId && statement.vkeyDigest === about.vkeyDigest && statement.srsDigest === about.srsDigest;
  const isWhole =
    bytes.length === lengthFor(range.to - range.from) && bytes.length === statement.bytes && bytesToHex(sha256(bytes)) === statement.sha256;
  const fits = statement.from === range.from && statement.to === range.to;
  return isOurs && isWhole && fits ? { bytes, oldRoot: statement.oldRoot, newRoot: statement.newRoot } : undefined;
}
