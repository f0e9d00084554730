pragma circom 2.2.0;
include "buses.circom";
include "lib/poseidon.circom";
include "lib/range.circom";

/// @title Custody: the queues and the custody of the chains
/// @input chain {bool}; column: the one-hot of the instrument; amount, rest (the refund of a deposit); key, address
/// @ensures(1) a deposit consumes the chain's queue: head = P5(head, key, address, instrument + amount * 2^4), count += 1
/// @ensures(2) a withdrawal or a refund appends to the chain's queue: head = P3(head, address, instrument + paid * 2^4), count += 1
/// @ensures(4) address has 160 bits, so that a contract can pay it
/// @ensures(3) custody of the asset moves by what was credited or paid and stays in range
/// @constraints P5 + P3 + 2 + 160 + 1 + 12 + 8 + 100
template Custody() {
    input Chain() before[2];
    input Kind() is;
    signal input chain;
    signal input instrument;
    signal input column[13];
    signal input amount;
    signal input rest;
    signal input key[2];
    signal input address;
    output Chain() after[2];
    signal output depositHead;

    var onChain[2] = [1 - chain, chain];
    signal oldDepositHead <== chain * (before[1].depositHead - before[0].depositHead) + before[0].depositHead;
    signal oldWithdrawalHead <== chain * (before[1].withdrawalHead - before[0].withdrawalHead) + before[0].withdrawalHead;

    //@satisfies(1)
    component deposit = Poseidon(5);
    deposit.inputs <== [oldDepositHead, key[0], key[1], address, instrument + amount * (1 << 4)];
    depositHead <== deposit.out;
    signal deposits[2];
    deposits[1] <== is.deposit * chain;
    deposits[0] <== is.deposit - deposits[1];

    //@satisfies(4)
    component addressRange = RangeCheck(160);
    addressRange.in <== address;

    //@satisfies(2)
    component noRefund = IsZero();
    noRefund.in <== rest;
    signal paid <== is.withdraw * amount + rest; // rest is 0 for a withdrawal
    component withdrawal = Poseidon(3);
    withdrawal.inputs <== [oldWithdrawalHead, address, instrument + paid * (1 << 4)];
    var appends = is.withdraw + 1 - noRefund.out;
    signal withdrawals[2];
    withdrawals[1] <== appends * chain;
    withdrawals[0] <== appends - withdrawals[1];

    //@satisfies(3)
    signal moved <== (is.deposit - is.withdraw) * (amount - rest);
    var asset[3] = [column[12], column[0], column[1]];
    signal delta[2][3];
    signal depositStep[2];
    signal withdrawalStep[2];
    signal onOne <== chain * moved;
    for (var c = 0; c < 2; c++) {
        depositStep[c] <== deposits[c] * (deposit.out - before[c].depositHead);
        withdrawalStep[c] <== withdrawals[c] * (withdrawal.out - before[c].withdrawalHead);
        after[c].depositHead <== before[c].depositHead + depositStep[c];
        after[c].withdrawalHead <== before[c].withdrawalHead + withdrawalStep[c];
        after[c].depositCount <== before[c].depositCount + deposits[c];
        after[c].withdrawalCount <== before[c].withdrawalCount + withdrawals[c];
        for (var i = 0; i < 3; i++) {
            delta[c][i] <== asset[i] * (c == 1 ? onOne : moved - onOne);
            after[c].custody[i] <== before[c].custody[i] + delta[c][i];
        }
    }
    // the custody that moved: in 95 bits, of lots in 64
    signal picked[3];
    signal perAsset[3];
    var total = 0;
    for (var i = 0; i < 3; i++) {
        perAsset[i] <== chain * (after[1].custody[i] - after[0].custody[i]) + after[0].custody[i];
        picked[i] <== asset[i] * perAsset[i];
        total += picked[i];
    }
    component bits = Bits(95);
    bits.in <== total;
    var high = 0;
    for (var i = 64; i < 95; i++) { high += bits.out[i]; }
    (column[0] + column[1]) * high === 0;
}
