// Where everything stands in a proving key that we write (snarkjs' zkey_utils.js; the same as prover/keys/zkey-file.ts).
#pragma once
#include "output.hpp"
#include "r1cs.hpp"
#include "zkey.hpp"

namespace zk {

/// Offsets in the file.
struct ZkeyLayout {
  explicit ZkeyLayout(const R1cs& r1cs);
  /// Everything but points, coefficients and the magic.
  void writeFrame(OutputFile& out) const;
  /// The last step: what was cut off before has no magic, and nobody takes it for a key.
  static void writeMagic(OutputFile& out) { out.writeAt(0, "zkey", 4); }

  u64 alpha1, beta1, beta2, gamma2, delta1, delta2;
  u64 ic, coefficients, a, b1, b2, c, h;  // of the first item
  u64 nCoefficients, fileSize;

 private:
  static constexpr unsigned sections = 10;
  std::uint32_t nVars_, nPublic_, domainSize_;
  u64 starts_[sections + 1], sizes_[sections + 1];  // by type
};

}  // namespace zk
