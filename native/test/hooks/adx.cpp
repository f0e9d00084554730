#include "hooks.hpp"
#if defined(__x86_64__)
#include "../../src/engine/adx.cpp"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("bmi,bmi2,adx"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("bmi,bmi2,adx")
#endif
#include "hooks.inl"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

zk::Hooks zk::adxHooks() { return adx::hooks("adx"); }
#endif
