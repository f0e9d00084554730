pragma circom 2.2.0;

include "range.circom";

// Comparisons of 4 bits with every bound there is, each with bits of its own: one circuit instead of sixteen to compile.

template AtMostEvery() {
    signal input bits[16][4];
    component compare[16];
    for (var max = 0; max < 16; max++) {
        compare[max] = AssertAtMostBits(4, max);
        compare[max].bits <== bits[max];
    }
}

// An array of CompareBits itself does not compile: some of them have no hints.
template AtLeast(min) {
    signal input bits[4];
    component compare = CompareBits(4, BITS_OF(4, 15 - min), 1);
    compare.bits <== bits;
}

template AtLeastEvery() {
    signal input bits[16][4];
    component compare[16];
    for (var min = 0; min < 16; min++) {
        compare[min] = AtLeast(min);
        compare[min].bits <== bits[min];
    }
}
