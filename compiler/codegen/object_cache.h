#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/image/view.h"

namespace segue::codegen {

/// Objects kept on disk by the content of the image, the machine they are for and the generator
/// that made them. They hold code that will be run, so a folder or a file that another user owns or
/// may write to is not used. A file that is not whole, not of its name or otherwise damaged is as
/// good as none, and removed.
///
/// Threads and processes  any number: a file appears at once and whole, under its final name.
class ObjectCache {
 public:
  /// `machine` names target and version of LLVM. An empty `folder` keeps nothing. Of more than
  /// `bytes_max` the files longest unused go, until a quarter is free.
  ObjectCache(std::string folder, const image::Image& image, const std::string& machine,
              uint64_t bytes_max);

  /// The objects of the image; empty if they are not kept.
  std::vector<std::string> load() const;

  /// Keeps them. What cannot be written is left out.
  void store(const std::vector<std::string>& objects) const;

 private:
  std::string folder_;  // empty: nothing is kept
  std::string key_;     // the file's name
  uint64_t bytes_max_;
};

}  // namespace segue::codegen
