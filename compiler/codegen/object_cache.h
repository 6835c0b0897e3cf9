#pragma once

#include <string>
#include <vector>

#include "runtime/image/view.h"

namespace segue::codegen {

/// Objects kept on disk by the content of the image, the machine they are for and the generator
/// that made them. A file that is not whole is as good as none. Files hold code that will be run:
/// the folder must belong to whoever runs it.
class ObjectCache {
 public:
  /// `machine` names target and version of LLVM. An empty `folder` keeps nothing.
  ObjectCache(std::string folder, const image::Image& image, const std::string& machine);

  /// The objects of the image; empty if they are not kept.
  std::vector<std::string> load() const;

  /// Keeps them, by a file that appears at once. What cannot be written is left out.
  void store(const std::vector<std::string>& objects) const;

 private:
  std::string path_;  // empty: nothing is kept
};

}  // namespace segue::codegen
