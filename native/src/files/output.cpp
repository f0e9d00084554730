#include "output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace zk {

OutputFile::OutputFile(const std::string& path) : path_(path), fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (fd_ < 0) fail(errno);
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!kept_) unlink(path_.c_str());
}

void OutputFile::resize(std::uint64_t size) {
  if (ftruncate(fd_, static_cast<off_t>(size)) != 0) fail(errno);
}

void OutputFile::writeAt(std::uint64_t at, const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = pwrite(fd_, bytes, size, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    if (written == 0) fail(ENOSPC);
    bytes += written;
    at += static_cast<std::uint64_t>(written);
    size -= static_cast<std::size_t>(written);
  }
}

void OutputFile::keep() {
  const int fd = fd_;
  fd_ = -1;
  if (close(fd) != 0 && errno != EINTR) fail(errno);  // a network's disk may say only now that it is full
  kept_ = true;
}

void OutputFile::fail(int error) const {
  const std::string message = "cannot write " + path_ + ": " + std::strerror(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      throw Failure("DISK_FULL", message);
    case EROFS:
    case EACCES:
    case EPERM:
    case ENOTDIR:
      throw Failure("READ_ONLY", message);
    default:
      throw Failure("IO_FAILED", message);
  }
}

}  // namespace zk
