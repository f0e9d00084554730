// What tests call of each engine, below the table that production uses.
#pragma once
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../../src/engine.hpp"

namespace zk {

using Bytes = std::vector<unsigned char>;

/// One operation on raw values. A value is five words: the limbs of the engine's own form, in its own radix.
struct FieldOp {
  std::size_t arity, results;
  /// n groups of `arity` values to n groups of `results` values
  std::function<void(const u64*, u64*, std::size_t)> run;
};

struct Hooks {
  const char* name;
  unsigned lanes, limbs, limbBits;
  /// The operations of the base field, over which those of Fp2 and of curve points are named too, and of the scalar field.
  std::map<std::string, FieldOp> base, scalar;
  /// points as a zkey has them, plain scalars; the sum's plain coordinates
  Bytes (*msm)(bool g2, const unsigned char* points, const unsigned char* scalars, std::size_t n, Task&);
  /// 2^power values, Montgomery with R = 2^256; the same on the odd coset, plain
  Bytes (*toCoset)(unsigned power, const unsigned char* values, Task&);
};

Hooks portableHooks();
#if defined(__x86_64__)
Hooks adxHooks();
Hooks ifmaHooks();
#endif

}  // namespace zk
