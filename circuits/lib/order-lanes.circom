pragma circom 2.2.0;

include "order-lanes-constants.circom";
include "poseidon.circom";
include "range.circom";

/// Which orders of an account are filled how far, in 64 lanes: lane = orderId * 2^48 + filled. Order number n uses lane n mod 64. The account
/// commits to its lanes by ordersRoot = Poseidon(8) of eight groups, group g = Poseidon(8) of lanes 8g..8g+7; EMPTY_ORDERS_ROOT() is that of
/// 64 zeros.

/// @title OrderLanes: fills an order
/// @input enabled boolean; 0 for a slot without an order, in which case every other input but root may be 0
/// @input orderId any field element
/// @input fill 0 <= fill < 2^47
/// @input orderSize 0 <= orderSize < 2^47, signed by the owner
/// @input root ordersRoot before
/// @input laneOrderId, laneFilled what the lane holds before
/// @input groupLanes[8] the lanes of the order's group before
/// @input groups[8] the group hashes before
/// @output newRoot ordersRoot after
/// @output orderIdBits[48] least significant first
/// @output filled how far the order is filled after
/// @requires(1) enabled is 0 or 1
/// @requires(2) fill and orderSize are in [0, 2^47)
/// @requires(3) every lane under root is 0 or was written by this template, so it is below 2^96 as an integer
/// @ensures(1) 0 <= orderId < 2^48, and orderIdBits are its digits
/// @ensures(2) laneOrderId <= orderId: a lane taken over by a larger id is closed for the smaller ones
/// @ensures(3) filled = laneFilled + fill if orderId = laneOrderId, else fill
/// @ensures(4) filled <= orderSize
/// @ensures(5) enabled = 1: root commits to 64 lanes, lane orderId mod 64 of which is laneOrderId * 2^48 + laneFilled with 0 <= laneFilled < 2^47 and
///   0 <= laneOrderId < 2^48; newRoot commits to the same lanes with that one replaced by orderId * 2^48 + filled
/// @ensures(6) enabled = 0: newRoot = root
/// @constraints NL 1839, linear 36
///
/// | orderId against laneOrderId | lane after               | accepted if                       |
/// |-----------------------------|--------------------------|-----------------------------------|
/// | larger                      | orderId, fill            | fill <= orderSize                 |
/// | equal                       | orderId, laneFilled+fill | laneFilled + fill <= orderSize    |
/// | smaller                     |                          | never                             |
template OrderLanes() {
    signal input enabled;
    signal input orderId;
    signal input fill;
    signal input orderSize;
    signal input root;
    signal input laneOrderId;
    signal input laneFilled;
    signal input groupLanes[8];
    signal input groups[8];
    signal output newRoot;
    signal output orderIdBits[48];
    signal output filled;

    component idBits = Bits(48);
    idBits.in <== orderId; //@satisfies(1)
    orderIdBits <== idBits.out;

    // same = 1 if the order continues the lane; the hint `inverse` is free then
    var ahead = orderId - laneOrderId;
    signal inverse <-- ahead == 0 ? 0 : 1 / ahead; // witness
    signal same <== 1 - ahead * inverse;
    ahead * same === 0;
    component larger = RangeCheck(48);
    larger.in <== (1 - same) * (ahead - 1); //@satisfies(2) 0 < ahead <= 2^48 unless the ids are the same

    filled <== same * laneFilled + fill; //@satisfies(3)
    component left = RangeCheck(47);
    left.in <== orderSize - filled; //@satisfies(4) both terms below 2^48: no wrap

    // The lane unpacks in one way: laneFilled is below 2^47, and -2^48 <= laneOrderId < 2^48 by (1) and (2), so the packed value
    // is an integer in [-2^96, 2^96) whose two parts are unique; it equals a lane in [0, 2^96) by requires(3), so laneOrderId is not negative.
    component canonical = RangeCheck(47);
    canonical.in <== laneFilled;

    component lane = Replace8();
    lane.values <== groupLanes;
    for (var i = 0; i < 3; i++) { lane.bits[i] <== idBits.out[i]; }
    lane.new <== orderId * (1 << 48) + filled;
    lane.old === laneOrderId * (1 << 48) + laneFilled; //@satisfies(5) the lane shown is in groupLanes
    signal groupBefore <== Poseidon(8)(groupLanes);
    signal groupAfter <== Poseidon(8)(lane.after);

    component group = Replace8();
    group.values <== groups;
    for (var i = 0; i < 3; i++) { group.bits[i] <== idBits.out[3 + i]; }
    group.new <== groupAfter;
    enabled * (group.old - groupBefore) === 0; //@satisfies(5) groupLanes are the group of the order

    signal rootBefore <== Poseidon(8)(groups);
    signal rootAfter <== Poseidon(8)(group.after);
    enabled * (rootBefore - root) === 0; //@satisfies(5)
    newRoot <== root + enabled * (rootAfter - root); //@satisfies(5) (6)
}

/// @title Replace8: reads one of eight values and replaces it
/// @input values[8]
/// @input bits[3] number of the value, least significant first
/// @input new what replaces it
/// @output old the value before
/// @output after[8]
/// @requires(1) every bits[i] is 0 or 1
/// @ensures(1) old = values[number]
/// @ensures(2) after = values with values[number] replaced by new
/// @constraints NL 17, linear 0
template Replace8() {
    signal input values[8];
    signal input bits[3];
    signal input new;
    signal output old;
    signal output after[8];

    // read: one of four in each half, then the half
    signal low[2];
    signal high[2];
    signal picked[2];
    for (var h = 0; h < 2; h++) {
        low[h] <== bits[0] * (values[4 * h + 1] - values[4 * h]);
        high[h] <== bits[0] * (values[4 * h + 3] - values[4 * h + 2]);
        picked[h] <== values[4 * h] + low[h] + bits[1] * (values[4 * h + 2] + high[h] - values[4 * h] - low[h]);
    }
    old <== picked[0] + bits[2] * (picked[1] - picked[0]); //@satisfies(1)

    // write: the change goes to one half, and inside it to one value
    signal both <== bits[0] * bits[1];
    var place[4] = [1 - bits[0] - bits[1] + both, bits[0] - both, bits[1] - both, both];
    signal upper <== bits[2] * (new - old);
    for (var i = 0; i < 4; i++) {
        after[i] <== values[i] + place[i] * (new - old - upper);
        after[4 + i] <== values[4 + i] + place[i] * upper;
    } //@satisfies(2)
}
