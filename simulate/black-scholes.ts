// Option values for the simulated committee: Black and Scholes (1973) with zero rates. Floats end here; the report holds integers.

/** Distribution function of the standard normal, Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x >= 0 ? 1 - tail : tail;
}

export interface OptionTerms {
  readonly call: boolean;
  readonly strike: number;
  /** Time to expiry; at or below zero the option is worth its intrinsic value. */
  readonly years: number;
}

/** Value of one unit of a European option; never below zero. */
export function optionValue(terms: OptionTerms, spot: number, volatility: number): number {
  const { call, strike, years } = terms;
  const spread = volatility * Math.sqrt(Math.max(years, 0));
  if (spread === 0) return Math.max(0, call ? spot - strike : strike - spot);
  const d1 = (Math.log(spot / strike) + (spread * spread) / 2) / spread;
  const callValue = spot * normalCdf(d1) - strike * normalCdf(d1 - spread);
  return Math.max(0, call ? callValue : callValue - spot + strike);
}
