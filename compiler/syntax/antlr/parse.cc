// The only door to ANTLR: nothing it throws passes.
#include "compiler/syntax/parse.h"

#include <algorithm>
#include <memory>

#include "compiler/source/utf8.h"
#include "compiler/syntax/antlr/builder.h"
#include "compiler/syntax/antlr/chunks.h"
#include "compiler/syntax/antlr/lexeme_stream.h"
#include "compiler/syntax/antlr/recover.h"
#include "compiler/syntax/antlr/syntax_error.h"
#include "compiler/syntax/limits.h"
#include "grammar/SegParser.h"

namespace segue {

namespace {

using segue_grammar::SegParser;

class FileParser {
 public:
  FileParser(const Lexemes& lexemes, Diagnostics& diagnostics)
      : lexemes_(lexemes),
        diagnostics_(diagnostics),
        chunks_(lexemes, diagnostics),
        stream_(lexemes, 0, lexemes.tokens.size() - 1),
        parser_(&stream_),
        strategy_(std::make_shared<StopAtFirst>()) {
    parser_.removeErrorListeners();
    parser_.setErrorHandler(strategy_);
    parser_.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        antlr4::atn::PredictionMode::SLL);
    file_.id = lexemes.file;
  }

  ast::File run() {
    const size_t end = lexemes_.tokens.size() - 1;
    while (stream_.index() < end) {
      const size_t first = stream_.index();
      if (!declaration()) recover(first);
      parser_.getTreeTracker().reset();
      stream_.free_tokens();
    }
    return std::move(file_);
  }

 private:
  bool declaration() {
    const size_t first = stream_.index();
    try {
      add(AstBuilder(lexemes_).declaration(parser_.declaration()), first);
      return true;
    } catch (const antlr4::RuntimeException&) {
      return false;
    }
  }

  void add(ast::Decl declaration, size_t first_token) {
    declaration.docs = docs_above(first_token);
    file_.declarations.push_back(std::move(declaration));
    begins_.push_back(first_token);
    read_until_ = stream_.index();
  }

  /// From the declaration that failed to the next one.
  void recover(size_t first) {
    // A name that is missing at the end of a declaration is found in the word that opens the next
    // one (`… and` `segment b = …`): then the mistake is the earlier declaration's.
    // (Only when that one was read just now, and not for a second time: else this would go back and
    // forth for ever.)
    const bool swallowed = read_until_ == first && begins_.back() < first - 1 &&
                           opens_declaration(lexemes_, first - 1);
    read_until_ = kNowhere;
    if (swallowed) {
      first = begins_.back();
      begins_.pop_back();
      file_.declarations.pop_back();
    }
    const size_t last = chunks_.next(first);
    if (stream_.exceeded()) {
      report_too_long(first);
      parser_.reset();
      return stream_.seek(last);
    }
    const bool silent = chunks_.excused(first, last);
    const uint16_t type = lexemes_.tokens[first].type;
    if (type >= SegParser::USE && type <= SegParser::ENTITY) {
      const size_t known = file_.declarations.size();
      parse_carefully(lexemes_, first, last, silent, file_, diagnostics_);
      for (size_t i = known; i < file_.declarations.size(); ++i) begins_.push_back(first);
    } else {  // told with what stands before it
      file_.complete = false;
      if (!silent)
        report(lexemes_, {first, {SegParser::RuleDeclaration}, {}, nullptr}, diagnostics_);
    }
    parser_.reset();
    stream_.seek(last);
  }

  void report_too_long(size_t first) {
    file_.complete = false;
    diagnostics_
        .add(Code::kE0114, lexemes_.span(lexemes_.tokens[first]),
             "the declaration has more than " + std::to_string(kDeclarationTokensMax) +
                 " words, numbers and marks")
        .label("begins here")
        .help("split the rules over several files: `use \"shared.seg\"`");
  }

  /// The `##` lines right above: each on its own line, no empty line between.
  std::string docs_above(size_t first_token) const {
    const uint32_t from = first_token == 0 ? 0 : lexemes_.tokens[first_token - 1].end;
    uint32_t below = lexemes_.tokens[first_token].begin;
    auto comment =
        std::lower_bound(lexemes_.comments.begin(), lexemes_.comments.end(), below,
                         [](const Lexeme& one, uint32_t offset) { return one.begin < offset; });
    std::string docs;
    while (comment != lexemes_.comments.begin()) {
      --comment;
      const std::string_view above =
          lexemes_.text.substr(from, comment->begin - std::min(from, comment->begin));
      const bool own_line = from == 0 || above.find_first_of("\r\n") != std::string_view::npos;
      if (comment->begin < from || !own_line || !touches(comment->end, below)) break;
      below = comment->begin;
      if (comment->type != SegParser::DOC) continue;
      std::string_view line = lexemes_.written(*comment).substr(2);
      if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
      docs = docs.empty() ? std::string(line) : std::string(line) + "\n" + docs;
    }
    return docs;
  }

  /// At most one line end between.
  bool touches(uint32_t end, uint32_t begin) const {
    const std::string_view gap = lexemes_.text.substr(end, begin - end);
    const auto lines = std::count(gap.begin(), gap.end(), '\n');
    return lines <= 1;
  }

  const Lexemes& lexemes_;
  Diagnostics& diagnostics_;
  Chunks chunks_;
  LexemeStream stream_;
  SegParser parser_;
  std::shared_ptr<StopAtFirst> strategy_;
  ast::File file_;
  static constexpr size_t kNowhere = SIZE_MAX;

  std::vector<size_t> begins_;    // first token of each declaration
  size_t read_until_ = kNowhere;  // where the last declaration ended, if it was read as it came
};

void report_oversized(SourceId id, Diagnostics& diagnostics) {
  diagnostics
      .add(Code::kE0112, {id, 0, 0},
           "the file is larger than " + std::to_string(kSourceBytesMax >> 20) + " MiB")
      .help("split the rules over several files: `use \"shared.seg\"`");
}

void check_utf8(const SourceFile& file, SourceId id, Diagnostics& diagnostics) {
  const auto bad = first_bad_utf8(file.text());
  if (!bad) return;
  const auto begin = static_cast<uint32_t>(*bad);
  diagnostics.add(Code::kE0111, {id, begin, begin + 1}, "the file is not UTF-8")
      .label("this byte begins no character")
      .help("convert the file, for example with `iconv -f latin1 -t utf8`");
}

ParsedText parse_text(const SourceManager& sources, SourceId id, bool with_tokens,
                      Diagnostics& diagnostics) {
  const SourceFile& file = sources.file(id);
  ParsedText out;
  out.file.id = id;
  out.file.complete = false;
  if (file.oversized()) {
    report_oversized(id, diagnostics);
    return out;
  }
  check_utf8(file, id, diagnostics);
  LexResult lexed = lex(file, id, diagnostics);
  if (!lexed.complete) return out;
  repair_slips(lexed.lexemes, diagnostics);
  check_literals(lexed.lexemes, diagnostics);
  if (!check_depth(lexed.lexemes, diagnostics)) return out;
  out.file = FileParser(lexed.lexemes, diagnostics).run();
  if (with_tokens) out.tokens = public_tokens(lexed.lexemes);
  return out;
}

}  // namespace

ast::File parse(const SourceManager& sources, SourceId id, Diagnostics& diagnostics) noexcept {
  return parse_text(sources, id, false, diagnostics).file;
}

ParsedText parse_with_tokens(const SourceManager& sources, SourceId id,
                             Diagnostics& diagnostics) noexcept {
  return parse_text(sources, id, true, diagnostics);
}

}  // namespace segue
