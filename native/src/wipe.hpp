// Memory that held secrets is overwritten before it is given back.
#pragma once
#include <cstddef>
#include <cstring>
#include <vector>

#include "moduli.hpp"

namespace zk {

/// Overwrites, even if nobody reads the memory again.
inline void wipe(void* at, std::size_t size) {
  if (size > 0) std::memset(at, 0, size);
  asm volatile("" : : "r"(at) : "memory");  // the compiler must take it for read
}

/// Secret numbers, at one place in memory for as long as they live; 0 at first.
class SecretNumbers {
 public:
  explicit SecretNumbers(std::size_t count) : numbers_(count) {}
  ~SecretNumbers() { wipe(numbers_.data(), numbers_.size() * sizeof(U256)); }
  SecretNumbers(const SecretNumbers&) = delete;
  SecretNumbers& operator=(const SecretNumbers&) = delete;
  U256& operator[](std::size_t i) { return numbers_[i]; }
  const U256& operator[](std::size_t i) const { return numbers_[i]; }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::vector<U256> numbers_;
};

/// What a setup draws and must forget: plain numbers, 0 < each < group order. Whoever knows them can prove anything.
struct Secrets {
  U256 tau{}, alpha{}, beta{}, gamma{}, delta{};
  Secrets() = default;
  ~Secrets() { wipe(this, sizeof *this); }
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;
};

}  // namespace zk
