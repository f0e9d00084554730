pragma circom 2.2.0;
include "../buses.circom";
include "../lib/range.circom";

/// @title Deposit: what of a queued deposit can be credited; the rest is refunded
/// @input deposit {bool}, isQuote {bool}, amount, cashAfter and sizeAfter: A's balances of the asset with `amount - rest` credited
/// @ensures(1) rest = 0 but for a deposit, 0 <= rest <= amount
/// @ensures(2) rest > 0 implies that the credited balance is the largest that fits: no more could be credited
/// @constraints 2 * 61 + 4
template Deposit() {
    signal input deposit;
    signal input isQuote;
    signal input amount;
    signal input rest;
    signal input cashAfter;
    signal input sizeAfter;
    //@satisfies(1)
    (1 - deposit) * rest === 0;
    component low = RangeCheck(60);
    low.in <== rest;
    component high = RangeCheck(60);
    high.in <== amount - rest;
    //@satisfies(2)
    signal quoteRoom <== isQuote * (2 ** 95 - 2 ** 47 - cashAfter + sizeAfter);
    rest * (quoteRoom + 2 ** 47 - 1 - sizeAfter) === 0;
}
