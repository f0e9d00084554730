// ffjavascript's module with a faster field and with steps of our own, compiled once per process; a worker thread gets the compiled module posted.
import { buildBn128 } from "ffjavascript";
import type { CurveModule } from "../../prover/keys/wasm-curve.js";
import { speedUpField } from "./field.js";
import { addSteps } from "./steps.js";

let compiled: Promise<CurveModule> | undefined;

/** The module; `openCurve` makes an instance with a memory of its own. */
export function compileFastCurve(): Promise<CurveModule> {
  compiled ??= generate();
  return compiled;
}

async function generate(): Promise<CurveModule> {
  const { tm } = await buildBn128(true, (module) => {
    speedUpField(module);
    addSteps(module);
  });
  return { module: await WebAssembly.compile(tm.code), g1Generator: tm.pG1gen, g2Generator: tm.pG2gen };
}
