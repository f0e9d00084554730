pragma circom 2.2.0;
include "buses.circom";
include "account.circom";
include "margin.circom";
include "pass-rule.circom";
include "lib/range.circom";

/// @title SignBits: the packed signs of an account
/// @constraints 11
template SignBits() {
    signal input signs;
    signal output out[10];
    component bits = Bits(10);
    bits.in <== signs;
    out <== bits.out;
}

/// @title SideBefore: what the rules need to know of an account before the slot
/// @requires sizes in range with right signs; all zero for a slot that does not use the side
/// @ensures equity is exact, maintenance a lower bound; negative = min(size, 0) of columns 2..11
template SideBefore() {
    input Account() account;
    input Prices() prices;
    signal output signBits[10];
    signal output negative[10];
    signal output equity;
    signal output maintenance;
    component bits = SignBits();
    bits.signs <== account.signs;
    signBits <== bits.out;
    component parts = NegativeParts();
    parts.sizes <== account.sizes;
    parts.signs <== bits.out;
    negative <== parts.negative;
    component value = Equity();
    value.cash <== account.cash;
    value.sizes <== account.sizes;
    value.prices <== prices;
    equity <== value.equity;
    component lower = MaintenanceLower();
    lower.sizes <== account.sizes;
    lower.negative <== parts.negative;
    lower.prices <== prices;
    maintenance <== lower.maintenance;
}

/// @title SideAfter: one account after the slot
/// @param victim 1 for side A, whose upper margin bound is taken before the slot when it is liquidated, so that its margin is exact there
/// @input before and what SideBefore says of it; cashDelta, sizeDelta[12]: what the slot moves; mustPass {bool}; liquidate {bool};
///        reduceOnly {bool, 0 but for a trade}; column[13]: one-hot of the instrument
/// @requires before is in range with right signs; for a slot that does not use the side it is all zero and so are the deltas
/// @ensures(1) sizes and cash after are in range, signs after are right
/// @ensures(2) mustPass = 1 implies the pass rule; for the liquidator the strict one
/// @ensures(3) reduceOnly, or passing as not riskier in a perpetual or an option, implies that the size of the column neither grew nor changed sign
/// @ensures(4) victim and liquidate: maintenanceBefore is exact
/// @ensures(5) opened[i] = change of max(size, 0) of column 2 + i
template SideAfter(victim) {
    input Account() before;
    signal input signBits[10];
    signal input negative[10];
    signal input equityBefore;
    signal input maintenanceBefore;
    signal input cashDelta;
    signal input sizeDelta[12];
    signal input mustPass;
    signal input liquidate;
    signal input reduceOnly;
    signal input column[13];
    input Prices() prices;
    signal input initialFactor;
    signal output cash;
    signal output sizes[12];
    signal output signs;
    signal output opened[10];

    //@satisfies(1)
    cash <== before.cash + cashDelta;
    component cashRange = RangeCheck(96);
    cashRange.in <== cash + 2 ** 95;
    for (var i = 0; i < 12; i++) { sizes[i] <== before.sizes[i] + sizeDelta[i]; }
    component checked = Sizes();
    checked.sizes <== sizes;
    var packed = 0;
    for (var i = 0; i < 10; i++) { packed += checked.signs[i] * 2 ** i; }
    signs <== packed;
    component negativeAfter = NegativeParts();
    negativeAfter.sizes <== sizes;
    negativeAfter.signs <== checked.signs;
    //@satisfies(5)
    for (var i = 0; i < 10; i++) { opened[i] <== sizeDelta[2 + i] - negativeAfter.negative[i] + negative[i]; }

    component equity = Equity();
    equity.cash <== cash;
    equity.sizes <== sizes;
    equity.prices <== prices;
    // margin from above: of the state after for a side that must pass, of the state before for a victim, of nothing otherwise
    component upper = MaintenanceUpper();
    signal afterSize[12];
    signal afterNegative[10];
    signal victimSize[12];
    signal victimNegative[10];
    for (var i = 0; i < 12; i++) {
        afterSize[i] <== mustPass * sizes[i];
        if (victim == 1) {
            victimSize[i] <== liquidate * before.sizes[i];
            upper.sizes[i] <== afterSize[i] + victimSize[i];
        } else { upper.sizes[i] <== afterSize[i]; }
    }
    for (var i = 0; i < 10; i++) {
        afterNegative[i] <== mustPass * negativeAfter.negative[i];
        if (victim == 1) {
            victimNegative[i] <== liquidate * negative[i];
            upper.negative[i] <== afterNegative[i] + victimNegative[i];
        } else { upper.negative[i] <== afterNegative[i]; }
    }
    upper.prices <== prices;
    //@satisfies(4)
    if (victim == 1) { liquidate * (upper.maintenance - maintenanceBefore) === 0; }

    //@satisfies(2)
    component rule = PassRule();
    rule.enabled <== mustPass;
    if (victim == 1) { rule.healthyOnly <== 0; } else { rule.healthyOnly <== liquidate; }
    rule.equityBefore <== equityBefore;
    rule.maintenanceBefore <== maintenanceBefore;
    rule.equityAfter <== equity.equity;
    rule.maintenanceAfter <== upper.maintenance;
    rule.exposureAfter <== upper.exposure;
    rule.initialFactor <== initialFactor;

    //@satisfies(3)
    signal pickedBefore[12];
    signal pickedDelta[12];
    signal pickedSign[10];
    var size0 = 0;
    var delta = 0;
    var sign = 0;
    var derivative = 0;
    for (var i = 0; i < 12; i++) {
        pickedBefore[i] <== column[i] * before.sizes[i];
        pickedDelta[i] <== column[i] * sizeDelta[i];
        size0 += pickedBefore[i];
        delta += pickedDelta[i];
        if (i >= 2) {
            pickedSign[i - 2] <== column[i] * signBits[i - 2];
            sign += pickedSign[i - 2];
            derivative += column[i];
        }
    }
    signal notRiskier <== rule.notRiskier * derivative;
    signal held <== (1 - reduceOnly) * (1 - notRiskier);
    signal magnitude0 <== (1 - 2 * sign) * size0;
    signal magnitude1 <== (1 - 2 * sign) * (size0 + delta); // negative if the sign changed
    signal kept <== (1 - held) * magnitude1;
    signal shrunk <== (1 - held) * (magnitude0 - magnitude1);
    component sameSign = RangeCheck(48);
    sameSign.in <== kept;
    component notGrown = RangeCheck(48);
    notGrown.in <== shrunk;
}
