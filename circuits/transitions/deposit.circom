pragma circom 2.2.0;
include "../buses.circom";
include "../lib/range.circom";

/// @title Deposit: what of a queued deposit can be credited; the rest is refunded
/// @input deposit {bool}, isQuote {bool}, rest, cashAfter and sizeAfter: A's balances of the asset with `amount - rest` credited
/// @requires the balance before and after is in range (so, by (2), a rest above 0 comes with a credit that is not negative)
/// @ensures(1) rest = 0 but for a deposit, 0 <= rest <= amount
/// @ensures(2) rest > 0 implies that the credited balance is the largest that fits: no more could be credited
/// @constraints NL 60 + 3
template Deposit() {
    signal input deposit;
    signal input isQuote;
    signal input rest;
    signal input cashAfter;
    signal input sizeAfter;
    //@satisfies(1)
    (1 - deposit) * rest === 0;
    component range = RangeCheck(60);
    range.in <== rest;
    //@satisfies(2)
    signal quoteRoom <== isQuote * ((1 << 95) - (1 << 47) - cashAfter + sizeAfter);
    rest * (quoteRoom + (1 << 47) - 1 - sizeAfter) === 0;
}
