// The part of circomlibjs that tests compare with.
declare module "circomlibjs" {
  interface FieldArithmetic {
    e(x: bigint): Uint8Array;
    toObject(x: unknown): bigint;
  }
  export interface Eddsa {
    readonly F: FieldArithmetic;
    prv2pub(seed: Uint8Array): [Uint8Array, Uint8Array];
    signPoseidon(seed: Uint8Array, message: Uint8Array): { R8: [Uint8Array, Uint8Array]; S: bigint };
    verifyPoseidon(message: Uint8Array, signature: { R8: [Uint8Array, Uint8Array]; S: bigint }, key: [Uint8Array, Uint8Array]): boolean;
  }
  export function buildEddsa(): Promise<Eddsa>;
  export function buildPoseidon(): Promise<{ (inputs: readonly bigint[]): unknown; readonly F: FieldArithmetic }>;
  export function buildPoseidonReference(): Promise<{ (inputs: readonly bigint[]): unknown; readonly F: FieldArithmetic }>;
}
