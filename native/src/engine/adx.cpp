// x86-64 with BMI2 and ADX: Broadwell, Zen, and later.
#if defined(__x86_64__)
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <new>
#include <vector>

#include "../engine.hpp"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("bmi,bmi2,adx"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("bmi,bmi2,adx")
#endif

#define ZK_PATH adx
#define ZK_HAS_ADX 1
#define ZK_HAS_IFMA 0
#include "engine.inl"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const zk::Engine zk::adxEngine{"adx", zk::adx::prove, zk::adx::setup, zk::adx::poseidon, zk::adx::BabyJubjub::verify};
#endif
