// Whose word counts: not a sidecar's, not a configuration file's that comes with the proofs, not an envelope's.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheDir } from "../../../prover/cache-dir.js";
import { snarkjsVerdicts } from "../../helpers/snarkjs-accepts.js";
import { makePlace, type Place } from "./run-cli.js";

interface Envelope {
  batch: unknown[];
  oldRoot: string;
  newRoot: string;
  circuit: { nTx: number; digest: string };
  keys: { kind: string; vkeyDigest: string };
}

let place: Place;
const at = (...path: string[]) => join(place.dir, ...path);
const envelopeAt = (folder: string) => at(folder, "batch-000001", "batch.json");
const read = (folder: string) => JSON.parse(readFileSync(envelopeAt(folder), "utf8")) as Envelope;

/** A copy of the proofs whose envelope was edited. */
function edited(name: string, edit: (e: Envelope) => void): string {
  cpSync(at("proofs"), at(name), { recursive: true });
  const envelope = read(name);
  edit(envelope);
  writeFileSync(envelopeAt(name), JSON.stringify(envelope));
  return name;
}

beforeAll(async () => {
  place = makePlace();
  await place.run(["simulate", "--profile", "tiny", "--accounts", "4", "--batches", "2", "--out", "all.jsonl", "--seed", "trust"]);
  const items = readFileSync(at("all.jsonl"), "utf8").trimEnd().split("\n");
  writeFileSync(at("one.jsonl"), items.slice(0, 3).join("\n"));
  const proven = await place.run(["prove", "--batch", "one.jsonl", "--profile", "tiny"]);
  expect(proven.code, proven.stderr).toBe(0);
  expect(snarkjsVerdicts(join(place.dir, "proofs"))).not.toContain(false);
});
afterAll(() => place.remove());

describe("zkstate verify", () => {
  it("refuses transitions published beside the proven ones", async () => {
    const more = edited("more", (e) => e.batch.push(e.batch[1]));
    const { code, stdout } = await place.run(["verify", more]);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain("more transitions are published than the circuit has slots");
  });

  it("refuses at once an envelope that would keep it hashing for ever", async () => {
    const { code, stdout } = await place.run(["verify", edited("endless", (e) => Object.assign(e.circuit, { nTx: 2 ** 50 }))]);
    expect(code).toBe(1);
    expect(stdout).toContain("PROOF_MALFORMED");
  });

  it("refuses a published report without its signatures", async () => {
    const bare = edited("bare", (e) => Object.assign(e.batch[0] as object, { signatures: [] }));
    expect((await place.run(["verify", bare])).code).toBe(1);
  });

  it("does not notice other signatures: no root commits to them, only to what was signed", async () => {
    const swap = ({ batch }: Envelope) => {
      const report = batch[0] as { signatures: { signature: unknown }[] };
      for (const entry of report.signatures) entry.signature = { r8x: "1", r8y: "2", s: "3" };
    };
    expect((await place.run(["verify", edited("resigned", swap)])).code).toBe(0);
  });

  it("says that nobody vouches for a key that came with the proof, whatever the envelope calls it", async () => {
    const named = edited("named", (e) => Object.assign(e.keys, { kind: "production" }));
    const files = ["proof.json", "public.json", "verification_key.json"].map((name) => at("proofs", "batch-000001", name));
    for (const paths of [[named], files]) {
      const { code, stdout, stderr } = await place.run(["verify", ...paths, "--cache", "empty", "--json"]);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('"trust": "own"');
      expect(stderr).toContain("the key came with the proof");
      expect((await place.run(["verify", ...paths, "--cache", "empty", "--production"])).code).toBe(6);
    }
  });

  it("--from names the root that the first batch continues, of folders and of bare files", async () => {
    const { oldRoot, newRoot } = read("proofs");
    const files = ["proof.json", "public.json", "verification_key.json"].map((name) => at("proofs", "batch-000001", name));
    for (const paths of [["proofs"], files]) {
      expect((await place.run(["verify", ...paths, "--from", oldRoot])).code).toBe(0);
      const { code, stdout } = await place.run(["verify", ...paths, "--from", newRoot, "--json"]);
      expect([code, JSON.parse(stdout)]).toMatchObject([
        1,
        { ok: false, error: { code: "ROOT_MISMATCH", expected: newRoot, got: oldRoot } },
      ]);
      expect((await place.run(["verify", ...paths, "--from", `0${oldRoot}`])).code).toBe(2);
    }
  });

  it("--production does not believe a cache that a configuration file beside the proofs names", async () => {
    const bundle = edited("bundle", (e) => Object.assign(e.keys, { kind: "production" }));
    const { circuit, keys } = read(bundle);
    const fake = at(bundle, "c", "keys", circuit.digest, "production");
    mkdirSync(fake, { recursive: true });
    writeFileSync(join(fake, "key.json"), JSON.stringify({ kind: "production", vkeyDigest: keys.vkeyDigest, nContributions: 1 }));
    cpSync(at(bundle, "batch-000001", "verification_key.json"), join(fake, "verification_key.json"));
    writeFileSync(at("zkstate.config.json"), JSON.stringify({ cache: join(bundle, "c") })); // the working folder is the bundle's
    const inside = await place.run(["verify", bundle, "--production"]);
    rmSync(at("zkstate.config.json"));
    expect(inside.code, inside.stdout + inside.stderr).toBe(6);
    expect(inside.stderr).toContain("DEVELOPMENT_KEY");
  });

  it("--production and --keys production refuse a development key under a production name", async () => {
    const cache = cacheDir(process.env["ZKSTATE_CACHE"]);
    const { digest } = read("proofs").circuit;
    const forged = at("forged");
    cpSync(join(cache, "circuits", digest), join(forged, "circuits", digest), { recursive: true });
    const production = join(forged, "keys", digest, "production");
    cpSync(join(cache, "keys", digest, "development"), production, { recursive: true });
    const sidecar = join(production, "key.json");
    writeFileSync(
      sidecar,
      readFileSync(sidecar, "utf8")
        .replace(/"development"/, '"production"')
        .replace(/"nContributions": ?0/, '"nContributions": 1'),
    );
    const renamed = edited("renamed", (e) => Object.assign(e.keys, { kind: "production" }));
    const verified = await place.run(["verify", renamed, "--production", "--cache", forged]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(6);
    expect(verified.stderr).toContain("DEVELOPMENT_KEY");
    const checked = await place.run(["setup", "verify", "--profile", "tiny", "--keys", "production", "--cache", forged]);
    expect(checked.code, checked.stdout + checked.stderr).toBe(6);
    rmSync(forged, { recursive: true });
    expect(readdirSync(place.dir)).not.toContain("forged");
  });
});
