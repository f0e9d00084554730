// Fields, names, amounts and signatures.
import { cancel, deposit, liquidate, setKey, trade, transfer, withdraw } from "../../../helpers/acts.js";
import { BTC_CALL, BTC_PERP, BTC_SPOT, quote, START, userKey } from "../../../helpers/ledger-fixtures.js";
import { A, B, scene, sizes } from "../../../helpers/scene.js";
import type { Cases } from "./case.js";
import { stepwise, within } from "./case.js";

const venue = scene();
const rich = scene({ accounts: { [A]: { cash: 1n << 80n }, [B]: { cash: 1n << 80n } } });
/** Lots are nearly worthless, so the widest sizes stay below the exposure cap. */
const penny = scene({
  prices: { index: [1n << 16n, 1n << 16n] },
  accounts: { [B]: { sizes: sizes({ [BTC_SPOT]: 1n << 46n }) } },
});

/** Long 1,000 lots of the BTC perpetual with less than nothing. */
const poor = { cash: -quote(10), sizes: sizes({ [BTC_PERP]: 1_000n }) };

const kinds = { template: /Kinds/, wire: /^main\.kinds\[0\]/ };
const order = (side: 0 | 1) => ({
  template: /OrderSide|Slot/,
  wire: new RegExp(`slot\\[0\\]\\.(orders|unexpired|expiryRange)\\[${side}\\]`),
});
const fees = { template: /FeeRange|OrderSide/, wire: /slot\[0\]\.(feeRange|orders)/ };
const signer = (side: 0 | 1) => ({ template: /EdDSAVerify/, wire: new RegExp(`slot\\[0\\]\\.signedBy\\[${side}\\]`) });
const same = { template: /Batch/, wire: /^main\.read\[0\]\[0\]\.sel/ };
const select = { template: /SelectByAddress/, wire: /^main\.select\[0\]/ };

const top = (bits: number) => (1n << BigInt(bits)) - 1n;

