#include "compiler/sema/load.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "compiler/sema/check.h"
#include "compiler/sema/libraries.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/verify.h"
#include "compiler/syntax/parse.h"

namespace segue {
namespace {

namespace fs = std::filesystem;

/// A folder of rule files that is gone with the test.
class Folder {
 public:
  Folder() : root_(fs::path(testing::TempDir()) / ("load_test_" + std::to_string(count_++))) {
    fs::remove_all(root_);
  }
  ~Folder() { fs::remove_all(root_); }

  std::string add(const std::string& name, const std::string& text) const {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  std::string path() const { return root_.string(); }

 private:
  static int count_;
  fs::path root_;
};

int Folder::count_ = 0;

struct World {
  SourceManager sources;
  Diagnostics diagnostics;
  Loaded loaded;

  explicit World(const std::vector<std::string>& paths)
      : loaded(load(sources, paths, diagnostics)) {}

  /// Names of the files, in order, without their folders.
  std::string names() const {
    std::string out;
    for (const ast::File& file : loaded.files) {
      out += fs::path(sources.file(file.id).path()).filename().string() + " ";
    }
    return out;
  }

  std::string checked(bool allow_same_names = false) {
    CheckOptions options;
    options.uses = loaded.uses;
    options.list_files = loaded.list_files;
    options.sources = &sources;
    options.allow_same_names = allow_same_names;
    const hir::Rules rules = check(loaded.files, options, diagnostics);
    std::string out;
    for (const Diagnostic* found : diagnostics.sorted()) {
      out += std::string(info(found->code).name) + " " + found->message + "\n";
      for (const std::string& help : found->helps) out += "  " + help + "\n";
    }
    return out.empty() ? std::to_string(rules.segments.size()) + " segments" : out;
  }
};

TEST(Load, TakesFilesInOrderAndFoldersSorted) {
  const Folder folder;
  folder.add("b.seg", "event b");
  folder.add("a/z.seg", "event z");
  folder.add("a/y.txt", "no rules");
  const std::string last = folder.add("c.seg", "event c");
  EXPECT_EQ(World({last, folder.path()}).names(), "c.seg z.seg b.seg ");
}

TEST(Load, FollowsUseFromTheFolderOfTheFile) {
  const Folder folder;
  folder.add("shared/events.seg", "use \"more.seg\"\nevent login");
  folder.add("shared/more.seg", "event signup");
  const std::string top =
      folder.add("top.seg", "use \"shared/events.seg\"\nsegment s = login and signup");
  World world({top});
  EXPECT_EQ(world.names(), "top.seg events.seg more.seg ");
  EXPECT_EQ(world.checked(), "1 segments");
}

TEST(Load, ReadsAFileOnceAndCirclesAreHarmless) {
  const Folder folder;
  const std::string a = folder.add("a.seg", "use \"b.seg\"\nevent x\nsegment s = y");
  const std::string b =
      folder.add("b.seg", "use \"./a.seg\"\nuse \"a.seg\"\nevent y\nsegment t = x");
  World world({a, b, a});
  EXPECT_EQ(world.names(), "a.seg b.seg ");
  EXPECT_EQ(world.checked(), "2 segments");
}

TEST(Load, SaysWhatCannotBeRead) {
  const Folder folder;
  const std::string a = folder.add("a.seg", "use \"missing.seg\"\nevent x");
  World world({a, folder.path() + "/nowhere.seg"});
  ASSERT_EQ(world.loaded.unreadable.size(), 1u);
  EXPECT_NE(world.loaded.unreadable[0].find("nowhere.seg"), std::string::npos);
  ASSERT_EQ(world.diagnostics.error_count(), 1u);
  EXPECT_EQ(world.diagnostics.sorted()[0]->code, Code::kE0203);
}

TEST(Names, AreSeenOnlyThroughUse) {
  const Folder folder;
  folder.add("a.seg", "event login\nsegment s = login");
  folder.add("b.seg", "segment t = login and in s");
  EXPECT_EQ(World({folder.path()}).checked(),
            "E0207 unknown name `login`\n  name that file with `use` at the top of this one\n"
            "E0204 unknown segment `s`\n  name that file with `use` at the top of this one\n");
}

TEST(Names, MayBeRepeatedWhereNobodySeesBoth) {
  const Folder folder;
  const std::string a = folder.add("a.seg", "event login\nsegment s = login");
  folder.add("b.seg", "event login \"Log in\"\nsegment s = login >= 2");
  EXPECT_EQ(World({folder.path()}).checked(), "E0201 `s` is declared twice\n");
  EXPECT_EQ(World({folder.path()}).checked(true), "2 segments");
  folder.add("c.seg", "use \"a.seg\"\nuse \"b.seg\"");
  EXPECT_EQ(World({folder.path()}).checked(true),
            "E0201 `login` is declared twice\nE0201 `s` is declared twice\n");
}

TEST(Zones, BelongToTheFile) {
  const Folder folder;
  const std::string a = folder.add("a.seg", "zone \"Europe/Paris\"\nevent x\nsignal y = x");
  const std::string b = folder.add("b.seg", "use \"a.seg\"\nsegment s = y since 2025-06-01");
  World world({b, a});
  CheckOptions options;
  options.uses = world.loaded.uses;
  options.default_zone = "America/New_York";
  const hir::Rules rules = check(world.loaded.files, options, world.diagnostics);
  ASSERT_TRUE(world.diagnostics.empty());
  const hir::Expr& count = *rules.segments[0].when->children[1];
  EXPECT_EQ(count.window.begin->ms, 1'748'750'400'000);  // midnight in New York
}

/// The names of the segments and scores that are left of a text and a library of it.
std::string left_of(const std::string& own, const std::string& library) {
  SourceManager sources;
  Diagnostics diagnostics;
  std::vector<ast::File> files;
  const SourceId second = sources.add_text("std.made_up", library);
  diagnostics.quiet(second);
  files.push_back(parse(sources, sources.add_text("own.seg", own), diagnostics));
  files.push_back(parse(sources, second, diagnostics));
  CheckOptions options;
  options.uses = {{1}, {}};
  options.libraries = {false, true};
  options.required = {"owner"};
  const hir::Rules rules = check(files, options, diagnostics);
  if (!diagnostics.empty()) return diagnostics.sorted().front()->message;
  std::string names;
  for (const std::string& fault : verify_hir(rules)) names += fault + " ";
  for (const hir::Score& score : rules.scores) names += score.name + " ";
  for (const hir::Segment& segment : rules.segments) names += segment.name + " ";
  return names + std::to_string(rules.tests.size()) + " " + std::to_string(rules.streams.size());
}

TEST(Libraries, LeaveInTheRulesWhatIsRead) {
  const std::string library =
      "event a\nevent b\nscore unread { +1 b }\nscore read { +1 a }\n"
      "segment idle = unread >= 1 for 3d\nsegment warm = read >= 3\n"
      "segment warned = a or b and a\n"
      "test \"of the library\" { user u { 2025-01-01T00:00Z a } expect u not in warm at "
      "2025-01-01T00:00Z }";
  EXPECT_EQ(left_of("segment own { owner \"me\" when in warm }", library), "read own warm 0 1");
  EXPECT_EQ(left_of("segment own { owner \"me\" when a }", library), "own 0 1");
  EXPECT_EQ(left_of("segment own { owner \"me\" when (entered warm) >= 2 }", library),
            "read own warm 0 2");
  EXPECT_EQ(left_of("segment own { owner \"me\" when a }\n"
                    "test \"t\" { user u { 2025-01-01T00:00Z b } expect unread of u = 1 at "
                    "2025-01-01T00:00Z }",
                    library),
            "unread own 1 2");
  EXPECT_EQ(left_of("segment own = a", library), "segment `own` does not say its `owner`");
}

TEST(Libraries, AreFoundByName) {
  SourceManager sources;
  Diagnostics diagnostics;
  const Loaded loaded =
      load_text(sources, "own.seg", "use std.web\nuse std.web\nsegment a = visits", diagnostics);
  ASSERT_EQ(loaded.files.size(), 2u);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(sources.file(loaded.files[1].id).path(), "std.web");
  EXPECT_EQ(loaded.libraries, (std::vector<bool>{false, true}));
  (void)load_text(sources, "other.seg", "use std.wbe", diagnostics);
  ASSERT_EQ(diagnostics.error_count(), 1u);
  EXPECT_EQ(diagnostics.sorted().front()->code, Code::kE0217);
}

TEST(Libraries, AreRulesWithoutFaults) {
  for (const std::string& name : library_names()) {
    SourceManager sources;
    Diagnostics diagnostics;
    const std::string text(library_text(name).value_or(""));
    const Loaded loaded = load_text(sources, name, text, diagnostics);
    CheckOptions options;
    options.uses = loaded.uses;
    (void)check(loaded.files, options, diagnostics);
    EXPECT_TRUE(diagnostics.empty()) << name << ": " << diagnostics.sorted().front()->message;
  }
}

/// The first finding of a list with so many items.
std::string list_of(uint32_t items, bool header) {
  const Folder folder;
  std::string csv = header ? "vips\n" : "";
  for (uint32_t i = 0; i < items; ++i) csv += "u" + std::to_string(i) + "\n";
  folder.add("vips.csv", csv);
  World world({folder.add("a.seg", "list vips from \"vips.csv\"\nsegment s = user in vips")});
  world.checked();
  const auto found = world.diagnostics.sorted();
  return found.empty() ? "" : found[0]->message;
}

TEST(Load, ListsHoldSoManyItems) {
  for (const bool header : {false, true}) {
    EXPECT_EQ(list_of(kListItemsMax - 1, header), "");
    EXPECT_EQ(list_of(kListItemsMax, header), "");
    EXPECT_EQ(list_of(kListItemsMax + 1, header), "list `vips` has more than 65536 items");
  }
}

TEST(Load, ListsHaveSoManyBytes) {
  for (const uint32_t more : {0u, 1u}) {
    const Folder folder;
    folder.add("vips.csv", "u1," + std::string(kSourceBytesMax - 3 + more, 'x'));
    World world({folder.add("a.seg", "list vips from \"vips.csv\"\nsegment s = user in vips")});
    world.checked();
    const auto found = world.diagnostics.sorted();
    ASSERT_EQ(found.size(), more);
    if (more == 0) continue;
    EXPECT_NE(found[0]->message.find("is too large"), std::string::npos);
  }
}

}  // namespace
}  // namespace segue
