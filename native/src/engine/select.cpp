#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "../engine.hpp"

namespace zk {

std::vector<const Engine*> availableEngines() {
  std::vector<const Engine*> out;
#if defined(__x86_64__)
  __builtin_cpu_init();
  // Not every compiler knows "adx" by name: leaf 7, EBX bit 19.
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool adx = __builtin_cpu_supports("bmi2") && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 19 & 1) != 0;
  const bool ifma = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("avx512vbmi2");
  if (adx && ifma) out.push_back(&ifmaEngine);
  if (adx) out.push_back(&adxEngine);
#endif
  out.push_back(&portableEngine);
  return out;
}

}  // namespace zk
