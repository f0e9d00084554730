pragma circom 2.2.0;

include "range.circom";

/// @title FloorShift: division by a power of two, rounded down
/// @param SHIFT 1.., number of bits dropped
/// @param Q_BITS 1.., SHIFT + Q_BITS <= 252
/// @input num any field element, read as negative above r/2
/// @output q signed, -2^Q_BITS <= q < 2^Q_BITS
/// @ensures(1) -2^(SHIFT + Q_BITS) <= num < 2^(SHIFT + Q_BITS)
/// @ensures(2) q = floor(num / 2^SHIFT), towards minus infinity also for negative num
/// @constraints NL SHIFT + Q_BITS + 1, linear 2
/// @argument num + 2^(SHIFT + Q_BITS) is split into SHIFT + Q_BITS + 1 <= 253 unique bits; dropping the low SHIFT bits of that integer is the
///   floor of num / 2^SHIFT plus 2^Q_BITS. Quotient and remainder are both bounded by their numbers of bits.
template FloorShift(SHIFT, Q_BITS) {
    signal input num;
    signal output q;

    assert(SHIFT >= 1 && Q_BITS >= 1 && SHIFT + Q_BITS <= 252);
    var biased = num + (1 << (SHIFT + Q_BITS)); // not negative, so the hints need no case for the sign
    signal bit[SHIFT + Q_BITS + 1];
    var sum = 0;
    var high = 0;
    for (var i = 0; i <= SHIFT + Q_BITS; i++) {
        bit[i] <-- (biased >> i) & 1; // witness
        bit[i] * (1 - bit[i]) === 0;
        sum += bit[i] * (1 << i);
        if (i >= SHIFT) { high += bit[i] * (1 << (i - SHIFT)); }
    }
    biased === sum; //@satisfies(1) at most 253 bits, no wrap
    q <== high - (1 << Q_BITS); //@satisfies(2)
}

/// @title FloorDivConst: division of an unsigned number by a constant, rounded down
/// @param DEN 1..2^DEN_BITS
/// @param DEN_BITS 1.., bits of the remainder; DEN_BITS + Q_BITS <= 253
/// @param Q_BITS 1..
/// @input num any field element
/// @output q 0 <= q < 2^Q_BITS
/// @ensures(1) 0 <= num < 2^Q_BITS * DEN
/// @ensures(2) q = floor(num / DEN)
/// @constraints NL DEN_BITS + Q_BITS + zero runs of DEN - 1 (see CompareBits), linear 1 (+ CompareBits)
/// @argument num = q * DEN + rem with 0 <= rem < DEN and 0 <= q < 2^Q_BITS; the right side is below 2^(Q_BITS + DEN_BITS) <= 2^253, so the
///   equation holds as integers and determines q and rem.
template FloorDivConst(DEN, DEN_BITS, Q_BITS) {
    signal input num;
    signal output q;

    assert(DEN >= 1 && DEN <= (1 << DEN_BITS) && DEN_BITS + Q_BITS <= 253);
    q <-- num \ DEN; // witness
    component quotient = RangeCheck(Q_BITS);
    quotient.in <== q;

    signal rem[DEN_BITS];
    var hint = num % DEN;
    var sum = 0;
    for (var i = 0; i < DEN_BITS; i++) {
        rem[i] <-- (hint >> i) & 1; // witness
        rem[i] * (1 - rem[i]) === 0;
        sum += rem[i] * (1 << i);
    }
    component below = AssertAtMostBits(DEN_BITS, DEN - 1);
    below.bits <== rem;
    num === q * DEN + sum; //@satisfies(1) (2) DEN_BITS + Q_BITS <= 253 bits, no wrap
}
