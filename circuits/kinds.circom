pragma circom 2.2.0;
include "buses.circom";
include "lib/range.circom";

/// @title Kinds: which kind a slot is, and that the fields it does not use are zero
///
/// kind      | code | instrument | chain | amount | price, fees | fraction
/// noop      | 0    |            |       |        |             |
/// deposit   | 1    | 0, 1, 12   | yes   | yes    |             |
/// withdraw  | 2    | 0, 1, 12   | yes   | yes    |             |
/// transfer  | 3    | 0, 1, 12   |       | yes    |             |
/// trade     | 4    | 0..11      |       | yes    | yes         |
/// liquidate | 5    |            |       |        |             | 1, 2, 4
/// cancel    | 8    |            |       |        |             |
/// setKey    | 9    |            |       |        |             |
///
/// @ensures(1) is is one-hot and kind is its code
/// @ensures(2) column is the one-hot of instrument where one is used, all zero elsewhere (then instrument is 0)
/// @ensures(3) amount in [1, 2^60), below 2^46 for lots, where one is used, 0 elsewhere
/// @ensures(4) chain is boolean and 0 where unused; price and fees are 0 but for a trade; fraction in {1, 2, 4} iff liquidate, else 0
/// @constraints 8 + 2 + 13 + 2 + 60 + 13
template Kinds() {
    signal input kind;
    signal input instrument;
    signal input chain;
    signal input fraction;
    signal input amount;
    signal input price;
    signal input fee[2];
    output Kind() is;
    /// which sides the kind uses
    signal output uses[2];
    signal output column[13];
    /// quarter = 1 iff fraction is 1, and so on
    signal output quarter;
    signal output half;
    signal output full;

    //@satisfies(1)
    is.noop <-- kind == 0 ? 1 : 0; // witness, constrained below, and so for the other seven
    is.deposit <-- kind == 1 ? 1 : 0; // witness
    is.withdraw <-- kind == 2 ? 1 : 0; // witness
    is.transfer <-- kind == 3 ? 1 : 0; // witness
    is.trade <-- kind == 4 ? 1 : 0; // witness
    is.liquidate <-- kind == 5 ? 1 : 0; // witness
    is.cancel <-- kind == 8 ? 1 : 0; // witness
    is.setKey <-- kind == 9 ? 1 : 0; // witness
    is.noop * (1 - is.noop) === 0;
    is.deposit * (1 - is.deposit) === 0;
    is.withdraw * (1 - is.withdraw) === 0;
    is.transfer * (1 - is.transfer) === 0;
    is.trade * (1 - is.trade) === 0;
    is.liquidate * (1 - is.liquidate) === 0;
    is.cancel * (1 - is.cancel) === 0;
    is.setKey * (1 - is.setKey) === 0;
    is.noop + is.deposit + is.withdraw + is.transfer + is.trade + is.liquidate + is.cancel + is.setKey === 1;
    is.deposit + 2 * is.withdraw + 3 * is.transfer + 4 * is.trade + 5 * is.liquidate + 8 * is.cancel + 9 * is.setKey === kind;

    //@satisfies(2)
    var moves = is.deposit + is.withdraw + is.transfer;
    var hasAmount = moves + is.trade;
    uses[0] <== 1 - is.noop;
    uses[1] <== is.transfer + is.trade + is.liquidate;
    var sum = 0;
    var code = 0;
    var derivative = 0;
    for (var i = 0; i < 13; i++) {
        column[i] <-- hasAmount == 1 && instrument == i ? 1 : 0; // witness
        column[i] * (1 - column[i]) === 0;
        sum += column[i];
        code += i * column[i];
        if (i >= 2 && i < 12) { derivative += column[i]; }
    }
    sum === hasAmount;
    code === instrument;
    moves * derivative === 0;
    is.trade * column[12] === 0;

    //@satisfies(3)
    component bits = Bits(60);
    bits.in <== amount;
    var high = 0;
    for (var i = 46; i < 60; i++) { high += bits.out[i]; }
    (hasAmount - column[12]) * high === 0;
    (1 - hasAmount) * amount === 0;
    signal inverse <-- amount == 0 ? 0 : 1 / amount; // witness
    amount * inverse === hasAmount;

    //@satisfies(4)
    chain * (1 - chain) === 0;
    (1 - is.deposit - is.withdraw) * chain === 0;
    (1 - is.trade) * price === 0;
    for (var s = 0; s < 2; s++) { (1 - is.trade) * fee[s] === 0; }
    quarter <-- is.liquidate * (fraction == 1 ? 1 : 0); // witness
    half <-- is.liquidate * (fraction == 2 ? 1 : 0); // witness
    full <-- is.liquidate * (fraction == 4 ? 1 : 0); // witness
    quarter * (1 - quarter) === 0;
    half * (1 - half) === 0;
    full * (1 - full) === 0;
    quarter + half + full === is.liquidate;
    quarter + 2 * half + 4 * full === fraction;
}
