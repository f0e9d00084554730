pragma circom 2.2.0;

/// Ranges, signs and comparisons with constants. Values are field elements; "as an integer" means the representative in [0, r).

/// @title Bits: binary digits, least significant first
/// @param n 1..253; 2^253 < r, so the digits are unique
/// @input in any field element
/// @output out[n] booleans
/// @ensures(1) every out[i] is 0 or 1
/// @ensures(2) in = sum of out[i] * 2^i as integers; so 0 <= in < 2^n
/// @constraints NL n, linear 1
template Bits(n) {
    signal input in;
    signal output out[n];

    assert(n >= 1 && n <= 253);
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1; // witness
        out[i] * (1 - out[i]) === 0; //@satisfies(1)
        sum += out[i] * (1 << i);
    }
    in === sum; //@satisfies(2) the sum is below 2^253 < r: no wrap
}

/// @title RangeCheck: 0 <= in < 2^n
/// @param n 1..253
/// @input in any field element
/// @ensures(1) 0 <= in < 2^n
/// @constraints NL n, linear 0
/// @argument n - 1 bits are signals; the top bit is implied: in minus the low bits is 0 or 2^(n-1). At most 2^253 - 1 < r: no wrap.
template RangeCheck(n) {
    signal input in;

    assert(n >= 1 && n <= 253);
    signal bit[n - 1];
    var low = 0;
    for (var i = 0; i < n - 1; i++) {
        bit[i] <-- (in >> i) & 1; // witness
        bit[i] * (1 - bit[i]) === 0;
        low += bit[i] * (1 << i);
    }
    (in - low) * (in - low - (1 << (n - 1))) === 0; //@satisfies(1)
}

/// @title IsZero
/// @input in any field element
/// @output out boolean
/// @ensures(1) out = 1 if in = 0, else 0
/// @constraints NL 2, linear 0
/// @notice The hint `inverse` is free when in = 0; nothing else depends on it.
template IsZero() {
    signal input in;
    signal output out;

    signal inverse <-- in == 0 ? 0 : 1 / in; // witness
    out <== 1 - in * inverse; //@satisfies(1) in = 0 gives 1
    in * out === 0; //@satisfies(1) in != 0 gives 0
}

/// @title AssertNonZero
/// @input in any field element
/// @ensures(1) in != 0
/// @constraints NL 1, linear 0
template AssertNonZero() {
    signal input in;

    signal inverse <-- in == 0 ? 0 : 1 / in; // witness
    in * inverse === 1; //@satisfies(1)
}

/// @title OneHot: selector of one of n
/// @param n 1..2^16
/// @input idx any field element
/// @output out[n] booleans
/// @ensures(1) 0 <= idx < n
/// @ensures(2) out[idx] = 1 and every other out[i] = 0
/// @constraints NL n, linear 1
template OneHot(n) {
    signal input idx;
    signal output out[n];

    assert(n >= 1 && n <= (1 << 16));
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- idx == i ? 1 : 0; // witness
        out[i] * (idx - i) === 0; //@satisfies(2) zero unless i = idx; booleans follow with the sum
        sum += out[i];
    }
    sum === 1; //@satisfies(1) some out[i] is not 0, so idx is some i
}

/// @title Signed: sign and absolute value
/// @param n 1..251; values v and -v must differ mod r, which 2 * 2^n < r gives
/// @input in any field element, read as negative above r/2
/// @output neg boolean, 1 if in < 0 (0 for zero)
/// @output abs |in|, 0..2^n
/// @ensures(1) -2^n <= in < 2^n
/// @ensures(2) neg = 1 if and only if in < 0; abs = |in|
/// @constraints NL n + 2, linear 1
template Signed(n) {
    signal input in;
    signal output neg;
    signal output abs;

    assert(n >= 1 && n <= 251);
    neg <-- in < 0 ? 1 : 0; // witness; `<` reads values above r/2 as negative
    neg * (1 - neg) === 0;

    var magnitude = in < 0 ? -in - 1 : in; // abs - neg
    signal bit[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        bit[i] <-- (magnitude >> i) & 1; // witness
        bit[i] * (1 - bit[i]) === 0;
        sum += bit[i] * (1 << i);
    }
    abs <== sum + neg; // neg = 0: abs in [0, 2^n); neg = 1: abs in [1, 2^n]
    //@satisfies(1) (2) in = abs or -abs; the two intervals [0, 2^n) and [-2^n, -1] do not meet mod r
    (1 - 2 * neg) * abs === in;
}

