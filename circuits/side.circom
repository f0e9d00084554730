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
/// @ensures equity and fair equity are exact, maintenance a lower bound; negative = min(size, 0) of columns 2..11
template SideBefore() {
    input Account() account;
    input Prices() prices;
    signal output signBits[10];
    signal output negative[10];
    signal output equity;
    signal output fair;
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
    fair <== value.fair;
    component lower = MaintenanceLower();
    lower.sizes <== account.sizes;
    lower.negative <== parts.negative;
    lower.prices <== prices;
    maintenance <== lower.maintenance;
}

/// @title SizesOfLiquidator: sizes and signs after a slot that may change every column
/// @ensures sizes = before + column * lots + slice, in range with right signs: so every slice is an integer below 2^48 in magnitude
/// @constraints NL 12 + 2 * 47 + 10 * 49 + 10
template SizesOfLiquidator() {
    signal input before[12];
    signal input column[13];
    signal input lots;
    signal input slice[12];
    signal output sizes[12];
    signal output signs;
    signal output negative[10];
    for (var i = 0; i < 12; i++) { sizes[i] <== before[i] + column[i] * lots + slice[i]; }
    component checked = Sizes();
    checked.sizes <== sizes;
    var packed = 0;
    for (var i = 0; i < 10; i++) { packed += checked.signs[i] * (1 << i); }
    signs <== packed;
    component parts = NegativeParts();
    parts.sizes <== sizes;
    parts.signs <== checked.signs;
    negative <== parts.negative;
}

/// @title SizesOfVictim: sizes and signs after a slot that changes one column, or takes the same fraction of all
/// @input before in range with signs and negative parts; slice: F quarters of before, rounded up in magnitude, all zero but for a liquidation;
///        full {bool} F = 4; size0, sign0: size and sign of the column
/// @requires slice is an integer portion of before (Slice; the liquidator's range checks make it one); full = 1 implies column all zero
/// @ensures sizes = before + column * lots - slice, in range; negative right; signs right but for columns that a liquidation emptied
/// @argument what a liquidation leaves keeps its sign, or is zero: ceil(F |s| / 4) <= |s|. So only the traded column needs a range check.
///   A column that F < 4 empties may keep a sign bit of 1. Nothing reads it: the negative part of zero is zero, the slice of zero is zero, a
///   size of zero may neither grow nor turn whatever its sign says, a trade replaces the bit, and the next batch computes it anew.
/// @constraints NL 12 + 49 + 1 + 1 + 1 + 1 + 20
template SizesOfVictim() {
    signal input before[12];
    signal input signBits[10];
    signal input negativeBefore[10];
    signal input pickedSign[10];
    signal input column[13];
    signal input lots;
    signal input slice[12];
    signal input full;
    signal input size0;
    signal output sizes[12];
    signal output signs;
    signal output negative[10];
    for (var i = 0; i < 12; i++) { sizes[i] <== before[i] + column[i] * lots - slice[i]; }
    component traded = Signed(47);
    traded.in <== size0 + lots;
    (column[0] + column[1]) * traded.neg === 0; // spot is never negative
    var signsBefore = 0;
    var picked = 0;
    var place = 0;
    for (var i = 0; i < 10; i++) {
        signsBefore += signBits[i] * (1 << i);
        picked += pickedSign[i] * (1 << i);
        place += column[2 + i] * (1 << i);
    }
    signal set <== traded.neg * place;
    signs <== signsBefore - picked + set - full * signsBefore;
    signal below <== traded.neg * (size0 + lots);
    signal left[10];
    for (var i = 0; i < 10; i++) {
        left[i] <== signBits[i] * (before[2 + i] - slice[2 + i]);
        negative[i] <== left[i] + column[2 + i] * (below - negativeBefore[i]);
    }
}

