#include "../engine.hpp"

namespace zk {

std::vector<const Engine*> availableEngines() {
  std::vector<const Engine*> out;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool adx = __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("adx");
  const bool ifma = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("avx512vbmi2");
  if (adx && ifma) out.push_back(&ifmaEngine);
  if (adx) out.push_back(&adxEngine);
#endif
  out.push_back(&portableEngine);
  return out;
}

}  // namespace zk
