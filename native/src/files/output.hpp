// A file being written: whole, or not there.
#pragma once
#include <string>

#include "../parallel.hpp"

namespace zk {

/// A new file: what is at its path already stays as it is. Removed when it goes, unless it was kept. Threads may write different places of
/// it at once.
class OutputFile {
 public:
  /// @throws Failure DISK_FULL, READ_ONLY or IO_FAILED, as all that writes here
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  void resize(std::uint64_t size);
  void writeAt(std::uint64_t at, const void* data, std::size_t size);
  void keep();

 private:
  [[noreturn]] void fail(int error) const;
  std::string path_;
  int fd_;
  bool kept_ = false;
};

}  // namespace zk
