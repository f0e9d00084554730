pragma circom 2.2.0;
include "../buses.circom";
include "../lib/range.circom";
include "../lib/division.circom";

/// @title Slice: t_i = sign(size_i) * ceil(F * |size_i| / 4) of every column
/// @requires |size_i| <= 2^47, signs right, F in {0, 1, 2, 4}
/// @requires the liquidator's size plus t_i is range-checked in 48 bits, and so was his size: this makes t_i an integer below 2^48 in
///   magnitude and 4 |t_i| = F |size_i| + rest, rest in {0, 1, 2, 3}, an equation of integers
/// @constraints 12 + 12 + 24 + 10
template Slice() {
    signal input sizes[12];
    signal input signs[10];
    signal input negative[10];
    signal input fraction;
    signal output slice[12];
    signal output lotsMoved; // sum of |t_i|, no cancellation
    signal product[12]; // 50 bits
    signal low[12];
    signal high[12];
    var moved = 0;
    for (var i = 0; i < 12; i++) {
        product[i] <== fraction * (i < 2 ? sizes[i] : sizes[i] - 2 * negative[i - 2]);
        low[i] <-- product[i] & 1; // witness: rest = -product mod 4
        high[i] <-- ((product[i] + low[i]) >> 1) & 1; // witness
        low[i] * (1 - low[i]) === 0;
        high[i] * (1 - high[i]) === 0;
        var quotient = (product[i] + low[i] + 2 * high[i]) / 4;
        slice[i] <== i < 2 ? quotient : (1 - 2 * signs[i - 2]) * quotient;
        moved += quotient;
    }
    lotsMoved <== moved;
}

/// @title Liquidate: the terms of docs/rules.md section 8
/// @input liquidate {bool}, quarter, half, full {bool} one-hot of the fraction; equity and fair equity (scale 2^24) and the exact maintenance of A;
///        lotsMoved: the sum of the slice's magnitudes
/// @input insurance before, leastReward as the liquidator signed it
/// @requires |equity|, |fair| < 2^120, equity <= fair, maintenance < 2^106, insurance in [0, 2^95)
/// @ensures(1) A is strictly below maintenance; the whole account only if 2e < m or e < dustEquity;
///   a part of it only if that part is not empty
/// @ensures(2) discount d = min(floor(rate * F * (m - e) / 4), max(0, floor(F f / 4))), shared by discountShare
/// @ensures(3) topUp = ceil(F * max(0, -f) / 4) which insurance holds; where f < 0, bounty = min(bounty F / 4, rate F m / 4, topUp, what insurance has left)
/// @ensures(4) the liquidator's reward is at least leastReward
/// @ensures(5) victimCash and liquidatorCash, which come on top of the payment for the slice, are 0 and insurance is kept when liquidate = 0
template Liquidate() {
    signal input liquidate;
    signal input quarter;
    signal input half;
    signal input full;
    signal input equity;
    signal input fair;
    signal input maintenance;
    signal input lotsMoved;
    signal input insurance;
    signal input leastReward;
    input Limits() limits;
    signal output victimCash;
    signal output liquidatorCash;
    signal output insuranceAfter;
    var fraction = quarter + 2 * half + 4 * full;

    //@satisfies(1)
    signal shortfall <== liquidate * (maintenance * (1 << 16) - equity * 10000); // scale 2^24 * 1e4, 135 bits
    component below = RangeCheck(136);
    below.in <== shortfall - liquidate;
    // witness: which reason allows the whole account. Constrained to 0 or 1 below; a reason that does not hold fails the range check of `whole`
    signal dust <-- equity + 1 <= limits.dustEquity * (1 << 24) ? 1 : 0;
    dust * (1 - dust) === 0;
    var isDust = limits.dustEquity * (1 << 24) - equity - 1;
    var isDeep = maintenance * (1 << 16) - 2 * equity * 10000 - 1;
    signal reason <== dust * (isDust - isDeep) + isDeep;
    signal allowed <== full * reason;
    component whole = RangeCheck(137);
    whole.in <== allowed;

    signal inverse <-- (quarter + half) * (lotsMoved == 0 ? 0 : 1 / lotsMoved); // witness
    lotsMoved * inverse === quarter + half;

    //@satisfies(2) (3) one quotient serves the discount of a solvent account and the top-up of an insolvent one
    signal gated <== liquidate * fair;
    component sign = Signed(121);
    sign.in <== gated;
    signal portion <== fraction * sign.abs; // 124 bits
    component share = FloorShift(26, 98);
    share.num <== portion + sign.neg * ((1 << 26) - 1); // floor of a surplus, ceil of a deficit
    signal topUp <== sign.neg * share.q;
    var surplus = share.q - topUp;
    signal rate <== limits.discountRate * fraction;
    // rate * F * (m - e) of a solvent account, rate * F * m of an insolvent one; sign.neg is 0 unless this is a liquidation
    signal debt <== sign.neg * equity;
    signal scaled <== rate * (shortfall + debt * 10000); // 17 + 3 + 136 = 156 bits
    component penalty = FloorDivConst(10000 * (1 << 42), 56, 101);
    penalty.num <== scaled;
    var excess = penalty.q - surplus;
    signal byRate <-- excess <= 0 ? 1 : 0; // witness: the rate is the smaller term
    byRate * (1 - byRate) === 0;
    signal taken <== byRate * excess;
    component smaller = RangeCheck(102);
    smaller.in <== excess - 2 * taken;
    var discount = surplus + taken;
    signal sharing <== limits.discountShare * discount; // 17 + 99 bits
    component toLiquidator = FloorShift(16, 100);
    toLiquidator.num <== sharing;

    //@satisfies(3)
    var left = insurance - topUp;
    component holds = RangeCheck(95);
    holds.in <== left;
    signal offered <== limits.bounty * fraction;
    component offer = FloorShift(2, 61);
    offer.num <== offered;
    var above = offer.q - penalty.q;
    signal offerIsLess <-- above <= 0 ? 1 : 0; // witness
    offerIsLess * (1 - offerIsLess) === 0;
    signal lowered <== offerIsLess * above;
    component leastOfTwo = RangeCheck(102);
    leastOfTwo.in <== above - 2 * lowered;
    var overTopUp = penalty.q + lowered - topUp;
    signal byTopUp <-- overTopUp <= 0 ? 0 : 1; // witness
    byTopUp * (1 - byTopUp) === 0;
    signal kept <== (1 - byTopUp) * overTopUp;
    component leastOfThree = RangeCheck(102);
    leastOfThree.in <== overTopUp - 2 * kept;
    var over = topUp + kept - left;
    signal affordable <-- over <= 0 ? 1 : 0; // witness
    affordable * (1 - affordable) === 0;
    signal limited <== affordable * over;
    component lesser = RangeCheck(102);
    lesser.in <== over - 2 * limited;
    signal bounty <== sign.neg * (left + limited);

    //@satisfies(4)
    component reward = RangeCheck(60);
    reward.in <== leastReward;
    signal surplusReward <== liquidate * (toLiquidator.q + bounty - leastReward);
    component rewarded = RangeCheck(102);
    rewarded.in <== surplusReward;

    victimCash <== topUp - discount;
    liquidatorCash <== toLiquidator.q + bounty;
    insuranceAfter <== left + discount - toLiquidator.q - bounty;
}
