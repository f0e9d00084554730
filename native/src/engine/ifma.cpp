// x86-64 with AVX-512 IFMA and VBMI2: Ice Lake, Zen 4, and later.
#if defined(__x86_64__)
#include <immintrin.h>

#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <new>
#include <vector>

#include "../engine.hpp"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("bmi,bmi2,adx,avx2,avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("bmi,bmi2,adx,avx2,avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi2")
#endif

#define ZK_PATH ifma
#define ZK_HAS_ADX 1
#define ZK_HAS_IFMA 1
#include "engine.inl"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const zk::Engine zk::ifmaEngine{"ifma", zk::ifma::prove, zk::ifma::setup, zk::ifma::poseidon, zk::ifma::BabyJubjub::verify};
#endif
