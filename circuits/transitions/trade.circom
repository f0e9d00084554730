pragma circom 2.2.0;
include "../buses.circom";
include "../lib/range.circom";
include "../lib/order-lanes.circom";

/// @title OrderSide: one order of a trade. side 0 buys, side 1 sells
/// @input trade {bool}; amount and price (56 bits); the account's minOrderId and ordersRoot; the lane's witness
/// @ensures(1) trade = 1 implies: orderId >= minOrderId, price within the limit, the lane admits the fill
/// @requires |fee| < 2^62, by FeeRange
/// @ensures(2) fee * orderSize <= maxFee * amount: maxFee is for the whole order, charged pro rata
/// @ensures(3) body packs the order uniquely: each field is below the place of the next
/// @constraints NL OrderLanes + 1 + 1 + 48 + 56 * 2 + 47 + 1 + 60 + 2 + 110
template OrderSide(side) {
    input Order() order;
    signal input trade;
    signal input amount;
    signal input price;
    signal input instrument;
    signal input minOrderId;
    signal input ordersRoot;
    signal input laneOrderId;
    signal input laneFilled;
    signal input groupLanes[8];
    signal input groups[8];
    signal output newOrdersRoot;
    signal output body;

    component lanes = OrderLanes();
    lanes.enabled <== trade;
    lanes.orderId <== order.orderId;
    signal fill <== trade * amount;
    lanes.fill <== fill;
    lanes.orderSize <== order.orderSize;
    lanes.root <== ordersRoot;
    lanes.laneOrderId <== laneOrderId;
    lanes.laneFilled <== laneFilled;
    lanes.groupLanes <== groupLanes;
    lanes.groups <== groups;
    newOrdersRoot <== lanes.newRoot;

    //@satisfies(1)
    component alive = RangeCheck(48);
    alive.in <== trade * (order.orderId - minOrderId);
    component limit = RangeCheck(56);
    limit.in <== side == 0 ? order.limitPrice - price : price - order.limitPrice;
    component limitRange = RangeCheck(56);
    limitRange.in <== order.limitPrice;
    // OrderLanes requires it, and the packing below: a size beyond its place would give one message two readings
    component sizeRange = RangeCheck(47);
    sizeRange.in <== order.orderSize;
    order.reduceOnly * (1 - order.reduceOnly) === 0;

    //@satisfies(2)
    component maxFeeRange = RangeCheck(60);
    maxFeeRange.in <== order.maxFee;
    signal most <== order.maxFee * fill;      // 60 + 46 bits
    signal asked <== order.fee * order.orderSize;   // 62 + 47 bits, signed
    component fair = RangeCheck(110);
    fair.in <== most - asked;

    //@satisfies(3) expiry < 2^40 (Slot), orderSize < 2^47, limitPrice < 2^56, maxFee < 2^60
    body <== instrument + side * (1 << 4) + order.reduceOnly * (1 << 5) + order.expiry * (1 << 6) + order.orderSize * (1 << 54)
        + order.limitPrice * (1 << 102) + order.maxFee * (1 << 160);
}

/// @title FeeRange: both fees of a trade
/// @ensures fee[0] in [-2^60, 2^60), fee[0] + fee[1] in [0, 2^62): so |fee[1]| < 2^62, and with fee <= maxFee of both orders
///   (OrderSide) each fee is in [-2^60, 2^60)
/// @constraints NL 61 + 62
template FeeRange() {
    signal input fee[2];
    component first = RangeCheck(61);
    first.in <== fee[0] + (1 << 60);
    component sum = RangeCheck(62);
    sum.in <== fee[0] + fee[1];
}

/// @title TradeMarket: what a trade owes to the market: no expired option, open interest at most max(cap, before)
/// @input openInterestBefore, openInterestAfter of columns 2..11
/// @requires trade = 0 implies column[2..11] = 0
/// @constraints 8 + 1 + 41 + 30 + 2 + 65
template TradeMarket() {
    signal input column[13];
    signal input openInterestBefore[10];
    signal input openInterestAfter[10];
    signal input time;
    input Limits() limits;
    signal term[8];
    var expiry = 0;
    var option = 0;
    for (var k = 0; k < 8; k++) {
        term[k] <== column[4 + k] * limits.optionExpiry[k];
        expiry += term[k];
        option += column[4 + k];
    }
    signal life <== option * (expiry - time - 1);
    component alive = RangeCheck(40);
    alive.in <== life;

    signal old[10];
    signal new[10];
    signal cap[10];
    var was = 0;
    var is = 0;
    var most = 0;
    for (var i = 0; i < 10; i++) {
        old[i] <== column[2 + i] * openInterestBefore[i];
        new[i] <== column[2 + i] * openInterestAfter[i];
        cap[i] <== column[2 + i] * limits.openInterestCap[i];
        was += old[i];
        is += new[i];
        most += cap[i];
    }
    signal grandfathered <-- is <= most ? 0 : 1; // witness: allowed since it does not grow
    grandfathered * (1 - grandfathered) === 0;
    signal bound <== grandfathered * (was - most) + most;
    component within = RangeCheck(64);
    within.in <== bound - is;
}
