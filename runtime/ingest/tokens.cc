#include "runtime/ingest/tokens.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "runtime/base/check.h"

namespace segue {
namespace {

// Room for lines up to this size stays; more is given back after the line that needed it.
constexpr size_t kRoomKept = size_t{1} << 20;

}  // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

struct Tokenizer::Stage1 {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

Tokenizer::Tokenizer() : stage1_(std::make_unique<Stage1>()) { make_room(size_t{64} << 10); }

Tokenizer::~Tokenizer() = default;

void Tokenizer::make_room(size_t bytes) {
  constexpr size_t kDepthUnused = 1;  // of stage 2, which is never run
  // Made anew, since a parser never gives room back.
  const simdjson::error_code code =
      simdjson::get_active_implementation()->create_dom_parser_implementation(bytes, kDepthUnused,
                                                                              stage1_->parser);
  SEGUE_CHECK(code == simdjson::SUCCESS, "simdjson has memory");
}

std::optional<RejectKind> Tokenizer::find(std::string_view text) {
  const size_t room = stage1_->parser->capacity();
  if (text.size() > room) {
    make_room(std::bit_ceil(text.size()));
  } else if (room > kRoomKept && text.size() <= kRoomKept) {
    make_room(kRoomKept);
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  switch (stage1_->parser->stage1(bytes, text.size(), simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      return {};
    case simdjson::UTF8_ERROR:
      return RejectKind::kNotUtf8;
    default:
      return RejectKind::kNotJson;
  }
}

std::span<const uint32_t> Tokenizer::starts() const {
  const auto& parser = *stage1_->parser;
  return {parser.structural_indexes.get(), parser.n_structural_indexes};
}

}  // namespace segue
