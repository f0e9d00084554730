// A valid key and witness, read whole, and a proof of them as text: what the checks in this folder begin with.
#pragma once
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../src/engine.hpp"

using File = std::vector<unsigned char>;

inline File readFile(const char* path) {
  std::ifstream in(path, std::ios::binary);
  File out{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (out.empty()) throw std::runtime_error(std::string("cannot read ") + path);
  return out;
}

constexpr zk::Blinding someBlinding{{{3, 0, 5, 0}}, {{7, 1, 0, 1}}};

inline zk::Proof proofOf(const zk::Engine& engine, zk::Span zkey, zk::Span wtns, unsigned threads) {
  zk::Task task(threads);
  const zk::Zkey key(zkey);
  const zk::Witness witness(wtns);
  return engine.prove(key, witness, someBlinding, task);
}

inline std::string hex(const zk::Proof& proof) {
  std::string out;
  char two[3];
  for (std::size_t i = 0; i < sizeof proof; i++) {
    std::snprintf(two, sizeof two, "%02x", reinterpret_cast<const unsigned char*>(&proof)[i]);
    out += two;
  }
  return out;
}
