#include "zkey.hpp"

namespace zk {

namespace {

/// The size of a field's elements and its order, which must be the expected one.
void expectField(Cursor& in, const U256& modulus) {
  if (in.u32() != 32 || !(in.u256() == modulus)) throw Failure("KEY_MISMATCH", "the file is not over BN254");
}

}  // namespace

Zkey::Zkey(Span bytes) {
  const BinFile file(bytes, "zkey", 1, "the proving key");
  if (file.cursor(1).u32() != 1) throw Failure("KEY_MISMATCH", "the proving key is not of Groth16");
  Cursor in = file.cursor(2);
  expectField(in, BaseModulus::m);
  expectField(in, ScalarModulus::m);
  nVars = in.u32();
  nPublic = in.u32();
  domainSize = in.u32();
  for (power = 0; (u64{1} << power) < domainSize; power++) {
  }
  if (domainSize != u64{1} << power || power > 27) in.fail("has a domain that is no power of two, or too large");
  if (nVars == 0 || nPublic >= nVars) in.fail("has more public signals than wires");
  alpha1 = in.take(g1Size).data;
  beta1 = in.take(g1Size).data;
  beta2 = in.take(g2Size).data;
  in.take(g2Size);  // gamma2
  delta1 = in.take(g1Size).data;
  delta2 = in.take(g2Size).data;
  if (!in.atEnd()) in.fail("is too long");

  Cursor coefs = file.cursor(4);
  nCoefficients = coefs.u32();
  coefficients = coefs.take(nCoefficients * coefficientSize).data;
  if (!coefs.atEnd()) coefs.fail("is too long");
  a = file.items(5, nVars, g1Size);
  b1 = file.items(6, nVars, g1Size);
  b2 = file.items(7, nVars, g2Size);
  c = file.items(8, nVars - nPublic - 1, g1Size);
  h = file.items(9, domainSize, g1Size);
}

Witness::Witness(Span bytes) {
  const BinFile file(bytes, "wtns", 2, "the witness");
  Cursor in = file.cursor(1);
  expectField(in, ScalarModulus::m);
  const std::uint32_t count = in.u32();
  if (!in.atEnd()) in.fail("is too long");
  const unsigned char* from = file.items(2, count, 32);
  values.resize(count);
  for (U256& value : values) {
    value = readOnce<U256>(from);
    if (!lessThan(value, ScalarModulus::m)) throw Failure("ARTIFACT_CORRUPT", "the witness has a value that is no field element");
    from += 32;
  }
}

}  // namespace zk
