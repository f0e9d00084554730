pragma circom 2.2.0;
include "side.circom";
include "transitions/liquidate.circom";

/// What a liquidation moves, as a slot wires it: the slice, the victim without it and the liquidator with it. No column is traded.
template Slices() {
    signal input victim[12];
    signal input victimSigns[10];
    signal input victimNegative[10];
    signal input liquidator[12];
    signal input fraction;
    signal input full;
    signal output slice[12];
    signal output lotsMoved;
    signal output left[12];
    signal output leftSigns;
    signal output leftNegative[10];
    signal output taken[12];
    signal output takenSigns;
    signal output takenNegative[10];
    component cut = Slice();
    cut.sizes <== victim;
    cut.signs <== victimSigns;
    cut.negative <== victimNegative;
    cut.fraction <== fraction;
    slice <== cut.slice;
    lotsMoved <== cut.lotsMoved;
    component a = SizesOfVictim();
    a.before <== victim;
    a.signBits <== victimSigns;
    a.negativeBefore <== victimNegative;
    for (var i = 0; i < 10; i++) { a.pickedSign[i] <== 0; }
    for (var i = 0; i < 13; i++) { a.column[i] <== 0; }
    a.lots <== 0;
    a.slice <== cut.slice;
    a.full <== full;
    a.size0 <== 0;
    left <== a.sizes;
    leftSigns <== a.signs;
    leftNegative <== a.negative;
    component b = SizesOfLiquidator();
    b.before <== liquidator;
    for (var i = 0; i < 13; i++) { b.column[i] <== 0; }
    b.lots <== 0;
    b.slice <== cut.slice;
    taken <== b.sizes;
    takenSigns <== b.signs;
    takenNegative <== b.negative;
}
