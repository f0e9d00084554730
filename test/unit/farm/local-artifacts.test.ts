// Keys on a worker's disk: one fetch for all who wait, and each file read through once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { folderStore } from "../../../farm/artifacts/folder.js";
import type { ArtifactStore } from "../../../farm/artifacts/store.js";
import type { JobCircuit } from "../../../farm/job.js";
import { LocalArtifacts } from "../../../farm/worker/local-artifacts.js";

const ZKEY = Buffer.from("a proving key");
const never = new AbortController().signal;
let dir = "";
let circuit: JobCircuit;
let store: ArtifactStore;
/** Fetches of the key so far, and what holds the running ones up. */
let fetches = 0;
let open: () => void;
let gate: Promise<void>;

function shut(): void {
  gate = new Promise((resolve) => {
    open = resolve;
  });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-local-artifacts-"));
  const folder = folderStore(join(dir, "store"));
  const [wasm, zkey] = [await folder.put(Buffer.from("wasm")), await folder.put(ZKEY)];
  const digest = "0".repeat(64);
  circuit = { id: "tiny", digest, vkeyDigest: digest, nWires: 1, nPublic: 1, nConstraints: 1, wasm, zkey };
  fetches = 0;
  shut();
  open();
  store = {
    ...folder,
    getFile: async (ref, path, signal) => {
      if (ref.sha256 === zkey.sha256) {
        fetches++;
        await Promise.race([gate, new Promise((resolve) => signal?.addEventListener("abort", resolve))]);
      }
      return folder.getFile(ref, path, signal);
    },
  };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Nothing shows from outside that the second one waits too. */
const bothWait = async () => {
  while (fetches < 1) await sleep(1);
  await sleep(500);
};

it("a fetch goes on for the others when the one who began it is gone", async () => {
  shut();
  const local = new LocalArtifacts(join(dir, "cache"));
  const [first, second] = [new AbortController(), new AbortController()];
  const all = Promise.allSettled([local.circuit(circuit, store, first.signal), local.circuit(circuit, store, second.signal)]);
  await bothWait();
  first.abort();
  open();
  expect((await all)[1]).toMatchObject({ status: "fulfilled" });
  expect(fetches).toBe(1);
});

it("a fetch ends when nobody waits for it any more, and the next one begins anew", async () => {
  shut();
  const local = new LocalArtifacts(join(dir, "cache"));
  const [first, second] = [new AbortController(), new AbortController()];
  const both = Promise.allSettled([local.circuit(circuit, store, first.signal), local.circuit(circuit, store, second.signal)]);
  await bothWait();
  first.abort();
  second.abort();
  const third = local.circuit(circuit, store, never);
  const interrupted = { status: "rejected", reason: { code: "INTERRUPTED" } };
  expect(await both).toMatchObject([interrupted, interrupted]);
  open();
  await third;
  expect(fetches).toBe(2);
});

it("a damaged key of the right size is fetched once, not for every job", async () => {
  await new LocalArtifacts(join(dir, "cache")).circuit(circuit, store, never);
  writeFileSync(
    join(dir, "cache", "artifacts", circuit.zkey.sha256),
    ZKEY.map((byte) => byte ^ 1),
  );
  const local = new LocalArtifacts(join(dir, "cache"));
  for (let i = 0; i < 3; i++) await local.circuit(circuit, store, never);
  expect(fetches).toBe(2);
});
