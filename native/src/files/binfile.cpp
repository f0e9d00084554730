#include "binfile.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zk {

MappedFile::MappedFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not keep us waiting
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    if (fd >= 0) close(fd);
    throw Failure("IO_FAILED", "cannot read " + path);
  }
  size_ = static_cast<std::size_t>(info.st_size);
  void* at = size_ == 0 ? nullptr : mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (at == MAP_FAILED) throw Failure("IO_FAILED", "cannot map " + path);
  data_ = static_cast<const unsigned char*>(at);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<unsigned char*>(data_), size_);
}

BinFile::BinFile(Span bytes, const char* magic, std::uint32_t version, std::string name) : name_(std::move(name)) {
  Cursor in(bytes, name_);
  if (std::memcmp(in.take(4).data, magic, 4) != 0) in.fail("is not a " + std::string(magic, 4) + " file");
  if (in.u32() != version) in.fail("is of another version");
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count; i++) {
    const std::uint32_t type = in.u32();
    const u64 size = in.u64Value();
    if (!sections_.emplace(type, in.take(size)).second) in.fail("has a section twice");
  }
  if (!in.atEnd()) in.fail("has bytes after its end");
}

Span BinFile::section(std::uint32_t type) const {
  const auto found = sections_.find(type);
  if (found == sections_.end()) throw Failure("ARTIFACT_CORRUPT", name_ + " lacks section " + std::to_string(type));
  return found->second;
}

const unsigned char* BinFile::items(std::uint32_t type, u64 count, std::size_t itemSize) const {
  const Span all = section(type);
  if (all.size / itemSize != count || all.size % itemSize != 0)
    throw Failure("ARTIFACT_CORRUPT", name_ + ", section " + std::to_string(type) + ", does not have " + std::to_string(count) + " items");
  return all.data;
}

}  // namespace zk
