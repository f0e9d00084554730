// Balances, custody and the widths of everything that moves.
import type { Account, Markets } from "../../../../ledger/types.js";
import { cancel, deposit, liquidate, trade, transfer, withdraw } from "../../../helpers/acts.js";
import { BTC_PERP, BTC_SPOT, ETH_SPOT, price, quote } from "../../../helpers/ledger-fixtures.js";
import { A, B, scene, sizes } from "../../../helpers/scene.js";
import { type Act, type Cases, stepwise } from "./case.js";

const TOP_CASH = (1n << 95n) - 1n;
const BOTTOM_CASH = -(1n << 95n);
const WIDE = Array.from({ length: 10 }, () => (1n << 63n) - 1n);

const spotOf = (lots: bigint) =>
  scene({ accounts: { [A]: { sizes: sizes({ [BTC_SPOT]: lots }) }, [B]: { sizes: sizes({ [ETH_SPOT]: lots }) } } });
const held = spotOf(1_000n);
const custodyOf = (custody: readonly bigint[]) =>
  scene({ chain: { custody }, accounts: { [A]: { sizes: sizes({ [ETH_SPOT]: 1_000n }) } } });

const cash = (side: 0 | 1) => ({ template: /SideAfter/, wire: new RegExp(`slot\\[0\\]\\.side\\[${side}\\]\\.cashRange`) });
const size = (side: 0 | 1) => ({
  template: /Sizes/,
  wire: new RegExp(`slot\\[0\\]\\.side\\[${side}\\]\\.(left|taken)`),
  also: /slot\[0\]\.side/,
});
const custody = { template: /Custody/, wire: /slot\[0\]\.custody/ };
const touched = { template: /Touch/, wire: /^main\.touch\[0\]\.inRange/, also: /side\[0\]\.cashRange/ };

/** A holds one lot of the BTC perpetual, whose index has moved by `x` units of cash. */
const accruing = (x: bigint, account: Partial<Account>, markets: Partial<Markets> = {}): ReturnType<Act> => {
  const perpIndex = price(50_000) << 24n;
  const perpCheckpoints = [perpIndex - (x << 48n), price(30_000) << 24n];
  const venue = scene({ accounts: { [A]: { sizes: sizes({ [BTC_PERP]: 1n }), perpCheckpoints, ...account } }, markets });
  return [venue, cancel(venue)];
};

/** Lots are nearly worthless and A is `a` long, B `b` long in the BTC perpetual. */
const penny = (a: bigint, b: bigint) =>
  scene({
    prices: { index: [1n << 16n, 1n << 16n] },
    config: { openInterestCap: WIDE },
    accounts: { [A]: { cash: 1n << 80n, sizes: sizes({ [BTC_PERP]: a }) }, [B]: { cash: 1n << 80n, sizes: sizes({ [BTC_PERP]: b }) } },
  });

