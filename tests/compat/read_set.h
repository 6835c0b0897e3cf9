// Reads what a version of Segue wrote.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "segue/blob.h"
#include "segue/durable.h"
#include "segue/engine.h"

namespace segue::compat {

/// The rules and events of all sets.
extern const char* const kRules;
std::string events();  ///< JSON lines
/// Behind so many bytes of them the kept engine made a checkpoint, and ended.
size_t checkpoint_after();
size_t ended_after();

// The files of a set, without their ends.
inline constexpr std::string_view kImage = "program.segi";
inline constexpr std::string_view kPack = "events.segl";
inline constexpr std::string_view kSealed = "ann.segb";
inline constexpr std::string_view kKept = "kept.tar.gz";

std::string read_file(const std::string& path);

/// What a file gave: its answers, a line each, or why it was refused.
struct Reading {
  Outcome refused;
  std::string answers;
};

Reading read_image(const std::string& path, std::shared_ptr<const CompiledProgram>& program);
Reading read_pack(const std::string& path, const std::shared_ptr<const CompiledProgram>& program);
Reading read_sealed(const std::string& path, const CompiledProgram& program);
/// `folder`: a copy, which is written to.
Reading read_kept(const std::string& folder, const std::shared_ptr<const CompiledProgram>& program);

}  // namespace segue::compat
