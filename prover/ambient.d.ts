// Types of what has none: the part of WebAssembly that we call (the es2023 library leaves it to "dom"), and of snarkjs.

declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<Instance>;
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

declare module "snarkjs" {
  interface Logger {
    readonly debug: (line: string) => void;
    readonly info: (line: string) => void;
    readonly warn: (line: string) => void;
    readonly error: (line: string) => void;
  }

  const groth16: {
    prove(zkey: string, wtns: string, logger?: Logger): Promise<{ proof: Record<string, unknown>; publicSignals: string[] }>;
    verify(vkey: unknown, publicSignals: unknown, proof: unknown): Promise<boolean>;
  };

  const zKey: {
    newZKey(r1cs: string, ptau: string, zkey: string, logger?: Logger): Promise<Uint8Array | -1>;
    contribute(from: string, to: string, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>;
    beacon(from: string, to: string, name: string, beaconHex: string, iterationsExp: number, logger?: Logger): Promise<Uint8Array>;
    verifyFromR1cs(r1cs: string, ptau: string, zkey: string, logger?: Logger): Promise<boolean>;
    exportVerificationKey(zkey: string, logger?: Logger): Promise<Record<string, unknown>>;
  };

  const powersOfTau: {
    newAccumulator(curve: unknown, power: number, file: string, logger?: Logger): Promise<Uint8Array>;
    contribute(from: string, to: string, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>;
    preparePhase2(from: string, to: string, logger?: Logger): Promise<void>;
  };

  const curves: { getCurveFromName(name: string): Promise<{ terminate(): Promise<void> }> };
}
