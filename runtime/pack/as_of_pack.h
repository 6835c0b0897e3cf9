#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/result.h"
#include "runtime/pack/answers.h"
#include "runtime/pack/pack.h"

namespace segue::pack {

/// Answers of one question, and the parts their ids live in.
struct AsOfResult {
  std::vector<Answers> answers;
  std::vector<AnswerPart> parts;
  AsOfStats stats;
};

/// Answers as of instants from one pack: block by block over the threads, each user's events in a
/// row, only the columns that rules read. Blocks that are damaged are left out and named, as
/// rejects of kind `kBlockDamaged` whose line is the block's number from 1.
///
/// Memory: a block a thread, and the answers.
AsOfResult answer_pack(const Program& program, const Pack& pack, AsOfRequest request, uint32_t file,
                       std::vector<Reject>& rejects);

}  // namespace segue::pack
