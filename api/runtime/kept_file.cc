#include "segue/kept_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/base/hash.h"

namespace segue {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

/// Before a position, by which a file is known again.
constexpr uint64_t kMarkedBytes = 4096;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int value() const { return value_; }

 private:
  int value_;
};

Outcome failed(const char* what, const std::string& path) {
  return {Fault::kUnreadable, fmt::format("cannot {} `{}`: {}", what, path, std::strerror(errno))};
}

Outcome too_short(const std::string& path, uint64_t size, uint64_t position) {
  return {Fault::kInvalid,
          fmt::format("`{}` has {} bytes, and the state goes on behind {} that it wrote there: "
                      "put that file back, or begin anew in another folder",
                      path, size, position)};
}

/// Of the bytes before `position`; false if they cannot be read.
bool mark_of(int descriptor, uint64_t position, std::string& mark) {
  mark.clear();
  if (position == 0) return true;
  std::string bytes(std::min(position, kMarkedBytes), '\0');
  const uint64_t begin = position - bytes.size();
  for (size_t got = 0; got < bytes.size();) {
    const ssize_t count =
        pread(descriptor, bytes.data() + got, bytes.size() - got, static_cast<off_t>(begin + got));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    got += static_cast<size_t>(count);
  }
  mark = fmt::format("{:016x}", hash64(bytes));
  return true;
}

}  // namespace

struct KeptFile::State {
  std::string path;
  std::unique_ptr<Descriptor> descriptor;
  bool is_file = false;  // can be cut, and synced
  uint64_t written = 0;  // the file's end
  std::string pending;   // to come there
  bool is_synced = false;
  std::string mark;  // of what is synced

  int fd() const { return descriptor ? descriptor->value() : -1; }
  Outcome flush();
};

KeptFile::KeptFile(std::string path) noexcept : state_(std::make_unique<State>()) {
  state_->path = std::move(path);
}
KeptFile::KeptFile(KeptFile&&) noexcept = default;
KeptFile& KeptFile::operator=(KeptFile&&) noexcept = default;
KeptFile::~KeptFile() = default;

std::string KeptFile::name() const noexcept {
  std::error_code unknown;
  // Absolute first: of a name alone that is not there yet nothing else is canonical.
  const auto whole =
      std::filesystem::weakly_canonical(std::filesystem::absolute(state_->path, unknown), unknown);
  return unknown ? state_->path : whole.string();
}

Outcome KeptFile::check(uint64_t position, std::string_view mark) const noexcept {
  if (position == 0) return {};
  const std::string& path = state_->path;
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  if (file.value() < 0 && errno == ENOENT) return too_short(path, 0, position);
  struct stat info{};
  if (file.value() < 0 || fstat(file.value(), &info) != 0) return failed("read", path);
  if (!S_ISREG(info.st_mode)) return {Fault::kInvalid, fmt::format("`{}` is no file", path)};
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size < position) return too_short(path, size, position);
  std::string found;
  if (!mark_of(file.value(), position, found)) return failed("read", path);
  if (mark.empty() || found == mark) return {};
  return {Fault::kInvalid,
          fmt::format("`{}` is not what the state wrote there, up to byte {}: somebody else wrote "
                      "it since; put that file back, or begin anew in another folder",
                      path, position)};
}

Outcome KeptFile::resume(uint64_t position) noexcept {
  State& state = *state_;
  state.pending.clear();
  state.is_synced = false;
  state.descriptor.reset();  // another may be at its path by now
  state.descriptor = std::make_unique<Descriptor>(state.path, O_RDWR | O_CREAT);
  struct stat info{};
  if (state.fd() < 0 || fstat(state.fd(), &info) != 0) return failed("write", state.path);
  state.is_file = S_ISREG(info.st_mode);
  state.written = 0;
  if (!state.is_file) {
    return position == 0 ? Outcome()
                         : Outcome(Fault::kInvalid, fmt::format("`{}` is no file", state.path));
  }
  // A file system without locks has none to respect.
  if (flock(state.fd(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return {Fault::kInvalid, fmt::format("another process writes to `{}`", state.path)};
  }
  if (fstat(state.fd(), &info) != 0) return failed("write", state.path);
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size < position) return too_short(state.path, size, position);
  if (ftruncate(state.fd(), static_cast<off_t>(position)) != 0) return failed("cut", state.path);
  state.written = position;
  return {};
}

Outcome KeptFile::State::flush() {
  size_t done = 0;
  while (done < pending.size()) {
    const char* const from = pending.data() + done;
    const size_t left = pending.size() - done;
    const ssize_t count =
        is_file ? pwrite(fd(), from, left, static_cast<off_t>(written)) : ::write(fd(), from, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    done += static_cast<size_t>(count);
    written += static_cast<size_t>(count);
  }
  const Outcome outcome = done == pending.size() ? Outcome() : failed("write", path);
  pending.erase(0, done);
  is_synced = is_synced && done == 0;
  return outcome;
}

Outcome KeptFile::write(std::string_view bytes) noexcept {
  state_->pending.append(bytes);
  return state_->pending.size() < kPieceBytes ? Outcome() : state_->flush();
}

Outcome KeptFile::flush() noexcept { return state_->flush(); }

Outcome KeptFile::commit(uint64_t& position, std::string& mark) noexcept {
  State& state = *state_;
  position = 0;
  mark.clear();
  if (Outcome wrong = state.flush(); !wrong.ok()) return wrong;
  if (!state.is_file) return {};
  if (!state.is_synced) {
    if (fdatasync(state.fd()) != 0) return failed("sync", state.path);
    if (!mark_of(state.fd(), state.written, state.mark)) return failed("read", state.path);
    state.is_synced = true;
  }
  position = state.written;
  mark = state.mark;
  return {};
}

}  // namespace segue
