// zkstate inspect circuit ID: sizes, files and digests of a profile's circuit.
import { type Instance, instance, mainCircom } from "../../circuits/instances.js";
import { EXIT } from "../../core/errors.js";
import { compileCircuit } from "../../prover/artifacts.js";
import { findKeys } from "../../prover/keys/ensure-keys.js";
import { cacheOption, circuitSource, compiled, keyKind } from "../circuits.js";
import type { Context } from "../command.js";
import { makeProgress, type Progress } from "../progress.js";

/**
 * The part of a batch that does not grow with slots and openings, from small instances and, where it is larger, the instance itself:
 * constraints = perBatch + n perSlot + t perOpening + n t perPair, for n slots and t openings.
 */
async function perBatch({ nTx, nAccounts, nLevels }: Instance, constraints: number, context: Context, progress: Progress): Promise<number> {
  const of = async (n: number, t: number): Promise<number> => {
    const small = { id: `${n}x${t}x${nLevels}`, nTx: n, nAccounts: t, nLevels };
    const source = { ...circuitSource(small), mainCircom: mainCircom(small) };
    return (await compileCircuit(source, cacheOption(context.settings), progress.onStage)).manifest.nConstraints;
  };
  const [a, slots, openings] = [await of(1, 2), await of(2, 2), await of(1, 3)];
  const [slot, opening] = [slots - a, openings - a];
  const corner = (nTx - 1) * (nAccounts - 2);
  const perPair =
    corner > 0 ? (constraints - a - (nTx - 1) * slot - (nAccounts - 2) * opening) / corner : (await of(2, 3)) - a - slot - opening;
  const perSlot = slot - 2 * perPair;
  const perOpening = opening - perPair;
  return a - perSlot - 2 * perOpening - 2 * perPair;
}

export async function inspectCircuit(context: Context, id: string): Promise<number> {
  const { output, settings } = context;
  const profile = instance(id);
  const { nTx, nAccounts, nLevels } = profile;
  const progress = makeProgress(output);
  try {
    const circuit = await compiled(profile, settings, progress.onStage);
    const fixed = await perBatch(profile, circuit.manifest.nConstraints, context, progress);
    const kind = keyKind(settings);
    const keys = await findKeys(circuit, kind, cacheOption(settings).cacheDir);
    progress.stop();
    const { nConstraints: constraints, nWires: wires, nPublic, files, compiler } = circuit.manifest;
    const perSlot = Math.round((constraints - fixed) / nTx);
    const digestOf = (of: Readonly<Record<string, { readonly sha256: string }>> | undefined, name: string) => of?.[name]?.sha256 ?? null;
    const view = {
      id,
      nTx,
      nAccounts,
      nLevels,
      constraints,
      constraintsPerSlot: perSlot,
      constraintsPerBatch: fixed,
      wires,
      nPublic,
      compiler,
      r1cs: circuit.r1csPath,
      wasm: circuit.wasmPath,
      zkey: keys?.zkeyPath ?? null,
      verificationKey: keys?.vkeyPath ?? null,
      keys: keys === undefined ? null : kind,
      digests: {
        circuit: circuit.digest,
        r1cs: digestOf(files, "circuit.r1cs"),
        wasm: digestOf(files, "circuit.wasm"),
        zkey: digestOf(keys?.manifest.files, "circuit.zkey"),
        verificationKey: keys?.vkeyDigest ?? null,
      },
    };
    const row = (name: string, value: string) => `  ${output.paint("dim", name.padEnd(12))} ${value}`;
    const n = (x: number) => x.toLocaleString("en-US");
    output.result(
      [
        output.paint(
          "bold",
          `Circuit ${id}: ${nTx} slots, ${nAccounts} accounts, ${nLevels} levels (${n(4 ** nLevels)} accounts in the tree)`,
        ),
        row("constraints", `${n(constraints)}: ${n(perSlot)} a slot, its share of openings included, and ${n(fixed)} a batch`),
        row("wires", n(wires)),
        row("digest", circuit.digest),
        row("r1cs", circuit.r1csPath),
        row("wasm", circuit.wasmPath),
        row("zkey", keys?.zkeyPath ?? `no ${kind} keys yet: zkstate setup`),
        row("vkey", keys?.vkeyPath ?? "none"),
      ],
      view,
    );
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}
