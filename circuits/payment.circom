pragma circom 2.2.0;
include "buses.circom";
include "lib/range.circom";
include "lib/division.circom";

/// @title Payment: what A pays B for the columns that change hands, rounded once
/// trade:     pay = floor(amount * (price - refPrice) / 2^24), refPrice = mark for perpetuals and 0 otherwise; the buyer A pays it
/// liquidate: pay = -ceil(sum of slice * price / 2^24) over spot and options; the victim A receives ceil(...) and is not shaved
/// @input amount, price; slice: all zero but for a liquidation; column: one-hot of the instrument
/// @requires amount < 2^46 for lots; price = 0 but for a trade; |slice| < 2^48
/// @ensures price in [0, 2^56); pay as above, 0 for all other kinds
/// @constraints NL 56 + 10 + 2 + 1 + 111, linear 3
template Payment() {
    signal input amount;
    signal input price;
    signal input slice[12];
    signal input column[13];
    input Prices() prices;
    signal output pay;
    component range = RangeCheck(56);
    range.in <== price;
    signal mark[2];
    for (var u = 0; u < 2; u++) { mark[u] <== column[2 + u] * prices.perpMark[u]; }
    signal traded <== amount * (price - mark[0] - mark[1]); // 46 + 57 = 103 bits, signed; the marks are 0 but for a trade
    signal value[10]; // 48 + 56 = 104 bits
    var sum = 0;
    for (var u = 0; u < 2; u++) { value[u] <== slice[u] * prices.index[u]; sum += value[u]; }
    for (var k = 0; k < 8; k++) { value[2 + k] <== slice[4 + k] * prices.optionMark[k]; sum += value[2 + k]; }
    component floor = FloorShift(24, 86);
    floor.num <== traded - sum;
    pay <== floor.q;
}
