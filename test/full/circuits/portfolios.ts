// Prices and portfolios for the templates of margin: ordinary ones from a seed, and those at the edges of the widths.
import type { Prices } from "../../../ledger/prices.js";
import type { Config } from "../../../ledger/types.js";
import { price } from "../../helpers/ledger-fixtures.js";
import type { Rng } from "../../helpers/random-run.js";
import { type SceneOptions, scene } from "../../helpers/scene.js";

export interface Market {
  readonly prices: Prices;
  readonly config: Config;
}

const market = (options: SceneOptions = {}): Market => {
  const { prices, header } = scene(options).world;
  return { prices, config: header.markets.config };
};

const SHOCKS = [0n, 8n, 16n, 32n];
const SCENARIOS = 14;

/** Prices and scenario values without any order among them; shocks of every size. */
export function randomMarket(rng: Rng): Market {
  const mark = () => price(1 + rng.below(100_000)) + BigInt(rng.below(1 << 24));
  const value = () => (BigInt(rng.below(2 ** 26)) * BigInt(rng.below(1_000))) / 1_000n;
  const optionMark = Array.from({ length: 8 }, () => mark() / BigInt(1 + rng.below(50)));
  return market({
    prices: {
      index: [mark(), mark()],
      perpMark: [mark(), mark()],
      optionMark,
      scenario: optionMark.map(() => Array.from({ length: SCENARIOS }, value)),
    },
    config: {
      shock: [SHOCKS[rng.below(4)] ?? 0n, SHOCKS[rng.below(4)] ?? 0n],
      haircut: [BigInt(rng.below(65_537)), BigInt(rng.below(65_537))],
      phi: Array.from({ length: 12 }, () => BigInt(rng.below(1 << 14))),
    },
  });
}

/** The largest and the smallest prices that a report may have, with every move counted. */
export function widestMarket(): Market {
  const top = (1n << 56n) - 1n;
  return market({
    prices: {
      index: [top, 1n],
      perpMark: [top, 1n],
      optionMark: Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? top : 0n)),
      scenario: Array.from({ length: 8 }, (_, k) =>
        Array.from({ length: SCENARIOS }, (_, j) => ((j + k) % 2 === 0 ? (1n << 40n) - 1n : 0n)),
      ),
      fundingIntegral: [0n, 0n],
    },
    config: { shock: [32n, 32n], haircut: [65_536n, 0n], phi: Array.from({ length: 12 }, () => (1n << 14n) - 1n) },
  });
}

/** Twelve sizes of either sign, spot not negative; zeros are frequent. */
export const randomSizes = (rng: Rng, bits = 24): bigint[] =>
  Array.from({ length: 12 }, (_, i) => {
    if (rng.below(3) === 0) return 0n;
    const size = BigInt(rng.below(2 ** Math.min(bits, 30))) << BigInt(Math.max(0, bits - 30));
    return i >= 2 && rng.below(2) === 0 ? -size : size;
  });

/** All sizes at an end of their width. */
export const extremeSizes = (long: boolean): bigint[] =>
  Array.from({ length: 12 }, (_, i) => (i < 2 || long ? (1n << 47n) - 1n : -(1n << 47n)));
