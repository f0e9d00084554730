// What each instruction set implements, in the same way; chosen once, at run time.
#pragma once
#include <vector>

#include "files/r1cs.hpp"
#include "files/zkey-layout.hpp"
#include "files/zkey.hpp"
#include "parallel.hpp"
#include "poseidon-constants.hpp"
#include "wipe.hpp"

namespace zk {

/// Affine points as plain numbers below the base field's order; (0, 0) is infinity.
struct G1Point {
  U256 x, y;
};
struct G2Point {
  U256 x[2], y[2];
};

struct Proof {
  G1Point a;
  G2Point b;
  G1Point c;
};

/// The prover's secrets r and s of Groth16 (2016/260): plain, below the group order.
struct Blinding {
  U256 r, s;
};

/// What a signature is checked with: plain numbers, not checked yet.
struct SignedMessage {
  U256 ax, ay, message, r8x, r8y, s;
};

/// Arithmetic of one instruction set.
struct Engine {
  const char* name;
  Proof (*prove)(const Zkey&, const Witness&, const Blinding&, Task&);
  void (*setup)(const R1cs&, const Secrets&, OutputFile&, Task&);
  /// `count` hashes of `arity` words each, 1 to 16, plain and below the group order.
  void (*poseidon)(unsigned arity, std::size_t count, const U256* in, U256* out);
  bool (*verifySignature)(const SignedMessage&);
};

extern const Engine portableEngine;
#if defined(__x86_64__)
extern const Engine adxEngine, ifmaEngine;
#endif

/// The engines that this processor can run, the fastest first.
std::vector<const Engine*> availableEngines();

}  // namespace zk
