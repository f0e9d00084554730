pragma circom 2.2.0;
include "buses.circom";
include "side.circom";
include "custody.circom";
include "authorise.circom";
include "transitions/deposit.circom";
include "transitions/liquidate.circom";
include "transitions/trade.circom";
include "payment.circom";
include "lib/poseidon.circom";
include "lib/range.circom";
include "lib/order-lanes-constants.circom";

/// @title Slot: one transition of any kind on two accounts and the ledger's own words, docs/rules.md section 7
/// @input before[2]: accounts A and B after touch, all zero where the kind does not use the side
/// @input index[2] their indices; time, ledgerId; prices, limits; the words as circuit-inputs.md names them
/// @input kind with what Kinds says of it: is, uses, column and the fraction's one-hot
/// @requires Kinds of kind, instrument, chain, fraction, amount, price and fees; index < 2^32 where used; before in range with right signs
template Slot() {
    signal input ledgerId;
    input Prices() prices;
    input Limits() limits;
    signal input kind;
    input Kind() is;
    signal input uses[2];
    signal input column[13];
    signal input quarter;
    signal input half;
    signal input full;
    signal input index[2];
    signal input instrument;
    signal input chain;
    signal input fraction;
    signal input amount;
    signal input price;
    signal input key[2];
    signal input address;
    signal input newMinOrderId;
    signal input leastReward;
    input Order() order[2];
    signal input laneOrderId[2];
    signal input laneFilled[2];
    signal input groupLanes[2][8];
    signal input groups[2][8];
    signal input R8[2][2];
    signal input S[2];
    input Account() before[2];
    input Chain() chainsBefore[2];
    signal input openInterestBefore[10];
    signal input insuranceBefore;
    signal input feesBefore;
    signal input commitmentBefore;
    output Account() after[2];
    output Chain() chainsAfter[2];
    signal output openInterest[10];
    signal output insurance;
    signal output fees;
    signal output commitment;

    var isQuote = column[12];

    // who must exist: everyone but the account that a deposit may create
    (uses[0] - is.deposit) * (1 - before[0].exists) === 0;
    uses[1] * (1 - before[1].exists) === 0;

    // ---- what moves
    component was[2];
    component side[2];
    side[0] = SideAfter(1);
    side[1] = SideAfter(0);
    for (var s = 0; s < 2; s++) {
        was[s] = SideBefore();
        was[s].account <== before[s];
        was[s].prices <== prices;
    }
    component slice = Slice();
    slice.sizes <== before[0].sizes;
    slice.signs <== was[0].signBits;
    slice.negative <== was[0].negative;
    slice.fraction <== fraction;
    component terms = Liquidate();
    terms.liquidate <== is.liquidate;
    terms.quarter <== quarter;
    terms.half <== half;
    terms.full <== full;
    terms.equity <== was[0].equity;
    terms.fair <== was[0].fair;
    terms.lotsMoved <== slice.lotsMoved;
    terms.maintenance <== was[0].maintenance;
    terms.insurance <== insuranceBefore;
    terms.leastReward <== leastReward;
    terms.limits <== limits;

    component payment = Payment();
    payment.amount <== amount;
    payment.price <== price;
    payment.slice <== slice.slice;
    payment.column <== column;
    payment.prices <== prices;

    // a deposit that does not fit: all but `rest` is credited
    signal cashBefore <== is.deposit * before[0].cash;
    signal spot[2];
    for (var u = 0; u < 2; u++) { spot[u] <== column[u] * before[0].sizes[u]; }
    signal rest <-- is.deposit * (isQuote // witness, constrained by Deposit
        ? (amount + cashBefore - ((1 << 95) - 1) > 0 ? amount + cashBefore - ((1 << 95) - 1) : 0)
        : (amount + spot[0] + spot[1] - ((1 << 47) - 1) > 0 ? amount + spot[0] + spot[1] - ((1 << 47) - 1) : 0));
    var moved = amount - rest;
    signal quoteMoved <== isQuote * moved;
    var lotsMoved = moved - quoteMoved;
    signal quoteA <== (is.deposit - is.withdraw - is.transfer) * quoteMoved;
    signal quoteB <== is.transfer * quoteMoved;
    signal lotsA <== (is.deposit + is.trade - is.withdraw - is.transfer) * lotsMoved;
    signal lotsB <== (is.transfer - is.trade) * lotsMoved;

    side[0].cashDelta <== quoteA - payment.pay - order[0].fee + terms.victimCash;
    side[1].cashDelta <== quoteB + payment.pay - order[1].fee + terms.liquidatorCash;
    side[0].lots <== lotsA;
    side[1].lots <== lotsB;
    side[0].mustPass <== is.withdraw + is.transfer + is.trade;
    side[1].mustPass <== is.trade + is.liquidate;
    for (var s = 0; s < 2; s++) {
        side[s].before <== before[s];
        side[s].signBits <== was[s].signBits;
        side[s].negative <== was[s].negative;
        side[s].fairBefore <== was[s].fair;
        side[s].maintenanceBefore <== was[s].maintenance;
        side[s].slice <== slice.slice;
        side[s].full <== full;
        side[s].liquidate <== is.liquidate;
        side[s].reduceOnly <== is.trade * order[s].reduceOnly;
        side[s].column <== column;
        side[s].prices <== prices;
        side[s].initialFactor <== limits.initialFactor;
    }
    component deposit = Deposit();
    deposit.deposit <== is.deposit;
    deposit.isQuote <== isQuote;
    deposit.rest <== rest;
    deposit.cashAfter <== side[0].cash;
    deposit.sizeAfter <== spot[0] + spot[1] + lotsA;

    // ---- the ledger's own words
    component custody = Custody();
    custody.before[0] <== chainsBefore[0];
    custody.before[1] <== chainsBefore[1];
    custody.is <== is;
    custody.chain <== chain;
    custody.instrument <== instrument;
    custody.column <== column;
    custody.amount <== amount;
    custody.rest <== rest;
    custody.key <== key;
    custody.address <== address;
    chainsAfter[0] <== custody.after[0];
    chainsAfter[1] <== custody.after[1];
    insurance <== terms.insuranceAfter;
    component feeRange = FeeRange();
    for (var s = 0; s < 2; s++) { feeRange.fee[s] <== order[s].fee; }
    fees <== feesBefore + order[0].fee + order[1].fee;
    // open interest is the sum of positive parts: size less negative part, after and before
    for (var i = 0; i < 10; i++) {
        openInterest[i] <== openInterestBefore[i]
            + side[0].sizes[2 + i] - side[0].negativeAfter[i] - before[0].sizes[2 + i] + was[0].negative[i]
            + side[1].sizes[2 + i] - side[1].negativeAfter[i] - before[1].sizes[2 + i] + was[1].negative[i];
    }
    component market = TradeMarket();
    market.column <== column;
    market.openInterestBefore <== openInterestBefore;
    market.openInterestAfter <== openInterest;
    market.time <== prices.time;
    market.limits <== limits;

    // ---- orders
    component orders[2];
    orders[0] = OrderSide(0);
    orders[1] = OrderSide(1);
    component unexpired[2];
    component expiryRange[2];
    for (var s = 0; s < 2; s++) {
        orders[s].order <== order[s];
        orders[s].trade <== is.trade;
        orders[s].amount <== amount;
        orders[s].price <== price;
        orders[s].instrument <== instrument;
        orders[s].minOrderId <== before[s].minOrderId;
        orders[s].ordersRoot <== before[s].ordersRoot;
        orders[s].laneOrderId <== laneOrderId[s];
        orders[s].laneFilled <== laneFilled[s];
        orders[s].groupLanes <== groupLanes[s];
        orders[s].groups <== groups[s];
        unexpired[s] = RangeCheck(40);
        unexpired[s].in <== (is.trade + s * is.liquidate) * (order[s].expiry - prices.time);
        expiryRange[s] = RangeCheck(40);
        expiryRange[s].in <== order[s].expiry;
    }

    // ---- who signed
    component floorRange = RangeCheck(48);
    floorRange.in <== newMinOrderId;
    component rises = RangeCheck(48);
    rises.in <== is.cancel * (newMinOrderId - before[0].minOrderId - 1);

    component message[2];
    signal sequence[2];
    for (var s = 0; s < 2; s++) {
        sequence[s] <== is.trade * (order[s].orderId - before[s].nonce) + before[s].nonce;
        message[s] = Message();
        message[s].kind <== kind;
        message[s].account <== index[s];
        message[s].sequence <== sequence[s];
        message[s].ledgerId <== ledgerId;
    }
    signal withdrawBody <== is.withdraw * (instrument + chain * (1 << 4) + amount * (1 << 8));
    signal transferBody <== is.transfer * (instrument + index[1] * (1 << 4) + amount * (1 << 40));
    signal orderBody[2];
    for (var s = 0; s < 2; s++) { orderBody[s] <== is.trade * orders[s].body; }
    signal cancelBody <== is.cancel * newMinOrderId;
    signal keyBody <== is.setKey * key[0];
    message[0].body[0] <== withdrawBody + transferBody + orderBody[0] + cancelBody + keyBody;
    signal recipientBody <== is.withdraw * address;
    signal secondKeyBody <== is.setKey * key[1];
    message[0].body[1] <== recipientBody + secondKeyBody;
    signal liquidateBody <== is.liquidate * (index[0] + fraction * (1 << 32) + leastReward * (1 << 35) + order[1].expiry * (1 << 96));
    message[1].body[0] <== orderBody[1] + liquidateBody;
    message[1].body[1] <== 0;

    var signsA = is.withdraw + is.transfer + is.trade + is.cancel + is.setKey;
    var signsB = is.trade + is.liquidate;
    signal messageA <== signsA * message[0].out;
    signal ownB <== signsB * message[1].out;
    signal messageB <== is.setKey * message[0].out + ownB;
    component signedBy[2];
    signedBy[0] = Authorised();
    signedBy[0].required <== signsA;
    signedBy[0].key <== before[0].owner;
    signedBy[0].message <== messageA;
    signedBy[1] = Authorised();
    signedBy[1].required <== signsB + is.setKey;
    for (var c = 0; c < 2; c++) { signedBy[1].key[c] <== is.setKey * key[c] + before[1].owner[c]; } // B is all zero in setKey
    signedBy[1].message <== messageB;
    for (var s = 0; s < 2; s++) {
        signedBy[s].R8 <== R8[s];
        signedBy[s].S <== S[s];
    }

    // ---- the accounts after
    signal topsUp <== is.deposit * before[0].exists; // a deposit into an account that exists
    var creates = is.deposit - topsUp;
    signal keyStep[2];
    for (var c = 0; c < 2; c++) {
        topsUp * (before[0].owner[c] - key[c]) === 0; // and the exit address below
        keyStep[c] <== (creates + is.setKey) * (key[c] - before[0].owner[c]);
        after[0].owner[c] <== before[0].owner[c] + keyStep[c];
        after[1].owner[c] <== before[1].owner[c];
    }
    topsUp * (before[0].exitAddress - address) === 0;
    signal exitStep <== creates * address;
    signal cancelStep <== is.cancel * (newMinOrderId - before[0].minOrderId);
    after[0].exists <== before[0].exists + creates;
    after[0].exitAddress <== before[0].exitAddress + exitStep;
    after[0].nonce <== before[0].nonce + signsA - is.trade;
    after[0].minOrderId <== before[0].minOrderId + cancelStep + creates;
    after[0].ordersRoot <== orders[0].newOrdersRoot + creates * EMPTY_ORDERS_ROOT();
    after[1].exists <== before[1].exists;
    after[1].exitAddress <== before[1].exitAddress;
    after[1].nonce <== before[1].nonce + is.liquidate;
    after[1].minOrderId <== before[1].minOrderId;
    after[1].ordersRoot <== orders[1].newOrdersRoot;
    for (var s = 0; s < 2; s++) {
        after[s].cash <== side[s].cash;
        after[s].sizes <== side[s].sizes;
        after[s].signs <== side[s].signs;
    }

    // ---- the commitment, docs/rules.md section 9
    signal headerA <== uses[0] * (kind + index[0] * (1 << 8) + instrument * (1 << 72) + chain * (1 << 76) + fraction * (1 << 78));
    signal headerB <== uses[1] * index[1];
    signal depositWord <== is.deposit * custody.depositHead;
    component link = Poseidon(6);
    link.inputs[0] <== commitmentBefore;
    link.inputs[1] <== headerA + headerB * (1 << 40);
    link.inputs[2] <== messageA + depositWord;
    link.inputs[3] <== messageB;
    link.inputs[4] <== amount + price * (1 << 60);
    link.inputs[5] <== order[0].fee + (1 << 60) + (order[1].fee + (1 << 60)) * (1 << 61);
    commitment <== link.out;
}
