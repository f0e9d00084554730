// What core/poseidon.ts imports from poseidon-lite, without its tables: bundles for browsers put this in its place.
import { poseidonOf } from "./permutation.js";

export const poseidon1 = poseidonOf(1);
export const poseidon2 = poseidonOf(2);
export const poseidon3 = poseidonOf(3);
export const poseidon4 = poseidonOf(4);
export const poseidon5 = poseidonOf(5);
export const poseidon6 = poseidonOf(6);
export const poseidon7 = poseidonOf(7);
export const poseidon8 = poseidonOf(8);
export const poseidon9 = poseidonOf(9);
export const poseidon10 = poseidonOf(10);
export const poseidon11 = poseidonOf(11);
export const poseidon12 = poseidonOf(12);
export const poseidon13 = poseidonOf(13);
export const poseidon14 = poseidonOf(14);
export const poseidon15 = poseidonOf(15);
export const poseidon16 = poseidonOf(16);
