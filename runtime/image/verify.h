#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "runtime/image/op_info.h"
#include "runtime/image/view.h"

/// The checks behind `Image::open`, by what they are about. Each trusts what the ones before it
/// have found right. Private to this folder.
namespace segue::image {

/// Everything below, in order.
Status verify(const View& view);

Status verify_leaves(const View& view);     // texts, constants, windows, sets, zones
Status verify_input(const View& view);      // slots, kinds
Status verify_streams(const View& view);    // streams, sequences, steps
Status verify_cells(const View& view);      // cells and their places in the blob, the layout
Status verify_nodes(const View& view);      // nodes, chunks, segments, scores
Status verify_codes(const View& view);      // every code, by a walk with a stack of types
Status verify_deadlines(const View& view);  // of a tracked program: as many as the codes say
Status verify_totals(const View& view);     // what shared ranges may add up to

/// The code `range`, which leaves one entry of type `result`. `node`: whose code it is; reads only
/// earlier ones. kNone: code of an event. `item`: which item test it is, and so has an item at hand
/// and uses earlier ones only; kNone: none.
Status verify_code(const View& view, Range range, Type result, uint32_t node,
                   uint32_t item = kNone);

/// The window, kind and value of a cell fit what `op` reads from it.
Status verify_read(const View& view, const OpRow& row, uint32_t node);

template <class... Args>
Error corrupt(fmt::format_string<Args...> format, Args&&... args) {
  return {Errc::kCorrupt, "image: " + fmt::format(format, std::forward<Args>(args)...)};
}

/// `error` with the row it was found in before it.
inline Error in_row(std::string_view table, size_t row, const Error& error) {
  const std::string_view text(error.message);
  constexpr std::string_view kPrefix = "image: ";
  const std::string_view what = text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
  return corrupt("{} {}: {}", table, row, what);
}

inline bool inside(Range range, size_t size) {
  return range.first <= size && range.count <= size - range.first;
}

/// A list of `indices`, each below `size`, strictly ascending.
Status verify_list(const View& view, Range range, size_t size, std::string_view of);

inline bool text_or_none(const View& view, uint32_t text) {
  return text == kNone || text < view.texts.size();
}

}  // namespace segue::image
