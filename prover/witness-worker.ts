// Runs a circuit's witness generator. The calling sequence is that of circom's own witness_calculator.js (circom 2, code_producers).
import { readFileSync, writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { errnoOf } from "./file-errors.js";
import type { WitnessReply, WitnessWorkerData } from "./witness.js";

interface CircomExports {
  readonly init: (sanityCheck: number) => void;
  readonly getFieldNumLen32: () => number;
  readonly getRawPrime: () => void;
  readonly getWitnessSize: () => number;
  readonly getWitness: (index: number) => void;
  readonly getInputSize: () => number;
  readonly getInputSignalSize: (hashHigh: number, hashLow: number) => number;
  readonly setInputSignal: (hashHigh: number, hashLow: number, index: number) => void;
  readonly readSharedRWMemory: (word: number) => number;
  readonly writeSharedRWMemory: (word: number, value: number) => void;
  readonly getMessageChar: () => number;
}

/** What circom's generated code throws, by code. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "signal not found",
  2: "too many signals set",
  3: "signal already set",
  4: "assertion failed",
  5: "not enough memory",
  6: "input signal array access exceeds the size",
};
const ASSERTION = 4;

class Malformed extends Error {}
class Unsatisfied extends Error {}

/** FNV-1a of a signal's name, 64 bits, as two words: how circom's code finds an input. */
function hashName(name: string): readonly [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name, "utf8")) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}

const trace: string[] = [];

async function instantiate(path: string, program: WebAssembly.Module | undefined): Promise<CircomExports> {
  let exports: CircomExports | undefined;
  const message = () => {
    let text = "";
    for (let c = exports?.getMessageChar() ?? 0; c !== 0; c = exports?.getMessageChar() ?? 0) text += String.fromCharCode(c);
    return text;
  };
  const exceptionHandler = (code: number) => {
    if (code === ASSERTION) throw new Unsatisfied();
    throw new Malformed(EXCEPTIONS[code] ?? `circom exception ${code}`);
  };
  const runtime = {
    exceptionHandler,
    printErrorMessage: () => void trace.push(message().trim()),
    writeBufferMessage: message, // what log() prints is dropped
    showSharedRWMemory: () => undefined,
  };
  const module = program ?? (await WebAssembly.compile(readFileSync(path)));
  const instance = await WebAssembly.instantiate(module, { runtime });
  exports = instance.exports as unknown as CircomExports;
  return exports;
}

function setInputs(circuit: CircomExports, signals: WitnessWorkerData["signals"], words: number): void {
  let set = 0;
  circuit.init(0);
  for (const [name, values] of signals) {
    const [high, low] = hashName(name);
    const size = circuit.getInputSignalSize(high, low);
    if (size < 0) throw new Malformed(`the circuit has no input ${name}`);
    if (values.length !== size) throw new Malformed(`input ${name} has ${values.length} values instead of ${size}`);
    set += size;
    for (const [i, value] of values.entries()) {
      for (let j = 0, v = value; j < words; j++, v >>= 32n) circuit.writeSharedRWMemory(j, Number(v & 0xffffffffn));
      // Setting the last input runs the circuit.
      circuit.setInputSignal(high, low, i);
    }
  }
  if (set < circuit.getInputSize()) throw new Malformed(`${set} input values are given, the circuit has ${circuit.getInputSize()}`);
}

/** The witness in "wtns" format: two sections, the field with the count, then the values. */
function encode(circuit: CircomExports, words: number): Uint8Array {
  const n = circuit.getWitnessSize();
  const bytes = words * 4;
  const out = new Uint32Array(3 + 3 + 1 + words + 1 + 3 + n * words);
  const length = n * bytes;
  out.set([0x736e7477, 2, 2, 1, 8 + bytes, 0, bytes], 0); // "wtns", version, sections; section 1: id, length, bytes of an element
  let at = 7;
  circuit.getRawPrime();
  for (let j = 0; j < words; j++) out[at++] = circuit.readSharedRWMemory(j);
  out.set([n, 2, length % 2 ** 32, Math.floor(length / 2 ** 32)], at);
  at += 4;
  for (let i = 0; i < n; i++) {
    circuit.getWitness(i);
    for (let j = 0; j < words; j++) out[at++] = circuit.readSharedRWMemory(j);
  }
  return new Uint8Array(out.buffer);
}

async function run({ wasmPath, program, wtnsPath, signals }: WitnessWorkerData): Promise<WitnessReply> {
  try {
    const circuit = await instantiate(wasmPath, program);
    const words = circuit.getFieldNumLen32();
    setInputs(circuit, signals, words);
    writeFileSync(wtnsPath, encode(circuit, words));
    return { kind: "done" };
  } catch (e) {
    if (e instanceof Unsatisfied) return { kind: "unsatisfied", trace: trace.filter((line) => line !== "") };
    if (e instanceof Malformed) return { kind: "malformed", message: [e.message, ...trace].join("; ") };
    return { kind: "error", errno: errnoOf(e), message: e instanceof Error ? e.message : String(e) };
  }
}

parentPort?.postMessage(await run(workerData as WitnessWorkerData));
