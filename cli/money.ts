// Amounts for people.

/** 1e-6 quote as a decimal with six places, exactly. */
export function money(amount: bigint): string {
  const [sign, size] = amount < 0n ? ["-", -amount] : ["", amount];
  const whole = (size / 1_000_000n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${(size % 1_000_000n).toString().padStart(6, "0")}`;
}
