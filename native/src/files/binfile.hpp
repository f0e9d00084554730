// The container of iden3's binary files (.zkey, .wtns, .r1cs): magic, version, sections. Memory-mapped, and every bound checked.
#pragma once
#include <cstdint>
#include <cstring>
#include <map>
#include <string>

#include "../moduli.hpp"
#include "../parallel.hpp"

namespace zk {

/// Bytes of a file that somebody else may have damaged.
struct Span {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
};

/// A value out of a mapped file, read once and for all: another process may write there, and what was checked must be what is used.
template <class T>
__attribute__((always_inline)) inline T readOnce(const unsigned char* at) {
  T out;
  std::memcpy(&out, at, sizeof out);
  // The compiler must take it for changed, or it might read the file again instead of keeping the value.
  if constexpr (sizeof out <= sizeof(u64)) asm("" : "+r"(out));
  else asm("" : "+m"(out));
  return out;
}

/// A read-only mapping of a whole file.
class MappedFile {
 public:
  /// @throws Failure IO_FAILED
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  Span bytes() const { return {data_, size_}; }

 private:
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Reads numbers one after the other.
class Cursor {
 public:
  Cursor(Span span, std::string what) : span_(span), what_(std::move(what)) {}
  std::uint32_t u32() { return readOnce<std::uint32_t>(take(4).data); }
  u64 u64Value() { return readOnce<u64>(take(8).data); }
  U256 u256() { return readOnce<U256>(take(32).data); }
  Span take(std::size_t size) {
    if (size > span_.size - at_) fail("ends too early");
    const Span out{span_.data + at_, size};
    at_ += size;
    return out;
  }
  bool atEnd() const { return at_ == span_.size; }
  [[noreturn]] void fail(const std::string& why) const { throw Failure("ARTIFACT_CORRUPT", what_ + " " + why); }

 private:
  Span span_;
  std::size_t at_ = 0;
  std::string what_;
};

/// The sections of a file, by type. Sections appear once, and nothing is left over.
class BinFile {
 public:
  /// @throws Failure ARTIFACT_CORRUPT
  BinFile(Span bytes, const char* magic, std::uint32_t version, std::string name);
  /// @throws Failure ARTIFACT_CORRUPT without such a section
  Span section(std::uint32_t type) const;
  /// A section of count items, exactly. @throws Failure ARTIFACT_CORRUPT
  const unsigned char* items(std::uint32_t type, u64 count, std::size_t itemSize) const;
  Cursor cursor(std::uint32_t type) const { return {section(type), name_ + ", section " + std::to_string(type) + ","}; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::map<std::uint32_t, Span> sections_;
};

}  // namespace zk
