pragma circom 2.2.0;

// Deliberately wrong: the harness must find what is missing here.

// The remainder is not held below the divisor.
template UnboundQuotient() {
    signal input num;
    signal output q;
    signal rem <-- num % 10;
    q <-- num \ 10;
    num === 10 * q + rem;
}

// The hint is free to first order only: its sign is not fixed.
template UnboundSign() {
    signal input square;
    signal output root;
    root <-- square == 9 ? 3 : 0;
    root * root === square;
}
