#include "r1cs.hpp"

namespace zk {

namespace {

constexpr unsigned maxPower = 27;  // the H points need a root of unity of twice the domain's order, and 2^28 divides r - 1

}  // namespace

R1cs::R1cs(Span bytes, const Task& task) {
  const BinFile file(bytes, "r1cs", 1, "the R1CS");
  readHeader(file.cursor(1));
  // A label for each wire: what keeps the number of wires, and so our memory, in proportion to the file.
  file.items(3, nWires, 8);
  readConstraints(file.cursor(2), task);
}

void R1cs::readHeader(Cursor in) {
  if (in.u32() != 32 || !(in.u256() == ScalarModulus::m)) throw Failure("KEY_MISMATCH", "the R1CS is not over BN254's scalar field");
  nWires = in.u32();
  const u64 outputs = in.u32(), publicInputs = in.u32();
  in.u32();       // private inputs, of which circom drops those that no constraint names
  in.u64Value();  // labels
  nConstraints = in.u32();
  if (!in.atEnd()) in.fail("is too long");
  if (1 + outputs + publicInputs > nWires) in.fail("has more public wires than wires");
  nPublic = static_cast<std::uint32_t>(outputs + publicInputs);
  const u64 rows = u64{nConstraints} + nPublic + 1;
  for (power = 1; (u64{1} << power) < rows; power++) {
  }
  if (power > maxPower) throw Failure("KEY_MISMATCH", "the R1CS has too many constraints for BN254");
  domainSize = u64{1} << power;
}

void R1cs::readConstraints(Cursor in, const Task& task) {
  std::uint32_t sinceCheck = 0;
  for (std::uint32_t constraint = 0; constraint < nConstraints; constraint++) {
    if (constraint % constraintsPerBlock == 0) blocks.push_back({in.take(0).data, nCoefficients});
    for (unsigned matrix = 0; matrix < 3; matrix++) {
      const std::uint32_t count = in.u32();
      const unsigned char* at = in.take(count * termSize).data;
      for (std::uint32_t i = 0; i < count; i++, at += termSize) {
        std::uint32_t wire;
        U256 factor;
        std::memcpy(&wire, at, 4);
        std::memcpy(factor.w, at + 4, 32);
        if (wire >= nWires) in.fail("names a wire that does not exist");
        if (!lessThan(factor, ScalarModulus::m)) in.fail("has a factor that is no field element");
        if (++sinceCheck % 65536 == 0) task.check();
      }
      if (matrix < 2) nCoefficients += count;
    }
  }
  if (!in.atEnd()) in.fail("is longer than its constraints");
  end = in.take(0).data;
  if (nCoefficients + nPublic + 1 > 0xffffffff) throw Failure("KEY_MISMATCH", "the R1CS has too many terms for a zkey");
}

}  // namespace zk
