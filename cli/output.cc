#include "cli/output.h"

#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace segue::cli {

void Output::flush() {
  if (file_ != nullptr && failure_.empty()) {
    Outcome outcome = file_->write(buffer_);
    if (outcome.ok()) outcome = file_->flush();
    failure_ = outcome.message();
    buffer_.clear();
    return;
  }
  std::string_view rest = buffer_;
  while (!rest.empty() && failure_.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (written < 0 && errno != EINTR) {
      failure_ = std::strerror(errno);
    }
  }
  buffer_.clear();
}

}  // namespace segue::cli
