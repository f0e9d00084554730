pragma circom 2.2.0;
include "buses.circom";
include "lib/poseidon.circom";
include "lib/eddsa.circom";
include "lib/range.circom";

/// @title Message, docs/rules.md section 3
/// @constraints P4 + 1
template Message() {
    signal input kind;
    signal input account;
    signal input sequence;
    signal input ledgerId;
    signal input body[2];
    signal output out;
    component hash = Poseidon(4);
    hash.inputs[0] <== 32 + kind + account * (1 << 8) + sequence * (1 << 40); // 8 + 32 + 48 bits
    hash.inputs[1] <== ledgerId;
    hash.inputs[2] <== body[0];
    hash.inputs[3] <== body[1];
    out <== hash.out;
}

/// @title Authorised: a signature that must hold when required = 1
/// The verifier has no enable bit: where nothing is required it checks a fixed signature of a fixed key over message 0,
/// so a kind can only escape the check by being a kind that needs none.
/// @constraints EdDSAVerify + 6
template Authorised() {
    signal input required;
    signal input key[2];
    signal input message;
    signal input R8[2];
    signal input S;
    component verify = EdDSAVerify();
    verify.Ax <== required * (key[0] - IDLE_AX()) + IDLE_AX();
    verify.Ay <== required * (key[1] - IDLE_AY()) + IDLE_AY();
    verify.R8x <== required * (R8[0] - IDLE_R8X()) + IDLE_R8X();
    verify.R8y <== required * (R8[1] - IDLE_R8Y()) + IDLE_R8Y();
    verify.S <== required * (S - IDLE_S()) + IDLE_S();
    verify.M <== required * message;
}

// The signature that idle verifiers check: key of the seed of 32 zero bytes, message 0. A test recomputes it.
function IDLE_AX() { return 16508917144752610602145963506823743115557101240265470506805505298395529637033; }
function IDLE_AY() { return 18631654747796370155722974221085383534170330422926471002342567715267253236113; }
function IDLE_R8X() { return 19305443290508114514596883319505632209723717456873021433762886134731615157949; }
function IDLE_R8Y() { return 7697908474521279722044072655602572024791636126724064066592600415024484698566; }
function IDLE_S() { return 983289417060294735236888011028457617482700900137563028470545220005821415621; }
