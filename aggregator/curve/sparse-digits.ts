// Numbers written with few non-zero digits.

/**
 * Width-w non-adjacent form, least significant digit first: digits are zero, or odd and below 2^(w - 1) in absolute value with w - 1 zeros after each
 * (Solinas, "Efficient arithmetic on Koblitz curves", 2000).
 */
export function sparseDigits(x: bigint, width: number): Int8Array {
  const digits: number[] = [];
  const modulus = 2 ** width;
  const sign = x < 0n ? -1 : 1;
  for (let rest = x < 0n ? -x : x; rest > 0n; rest >>= 1n) {
    const low = (rest & 1n) === 0n ? 0 : Number(rest & BigInt(modulus - 1));
    const digit = low >= modulus / 2 ? low - modulus : low;
    rest -= BigInt(digit);
    digits.push(sign * digit);
  }
  return Int8Array.from(digits);
}
