#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "runtime/base/result.h"
#include "runtime/base/zone.h"
#include "runtime/image/view.h"

namespace segue {

/// The transitions of a zone by its IANA name, the names there are, and the version of the database
/// they come from.
struct ZoneSource {
  std::function<std::vector<ZoneTransition>(const std::string& name)> transitions;
  std::function<std::vector<std::string>()> names;
  std::string version;
};

/// The image of a laid-out plan. Fails only where an image limit is passed (`Errc::kTooLarge`,
/// which limit and by what).
Result<image::Image> emit(const plan::Plan& plan, const ZoneSource& zones);

}  // namespace segue
