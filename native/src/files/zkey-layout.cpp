#include "zkey-layout.hpp"

namespace zk {

namespace {

constexpr u64 fileHead = 12, sectionHead = 12;
constexpr u64 headerCounts = 84;  // two primes with their sizes, three counts
constexpr std::size_t markSize = 64;
/// In place of a circuit hash: what a development key is known by, even with contributions laid over it. Padded with spaces.
constexpr char mark[] = "zkstate development key: whoever made it can forge proofs";

}  // namespace

ZkeyLayout::ZkeyLayout(const R1cs& r1cs)
    : nCoefficients(r1cs.nCoefficients + r1cs.nPublic + 1),
      nVars_(r1cs.nWires),
      nPublic_(r1cs.nPublic),
      domainSize_(static_cast<std::uint32_t>(r1cs.domainSize)) {
  const u64 n = nVars_;
  const u64 sizes[sections + 1] = {0,
                                   4,
                                   headerCounts + 3 * g1Size + 3 * g2Size,
                                   (u64{nPublic_} + 1) * g1Size,
                                   4 + nCoefficients * coefficientSize,
                                   n * g1Size,
                                   n * g1Size,
                                   n * g2Size,
                                   (n - nPublic_ - 1) * g1Size,
                                   domainSize_ * u64{g1Size},
                                   markSize + 4};
  u64 at = fileHead;
  for (unsigned type = 1; type <= sections; type++) {
    sizes_[type] = sizes[type];
    starts_[type] = at + sectionHead;
    at = starts_[type] + sizes[type];
  }
  fileSize = at;
  alpha1 = starts_[2] + headerCounts;
  beta1 = alpha1 + g1Size;
  beta2 = beta1 + g1Size;
  gamma2 = beta2 + g2Size;
  delta1 = gamma2 + g2Size;
  delta2 = delta1 + g1Size;
  ic = starts_[3];
  coefficients = starts_[4] + 4;
  a = starts_[5];
  b1 = starts_[6];
  b2 = starts_[7];
  c = starts_[8];
  h = starts_[9];
}

void ZkeyLayout::writeFrame(OutputFile& out) const {
  const auto word = [&](u64 at, std::uint32_t value) { out.writeAt(at, &value, 4); };
  word(4, 1);
  word(8, sections);
  for (unsigned type = 1; type <= sections; type++) {
    word(starts_[type] - sectionHead, type);
    out.writeAt(starts_[type] - sectionHead + 4, &sizes_[type], 8);
  }
  word(starts_[1], 1);  // Groth16
  const u64 header = starts_[2];
  word(header, 32);
  out.writeAt(header + 4, BaseModulus::m.w, 32);
  word(header + 36, 32);
  out.writeAt(header + 40, ScalarModulus::m.w, 32);
  word(header + 72, nVars_);
  word(header + 76, nPublic_);
  word(header + 80, domainSize_);
  word(starts_[4], static_cast<std::uint32_t>(nCoefficients));
  std::string marked(mark);
  marked.resize(markSize, ' ');
  out.writeAt(starts_[10], marked.data(), markSize);
  word(starts_[10] + markSize, 0);  // contributions
}

}  // namespace zk
