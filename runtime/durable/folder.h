// Where things stand in the folder of a kept engine.
#pragma once

#include <string>

namespace segue::durable {

inline std::string checkpoint_folder(const std::string& folder) { return folder + "/checkpoint"; }
inline std::string log_folder(const std::string& folder) { return folder + "/log"; }
inline std::string programs_folder(const std::string& folder) { return folder + "/programs"; }
inline std::string cold_folder(const std::string& folder) { return folder + "/cold"; }

}  // namespace segue::durable