export const balances: Cases = {
  // BALANCE_TOO_SMALL
  "withdraw of one lot more than there is | of all": stepwise(
    "BALANCE_TOO_SMALL",
    size(0),
    (amount) => [held, withdraw(held, { instrument: BTC_SPOT, amount })],
    1_001n,
    1_000n,
  ),
  "transfer of one lot more than there is | of all": stepwise(
    "BALANCE_TOO_SMALL",
    size(0),
    (amount) => [held, transfer(held, { instrument: BTC_SPOT, amount })],
    1_001n,
    1_000n,
  ),
  "sale of one lot more than there is | of all": stepwise(
    "BALANCE_TOO_SMALL",
    size(1),
    (amount) => [held, trade(held, { instrument: ETH_SPOT, amount })],
    1_001n,
    1_000n,
  ),
  // CUSTODY_TOO_SMALL
  "withdraw of more quote than the chain has | of all": stepwise(
    "CUSTODY_TOO_SMALL",
    custody,
    (x) => {
      const venue = custodyOf([x, 0n, 0n]);
      return [venue, withdraw(venue, { amount: quote(10), chain: 1 })];
    },
    quote(10) - 1n,
    quote(10),
  ),
  "withdraw of more lots than the chain has | of all": stepwise(
    "CUSTODY_TOO_SMALL",
    custody,
    (x) => {
      const venue = custodyOf([quote(1), 0n, x]);
      return [venue, withdraw(venue, { instrument: ETH_SPOT, amount: 7n })];
    },
    6n,
    7n,
  ),
  // OVERFLOW
  "deposit beyond 95 bits of quote custody | up to them": stepwise(
    "OVERFLOW",
    custody,
    (x) => [custodyOf([x, 0n, 0n]), deposit({ amount: 5n })],
    (1n << 95n) - 5n,
    (1n << 95n) - 6n,
  ),
  "deposit beyond 64 bits of lots in custody | up to them": stepwise(
    "OVERFLOW",
    custody,
    (x) => [custodyOf([0n, 0n, x]), deposit({ instrument: ETH_SPOT, amount: 5n, chain: 1 })],
    (1n << 64n) - 5n,
    (1n << 64n) - 6n,
  ),
  "transfer beyond the top of the payee's cash | to the top": stepwise(
    "OVERFLOW",
    cash(1),
    (x) => {
      const venue = scene({ accounts: { [B]: { cash: x } } });
      return [venue, transfer(venue, { amount: 5n })];
    },
    TOP_CASH - 4n,
    TOP_CASH - 5n,
  ),
  "transfer beyond the top of the payee's lots | to the top": stepwise(
    "OVERFLOW",
    size(1),
    (x) => {
      const payee = { sizes: sizes({ [BTC_SPOT]: x }) };
      const venue = scene({ accounts: { [A]: { sizes: sizes({ [BTC_SPOT]: 5n }) }, [B]: payee } });
      return [venue, transfer(venue, { instrument: BTC_SPOT, amount: 5n })];
    },
    (1n << 47n) - 5n,
    (1n << 47n) - 6n,
  ),
  "sale beyond the top of the seller's cash | to the top": stepwise(
    "OVERFLOW",
    cash(1),
    (x) => {
      const venue = scene({ accounts: { [B]: { cash: x } } });
      return [venue, trade(venue, { amount: 1n, price: price(50_003) })];
    },
    TOP_CASH - 2n,
    TOP_CASH - 3n,
  ),
  "purchase beyond a size of 2^47 - 1 | to it": stepwise(
    "OVERFLOW",
    size(0),
    (x) => {
      const venue = penny(x, 0n);
      return [venue, trade(venue, { amount: 5n })];
    },
    (1n << 47n) - 5n,
    (1n << 47n) - 6n,
  ),
  "sale beyond a size of -2^47 | to it": stepwise(
    "OVERFLOW",
    size(1),
    (x) => {
      const venue = penny(0n, x);
      return [venue, trade(venue, { amount: 5n })];
    },
    4n - (1n << 47n),
    5n - (1n << 47n),
  ),
  "fees beyond 95 bits | up to them": stepwise(
    "OVERFLOW",
    { template: /Batch/, wire: /^main\.feesRange/ },
    (x) => {
      const venue = scene({ markets: { fees: x } });
      return [venue, trade(venue, { buyerFee: 3n })];
    },
    (1n << 95n) - 3n,
    (1n << 95n) - 4n,
  ),
  "insurance beyond 95 bits | up to them": stepwise(
    "OVERFLOW",
    { template: /Batch/, wire: /^main\.insuranceRange/ },
    (x) => {
      // 100 quote short of 825: discount 12.5 quote, half of it for insurance
      const venue = scene({ accounts: { [A]: { cash: quote(725), sizes: sizes({ [BTC_PERP]: 100_000n }) } }, markets: { insurance: x } });
      return [venue, liquidate(venue)];
    },
    (1n << 95n) - 6_250_000n,
    (1n << 95n) - 6_250_001n,
  ),
  "touch beyond the top of cash | to the top": stepwise(
    "OVERFLOW",
    touched,
    (x) => accruing(5n, { cash: x }),
    TOP_CASH - 4n,
    TOP_CASH - 5n,
  ),
  "touch beyond the bottom of cash | to the bottom": stepwise(
    "OVERFLOW",
    touched,
    (x) => accruing(-5n, { cash: x }),
    BOTTOM_CASH + 4n,
    BOTTOM_CASH + 5n,
  ),
  "touch beyond the bottom of the pool | to the bottom": stepwise(
    "OVERFLOW",
    { template: /Batch/, wire: /^main\.poolRange/ },
    (x) => accruing(5n, {}, { perpetualPool: x }),
    BOTTOM_CASH + 4n,
    BOTTOM_CASH + 5n,
  ),
  "touch beyond the top of the pool | to the top": stepwise(
    "OVERFLOW",
    { template: /Batch/, wire: /^main\.poolRange/ },
    (x) => accruing(-5n, {}, { perpetualPool: x }),
    TOP_CASH - 4n,
    TOP_CASH - 5n,
  ),
};