/// MAX as n binary digits, least significant first.
function BITS_OF(n, MAX) {
    var bits[254];
    for (var i = 0; i < 254; i++) { bits[i] = i < n ? (MAX >> i) & 1 : 0; }
    return bits;
}

/// @title AssertAtMostBits: a number given by its bits is at most a constant
/// @param n 1..254
/// @param MAX 0 <= MAX < r
/// @input bits[n] least significant first
/// @requires(1) every bits[i] is 0 or 1
/// @ensures(1) sum of bits[i] * 2^i <= MAX as integers
/// @constraints see CompareBits
template AssertAtMostBits(n, MAX) {
    signal input bits[n];

    component compare = CompareBits(n, BITS_OF(n, MAX), 0);
    compare.bits <== bits; //@satisfies(1)
}

/// @title CompareBits: a number given by its bits against a constant that may exceed r
/// @param n 1..254
/// @param BOUND array with the binary digits of the bound, least significant first (digits n.. are ignored)
/// @param COMPLEMENT 0: number <= bound. 1: the complement 2^n - 1 - number <= bound, that is number >= 2^n - 1 - bound
/// @input bits[n] least significant first
/// @requires(1) every bits[i] is 0 or 1
/// @ensures(1) the comparison holds as integers
/// @constraints NL number of zero runs of BOUND below its top one; linear (ones of BOUND \ 32) + (1 if BOUND starts with zeros)
/// @argument From the top: `below` counts the positions where BOUND has 1 and the number 0; `above` counts, in one run of zeros of BOUND, the
///   ones of the number. While below = 0 the number agrees with BOUND at its ones; the row hint * below === above then forces above = 0, so it
///   agrees at the zeros too. Once below > 0 the number is smaller and the row has a solution for any `above`. Counts are at most 254: no wrap.
/// @notice A hint is free where below = above = 0; nothing else depends on it. Digits below the last 0 of BOUND are in no row: they cannot decide.
template CompareBits(n, BOUND, COMPLEMENT) {
    signal input bits[n];

    assert(n >= 1 && n <= 254);
    var runs = 0;
    var ones = 0;
    for (var i = n - 1; i >= 0; i--) {
        if (BOUND[i] == 1) { ones++; }
        else if (ones > 0 && (i == 0 || BOUND[i - (i > 0 ? 1 : 0)] == 1)) { runs++; }
    }
    signal hint[runs];
    signal rebound[ones \ 32]; // `below`, bound again every 32 terms to keep the rows short

    var below = 0;
    var above = 0;
    var run = 0;
    var seen = 0;
    for (var i = n - 1; i >= 0; i--) {
        var bit = COMPLEMENT == 1 ? 1 - bits[i] : bits[i];
        if (BOUND[i] == 1) {
            below += 1 - bit;
            seen++;
            if (seen % 32 == 0) {
                rebound[seen \ 32 - 1] <== below;
                below = rebound[seen \ 32 - 1];
            }
        } else {
            above += bit;
            var last = i == 0 ? 1 : BOUND[i - 1];
            if (last == 1) {
                if (seen == 0) {
                    above === 0;
                } else {
                    hint[run] <-- below == 0 ? 0 : above / below; // witness
                    hint[run] * below === above; //@satisfies(1)
                    run++;
                }
                above = 0;
            }
        }
    }
}