/// @title SideAfter: one account after the slot
/// @param victim 1 for side A, whose upper margin bound is taken before the slot when it is liquidated, so that its margin is exact there
/// @input before and what SideBefore says of it; cashDelta; lots: what the instrument's column gains; slice: what a liquidation moves;
///        mustPass {bool}; liquidate {bool}; full {bool} the whole account is taken; reduceOnly {bool, 0 but for a trade}; column[13]: one-hot of the instrument
/// @requires before is in range with right signs; for a slot that does not use the side it is all zero and so is what moves
/// @ensures(1) sizes and cash after are in range, signs and negative parts after are right
/// @ensures(2) mustPass = 1 implies the pass rule; for the liquidator the strict one
/// @ensures(3) reduceOnly, or passing as not riskier in a perpetual or an option, implies that the size of the column neither grew nor changed sign
/// @ensures(4) victim and liquidate: maintenanceBefore is exact
template SideAfter(victim) {
    input Account() before;
    signal input signBits[10];
    signal input negative[10];
    signal input fairBefore;
    signal input maintenanceBefore;
    signal input cashDelta;
    signal input lots;
    signal input slice[12];
    signal input mustPass;
    signal input liquidate;
    signal input full;
    signal input reduceOnly;
    signal input column[13];
    input Prices() prices;
    signal input initialFactor;
    signal output cash;
    signal output sizes[12];
    signal output signs;
    signal output negativeAfter[10];

    // size and sign of the instrument's column
    signal pickedBefore[12];
    signal pickedSign[10];
    var size0 = 0;
    var sign = 0;
    var derivative = 0;
    for (var i = 0; i < 12; i++) {
        pickedBefore[i] <== column[i] * before.sizes[i];
        size0 += pickedBefore[i];
        if (i >= 2) {
            pickedSign[i - 2] <== column[i] * signBits[i - 2];
            sign += pickedSign[i - 2];
            derivative += column[i];
        }
    }

    //@satisfies(1)
    cash <== before.cash + cashDelta;
    component cashRange = RangeCheck(96);
    cashRange.in <== cash + (1 << 95);
    if (victim == 1) {
        component left = SizesOfVictim();
        left.before <== before.sizes;
        left.signBits <== signBits;
        left.negativeBefore <== negative;
        left.pickedSign <== pickedSign;
        left.column <== column;
        left.lots <== lots;
        left.slice <== slice;
        left.full <== full;
        left.size0 <== size0;
        sizes <== left.sizes;
        signs <== left.signs;
        negativeAfter <== left.negative;
    } else {
        component taken = SizesOfLiquidator();
        taken.before <== before.sizes;
        taken.column <== column;
        taken.lots <== lots;
        taken.slice <== slice;
        sizes <== taken.sizes;
        signs <== taken.signs;
        negativeAfter <== taken.negative;
        _ <== full;
    }

    component equity = Equity();
    equity.cash <== cash;
    equity.sizes <== sizes;
    equity.prices <== prices;
    // margin from above: of the state after for a side that must pass, of the state before for a victim, of nothing otherwise
    component upper = MaintenanceUpper();
    signal afterSize[12];
    signal afterNegative[10];
    for (var i = 0; i < 12; i++) {
        afterSize[i] <== mustPass * sizes[i];
        upper.sizes[i] <== afterSize[i] + (victim == 1 ? liquidate : 0) * before.sizes[i];
    }
    for (var i = 0; i < 10; i++) {
        afterNegative[i] <== mustPass * negativeAfter[i];
        upper.negative[i] <== afterNegative[i] + (victim == 1 ? liquidate : 0) * negative[i];
    }
    upper.prices <== prices;
    //@satisfies(4)
    if (victim == 1) { liquidate * (upper.maintenance - maintenanceBefore) === 0; }

    //@satisfies(2)
    component rule = PassRule();
    rule.enabled <== mustPass;
    if (victim == 1) { rule.healthyOnly <== 0; } else { rule.healthyOnly <== liquidate; }
    rule.fairBefore <== fairBefore;
    rule.maintenanceBefore <== maintenanceBefore;
    rule.equityAfter <== equity.equity;
    rule.fairAfter <== equity.fair;
    rule.maintenanceAfter <== upper.maintenance;
    rule.exposureAfter <== upper.exposure;
    rule.initialFactor <== initialFactor;

    //@satisfies(3)
    signal notRiskier <== rule.notRiskier * derivative;
    signal held <== (1 - reduceOnly) * (1 - notRiskier);
    signal magnitude0 <== (1 - 2 * sign) * size0;
    signal magnitude1 <== (1 - 2 * sign) * (size0 + lots); // negative if the sign changed
    signal kept <== (1 - held) * magnitude1;
    signal shrunk <== (1 - held) * (magnitude0 - magnitude1);
    component sameSign = RangeCheck(48);
    sameSign.in <== kept;
    component notGrown = RangeCheck(48);
    notGrown.in <== shrunk;
}