export const fields: Cases = {
  // FIELD_OUT_OF_RANGE
  "cancel up to order id 2^48 | 2^48 - 1": stepwise(
    "FIELD_OUT_OF_RANGE",
    { template: /Slot/, wire: /slot\[0\]\.floorRange/ },
    (newMinOrderId) => [venue, cancel(venue, { newMinOrderId })],
    1n << 48n,
    top(48),
  ),
  "withdraw to a recipient of 161 bits | of 160": stepwise(
    "FIELD_OUT_OF_RANGE",
    { template: /Custody/, wire: /slot\[0\]\.custody\.addressRange/ },
    (recipient) => [venue, withdraw(venue, { recipient })],
    1n << 160n,
    top(160),
  ),
  "deposit with an exit address of 161 bits | of 160": stepwise(
    "FIELD_OUT_OF_RANGE",
    { template: /Custody/, wire: /slot\[0\]\.custody\.addressRange/ },
    (exitAddress) => [venue, deposit({ account: 48, exitAddress })],
    1n << 160n,
    top(160),
  ),
  "trade at a price of 2^56 | 2^56 - 1": stepwise(
    "FIELD_OUT_OF_RANGE",
    { template: /Payment|OrderSide/, wire: /slot\[0\]\.(payment\.range|orders)/ },
    (price) => [rich, trade(rich, { instrument: BTC_CALL, amount: 1n, price })],
    1n << 56n,
    top(56),
  ),
  "a fee of -2^60 - 1 | -2^60 + 1": stepwise(
    "FIELD_OUT_OF_RANGE",
    fees,
    (fee) => [rich, trade(rich, { buyerFee: fee, sellerFee: -fee })],
    -(1n << 60n) - 1n,
    1n - (1n << 60n),
  ),
  "a fee of 2^60 | 2^60 - 1": stepwise("FIELD_OUT_OF_RANGE", fees, (fee) => [rich, trade(rich, { buyerFee: fee })], 1n << 60n, top(60)),
  "an order id of 0": within("FIELD_OUT_OF_RANGE", order(0), venue, () => trade(venue, { buy: { orderId: 0n } })),
  ...Object.fromEntries(
    (["buy", "sell"] as const).flatMap((side, s) =>
      (
        [
          ["orderId", 48],
          ["orderSize", 47],
          ["limitPrice", 56],
          ["maxFee", 60],
          ["expiry", 40],
        ] as const
      ).map(([field, bits]) => [
        `a ${side} order with ${field} 2^${bits} | 2^${bits} - 1`,
        stepwise(
          "FIELD_OUT_OF_RANGE",
          order(s === 0 ? 0 : 1),
          (x) => [
            rich,
            trade(rich, {
              instrument: BTC_CALL,
              amount: 1n,
              price: field === "limitPrice" && s === 1 ? top(56) : 1n << 24n,
              [side]: { [field]: x },
            }),
          ],
          1n << BigInt(bits),
          top(bits),
        ),
      ]),
    ),
  ),
  // AMOUNT_OUT_OF_RANGE
  "deposit of 2^60 quote units | 2^60 - 1": stepwise(
    "AMOUNT_OUT_OF_RANGE",
    kinds,
    (amount) => [venue, deposit({ amount })],
    1n << 60n,
    top(60),
  ),
  "deposit of 2^46 lots | 2^46 - 1": stepwise(
    "AMOUNT_OUT_OF_RANGE",
    kinds,
    (amount) => [venue, deposit({ instrument: BTC_SPOT, amount })],
    1n << 46n,
    top(46),
  ),
  "withdraw of nothing | of 1": stepwise("AMOUNT_OUT_OF_RANGE", kinds, (amount) => [venue, withdraw(venue, { amount })], 0n, 1n),
  "transfer of 2^60 quote units | 2^60 - 1": stepwise(
    "AMOUNT_OUT_OF_RANGE",
    kinds,
    (amount) => [rich, transfer(rich, { amount })],
    1n << 60n,
    top(60),
  ),
  "trade of 2^46 lots | 2^46 - 1": stepwise(
    "AMOUNT_OUT_OF_RANGE",
    kinds,
    (amount) => [penny, trade(penny, { instrument: BTC_SPOT, amount })],
    1n << 46n,
    top(46),
  ),
  "trade of nothing | of 1": stepwise(
    "AMOUNT_OUT_OF_RANGE",
    kinds,
    (amount) => [venue, trade(venue, { amount, buy: { orderSize: 1n }, sell: { orderSize: 1n } })],
    0n,
    1n,
  ),
  // INSTRUMENT_INVALID, CHAIN_INVALID
  "deposit of a perpetual": within("INSTRUMENT_INVALID", kinds, venue, () => deposit({ instrument: 2, amount: 5n })),
  "deposit of instrument 13": within("INSTRUMENT_INVALID", kinds, venue, () => deposit({ instrument: 13, amount: 5n })),
  "withdraw of an option": within("INSTRUMENT_INVALID", kinds, venue, () => withdraw(venue, { instrument: 4, amount: 5n })),
  "transfer of an option": within("INSTRUMENT_INVALID", kinds, venue, () => transfer(venue, { instrument: 11, amount: 5n })),
  "trade of cash": within("INSTRUMENT_INVALID", kinds, venue, () => trade(venue, { instrument: 12, price: 1n << 24n })),
  "withdraw from chain 2": within("CHAIN_INVALID", { template: /Kinds/, wire: /^main\.(kinds\[0\]|chain\[0\])/ }, venue, () =>
    withdraw(venue, { chain: 2 }),
  ),
  // ACCOUNT_UNKNOWN, ACCOUNT_SAME
  "transfer to an account that does not exist": within("ACCOUNT_UNKNOWN", { template: /Slot/, wire: /read\[0\]\[1\]\.v\[0\]/ }, venue, () =>
    transfer(venue, { to: 48 }),
  ),
  "transfer to an index beyond the tree": within("ACCOUNT_UNKNOWN", { ...select, wire: /^main\.read\[0\]\[1\]\./ }, venue, () =>
    transfer(venue, { to: 256 }),
  ),
  "cancel by an account that does not exist": within(
    "ACCOUNT_UNKNOWN",
    { template: /Slot|SelectByAddress/, wire: /read\[0\]\[0\]\.v\[0\]|signedBy\[0\]/ },
    venue,
    () => cancel(venue, { account: 48, nonce: 0n }),
  ),
  "transfer to oneself": within("ACCOUNT_SAME", same, venue, () => transfer(venue, { to: A })),
  "trade with oneself": within("ACCOUNT_SAME", same, venue, () => trade(venue, { seller: A })),
  // OWNER_MISMATCH
  "deposit for another owner": within("OWNER_MISMATCH", { template: /Slot/, wire: /slot\[0\]\.topsUp/ }, venue, () =>
    deposit({ owner: userKey(B).publicKey }),
  ),
  "deposit with another exit address": within("OWNER_MISMATCH", { template: /Slot/, wire: /slot\[0\]\.topsUp/ }, venue, () =>
    deposit({ exitAddress: 0xbadn }),
  ),
  // SIGNATURE_INVALID: every kind, every signer
  "withdraw signed by another": within("SIGNATURE_INVALID", signer(0), venue, () => withdraw(venue, {}, { a: userKey(B) })),
  "transfer signed by the payee": within("SIGNATURE_INVALID", signer(0), venue, () => transfer(venue, {}, { a: userKey(B) })),
  "a buy order signed by the seller": within("SIGNATURE_INVALID", signer(0), venue, () => trade(venue, {}, { a: userKey(B) })),
  "a sell order signed by the buyer": within("SIGNATURE_INVALID", signer(1), venue, () => trade(venue, {}, { b: userKey(A) })),
  "cancel signed by another": within("SIGNATURE_INVALID", signer(0), venue, () => cancel(venue, {}, { a: userKey(B) })),
  "setKey without the old key": within("SIGNATURE_INVALID", signer(0), venue, () => setKey(venue, {}, { a: userKey(900) })),
  "setKey without the new key": within("SIGNATURE_INVALID", signer(1), venue, () => setKey(venue, {}, { b: userKey(A) })),
  // NONCE_MISMATCH
  "withdraw with the next nonce": within("NONCE_MISMATCH", signer(0), venue, () => withdraw(venue, { nonce: 1n })),
  "withdraw again": (() => {
    const later = scene({ accounts: { [A]: { nonce: 1n } } });
    return within(
      "NONCE_MISMATCH",
      signer(0),
      later,
      () => withdraw(later, { nonce: 0n }),
      () => withdraw(later),
    );
  })(),
  "liquidate again": (() => {
    const later = scene({ accounts: { [A]: poor, [B]: { nonce: 1n } } });
    return within(
      "NONCE_MISMATCH",
      signer(1),
      later,
      () => liquidate(later, { nonce: 0n }),
      () => liquidate(later),
    );
  })(),
  // EXPIRED
  "liquidate a second after its expiry | at its expiry": (() => {
    const late = scene({ accounts: { [A]: poor } });
    const place = { template: /Slot/, wire: /slot\[0\]\.unexpired\[1\]/ };
    return stepwise("EXPIRED", place, (expiry) => [late, liquidate(late, { expiry })], START - 1n, START);
  })(),
};
