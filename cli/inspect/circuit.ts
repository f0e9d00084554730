// zkstate inspect circuit ID: sizes, files and digests of a profile's circuit.
import { instance, mainCircom } from "../../circuits/instances.js";
import { EXIT } from "../../core/errors.js";
import { compileCircuit } from "../../prover/artifacts.js";
import { findKeys } from "../../prover/keys/ensure-keys.js";
import { cacheOption, circuitSource, compiled, keyKind } from "../circuits.js";
import type { Context } from "../command.js";
import { makeProgress, type Progress } from "../progress.js";

/**
 * The part of a batch that does not grow with slots and openings, from four small instances:
 * constraints = perBatch + n perSlot + t perOpening + n t perPair, for n slots and t openings.
 */
async function perBatch(nLevels: number, { settings }: Context, progress: Progress): Promise<number> {
  const of = async (nTx: number, nAccounts: number): Promise<number> => {
    const small = { id: `${nTx}x${nAccounts}x${nLevels}`, nTx, nAccounts, nLevels };
    const source = { ...circuitSource(small), mainCircom: mainCircom(small) };
    return (await compileCircuit(source, cacheOption(settings), progress.onStage)).manifest.nConstraints;
  };
  const [a, b, c, d] = [await of(1, 2), await of(2, 2), await of(1, 3), await of(2, 3)];
  const perPair = d - b - c + a;
  const perSlot = b - a - 2 * perPair;
  const perOpening = c - a - perPair;
  return a - perSlot - 2 * perOpening - 2 * perPair;
}

export async function inspectCircuit(context: Context, id: string): Promise<number> {
  const { output, settings } = context;
  const { nTx, nAccounts, nLevels } = instance(id);
  const progress = makeProgress(output);
  try {
    const circuit = await compiled(instance(id), settings, progress.onStage);
    const fixed = await perBatch(nLevels, context, progress);
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
