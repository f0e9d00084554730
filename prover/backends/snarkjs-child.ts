// One snarkjs proof in a process of its own, so that it can be killed and its memory returns to the system.
import { groth16 } from "snarkjs";
import type { ChildReply } from "../child-call.js";
import type { SnarkjsRequest, SnarkjsValue } from "./snarkjs.js";

const send = (reply: ChildReply<SnarkjsValue>) => process.send?.(reply);

// Shares of a proof's time at which snarkjs announces its steps, measured on a circuit of 100,000 constraints.
const STEPS: readonly (readonly [start: string, fraction: number])[] = [
  ["Building ABC", 0.02],
  ["Join ABC", 0.35],
  ["Reading B1 Points", 0.45],
  ["Reading B2 Points", 0.5],
  ["Reading C Points", 0.75],
  ["Reading H Points", 0.82],
];

function debug(line: string): void {
  const step = STEPS.find(([start]) => line.startsWith(start));
  if (step !== undefined) send({ kind: "progress", fraction: step[1] });
}

const nothing = () => undefined;

process.on("disconnect", () => process.exit(1));
process.on("message", ({ zkeyPath, wtnsPath }: SnarkjsRequest) => {
  groth16.prove(zkeyPath, wtnsPath, { debug, info: nothing, warn: nothing, error: nothing }).then(
    ({ proof, publicSignals }) => send({ kind: "done", value: { proof, publicSignals } }),
    (e: unknown) => send({ kind: "error", message: e instanceof Error ? e.message : String(e) }),
  );
});
