#!/usr/bin/env python3
"""Shows of each rule of tidy that it can fail, and that it leaves alone what is right."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import cpp
import tidy

LAYERS = """
runtime/base  <-
runtime/image <- runtime/base
cli           <- include/segue
include/segue <-
<fmt/         <- runtime/base cli
<gtest/       <- *_test.cc
"""
LONG_FUNCTION = "int f(int a) {\n" + "  a += 1;\n" * 70 + "  return a;\n}\n"
GOLDEN = "# run: seg check %s\nsegment a = b\n# expect:\n#   error[E0101]: x\n"
TABLE = 'SEGUE_DIAGNOSTIC(E0101, kError, "x")\n'
ROW = 'constexpr PassInfo kPipeline[] = {\n    {"share-streams", Role::kOptional, f, "x"},\n};\n'

# rule: (files that break it, where, files that keep it)
CASES = {
    "file-size": ({"a/a.h": "\n" * 301}, "a/a.h:301", {"a/a.h": "\n" * 300, "a/b.cc": "\n" * 600}),
    "function-size": ({"a/a.cc": "\n\n" + LONG_FUNCTION}, "a/a.cc:3",
                      {"a/a.cc": LONG_FUNCTION.replace("  a += 1;\n", "", 3)}),
    "line-length": ({"a/a.cc": "\n//" + "x" * 99}, "a/a.cc:2", {"a/a.cc": "//" + "ä" * 98}),
    "readme": ({"a/a.cc": ""}, "a:1", {"a/a.cc": "", "a/README.md": "# A\n" * 25}),
    "lone-folder": ({"a/a.cc": "", "a/a.h": "", "a/README.md": ""}, "a:1",
                    {"a/a.cc": "", "a/a.h": "", "a/b.cc": ""}),
    "folder-name": ({"a/utils/a.cc": ""}, "a/utils:1", {"a/streams/a.cc": ""}),
    "file-name": ({"a/plan2.cc": "", "a/plan.h": ""}, "a/plan2.cc:1",
                  {"a/utf8.cc": "", "a/plan.cc": ""}),
    "decision-size": ({"docs/decisions/0001-x.md": "x\n" * 61}, "docs/decisions/0001-x.md:61",
                      {"docs/decisions/0001-x.md": "x\n" * 60}),
    "layer": ({"runtime/base/a.h": '#include "runtime/image/b.h"\n', "runtime/image/b.h": ""},
              "runtime/base/a.h:1",
              {"runtime/image/a.h": '#include <vector>\n#include "runtime/base/b.h"\n',
               "runtime/base/b.h": "#include <fmt/format.h>\n"}),
    "dead-file": ({"a/a.h": ""}, "a/a.h:1", {"a/a.h": "", "a/a.cc": '#include "a/a.h"\n'}),
    "public-macro": ({"include/segue/a.h": "\n#define MAX 3\n"}, "include/segue/a.h:2",
                     {"include/segue/a.h": "#define SEGUE_API\n"}),
    "banned-word": ({"a/a.md": "ok\nthe Flurb of it\n"}, "a/a.md:2", {"a/a.md": "flurbed\n"}),
    "unfinished": ({"a/a.cc": "\n// TO" "DO: later\n"}, "a/a.cc:2", {"a/a.cc": "// done\n"}),
    "skipped-test": ({"a/a_test.cc": "  GTEST_SKIP();\n"}, "a/a_test.cc:1",
                     {"a/a_test.cc": '  GTEST_SKIP() << "no clock here";\n'}),
    "machine-path": ({"a/a.sh": "cd /ro" "ot/x\n"}, "a/a.sh:1", {"a/a.sh": "cd src/root/x\n"}),
    "clock": ({"runtime/base/a.cc": "auto t = std::chrono::steady_clock::now();\n"},
              "runtime/base/a.cc:1", {"cli/a.cc": "auto t = steady_clock::now();\n",
                                      "runtime/base/a.cc": "// not steady_clock::now()\n"}),
    "golden-name": ({"tests/golden/a.seg": GOLDEN + "# exit: 1\n"}, "tests/golden/a.seg:1",
                    {"tests/golden/fail_a.seg": GOLDEN + "# exit: 1\n"}),
    "pass-golden": ({"compiler/passes/pipeline.cc": ROW}, "compiler/passes/pipeline.cc:2",
                    {"compiler/passes/pipeline.cc": ROW,
                     "tests/golden/passes/share-streams/a.seg": GOLDEN}),
    "code-golden": ({"compiler/diagnostics/diagnostics.def": TABLE},
                    "compiler/diagnostics/diagnostics.def:1",
                    {"compiler/diagnostics/diagnostics.def": TABLE, "tests/golden/a.seg": GOLDEN}),
    "help-golden": ({"cli/cmd_run.cc": ""}, "cli/cmd_run.cc:1",
                    {"cli/cmd_run.cc": "", "tests/golden/help/run.seg":
                     "# run: seg run --help\n# expect:\n"}),
}


def violations(files, rule):
    """What `rule` says of a tree with `files`, as `path:line`."""
    with tempfile.TemporaryDirectory(prefix="tidy-") as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return [f"{found.path}:{found.line}" for found in tidy.run(folder, [rule])]


class Rules(unittest.TestCase):
    TABLES = {"tests/tidy/layers.txt": LAYERS, "tests/tidy/banned_words.txt": "flurb -> what\n"}

    def test_each_rule_has_a_case(self):
        self.assertEqual(set(CASES), set(tidy.RULES))

    def test_each_rule_can_fail(self):
        for rule, (broken, where, _) in CASES.items():
            with self.subTest(rule):
                self.assertEqual([where], violations(self.TABLES | broken, rule))

    def test_each_rule_lets_right_pass(self):
        for rule, (_, _, kept) in CASES.items():
            with self.subTest(rule):
                self.assertEqual([], violations(self.TABLES | kept, rule))

    def test_layers_know_third_parties_and_paths(self):
        for name, include, right in (
                ("cli/a.cc", "<segue/a.h>", True), ("cli/a.cc", '"segue/a.h"', True),
                ("cli/a.cc", '"runtime/base/b.h"', False), ("runtime/base/a.cc", '"b.h"', False),
                ("include/segue/b.h", "<fmt/core.h>", False),
                ("cli/a.cc", "<gtest/gtest.h>", False),
                ("cli/a_test.cc", "<gtest/gtest.h>", True), ("other/a.cc", "<vector>", False)):
            files = {"include/segue/a.h": "", "runtime/base/b.h": "", name: f"#include {include}\n"}
            with self.subTest(f"{name} {include}"):
                self.assertEqual([] if right else [f"{name}:1"],
                                 violations(self.TABLES | files, "layer"))

    def test_exemptions_need_a_reason_and_a_use(self):
        broken = {"a/Plan.cc": ""}
        exempt = {"tests/tidy/exemptions.txt": "file-name a/*.cc: a name from outside\n"}
        self.assertEqual([], violations(broken | exempt, "file-name"))
        self.assertEqual(["tests/tidy/exemptions.txt:1"], violations(exempt, "file-name"))


class Functions(unittest.TestCase):
    def found(self, text):
        return [(function.name, function.last - function.first + 1)
                for function in cpp.functions(text)]

    def test_plain_templated_and_operators(self):
        self.assertEqual([("f", 1), ("g", 3), ("operator", 1)], self.found(
            "int f() { return 0; }\ntemplate <class T>\nvoid g(T t)\n{ if (t) { h({1}); } }\n"
            "bool operator==(A a, B b) { return a.x == b.x; }\n"))

    def test_members_in_classes_and_namespaces(self):
        self.assertEqual([("A", 3), ("get", 1)], self.found(
            "namespace n {\nclass A {\n A(int a)\n  : a_{a}, b_(2) {\n }\n"
            " int get() const { return a_; }\n int a_ = 0;\n};\n}\n"))

    def test_tables_and_concepts_are_no_functions(self):
        self.assertEqual([], self.found(
            "constexpr Row kRows[] = {\n {f(1), 2},\n};\n"
            "template <class T> concept C = requires(T t) { { t.f() } -> D; };\n"
            "enum class E { a };\n"))

    def test_braces_in_text_do_not_count(self):
        self.assertEqual([("f", 3)], self.found(
            "int f() {\n  return g(\"}\", '{', R\"(}})\", 1'000); // }\n}\n#define X {\n"))


if __name__ == "__main__":
    sys.exit(unittest.main())
