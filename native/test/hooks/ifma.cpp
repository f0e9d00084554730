#include "hooks.hpp"
#if defined(__x86_64__)
#include "../../src/engine/ifma.cpp"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("bmi,bmi2,adx,avx2,avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("bmi,bmi2,adx,avx2,avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi2")
#endif
#include "hooks.inl"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

zk::Hooks zk::ifmaHooks() { return ifma::hooks("ifma"); }
#endif
