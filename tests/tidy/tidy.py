#!/usr/bin/env python3
"""Checks the rules of docs/style.md that need no compiler.

    tests/tidy/tidy.py [--root FOLDER] [RULE...]      all rules by default

Prints `path:line: rule: message` for each violation and exits with 1 if there are any.
"""

import argparse
import sys
from fnmatch import fnmatch
from pathlib import Path

import rules_layers
import rules_shape
import rules_tests
import rules_text
from tree import Tree, Violation

EXEMPTIONS = Path("tests/tidy/exemptions.txt")

RULES = {
    "file-size": (rules_shape.file_size, "a .cc or .py has 600 lines at most, a .h 300"),
    "function-size": (rules_shape.function_size, "a function has 70 lines at most"),
    "line-length": (rules_shape.line_length, "a line of code has 100 columns at most"),
    "readme": (rules_shape.readme, "a folder of code has a README.md of 25 lines at most"),
    "lone-folder": (rules_shape.lone_folder, "a folder of code has three files at least"),
    "folder-name": (rules_shape.folder_name, "a folder is named for the structure it owns"),
    "file-name": (rules_shape.file_name, "files of code are snake_case and not numbered"),
    "decision-size": (rules_shape.decision_size, "a decision record has 60 lines at most"),
    "layer": (rules_layers.layer, "includes follow the arrows of layers.txt"),
    "dead-file": (rules_layers.dead_file, "a header is included by somebody"),
    "public-macro": (rules_layers.public_macro, "public headers define SEGUE_API only"),
    "banned-word": (rules_text.banned_word, "words of banned_words.txt have a better one"),
    "unfinished": (rules_text.unfinished, "no marks of unfinished work"),
    "skipped-test": (rules_text.skipped_test, "a skipped test states its reason"),
    "machine-path": (rules_text.machine_path, "no paths of a machine, no registry hosts"),
    "clock": (rules_text.clock, "nothing in runtime/ reads a clock"),
    "golden-name": (rules_tests.golden_name, "goldens are named fail_ when they fail"),
    "pass-golden": (rules_tests.pass_golden, "every optional pass has a golden"),
    "code-golden": (rules_tests.code_golden, "every diagnostic has a golden"),
    "help-golden": (rules_tests.help_golden, "every subcommand's help has a golden"),
}


def read_exemptions(tree):
    """[(line, rule, pattern)]; a row is `rule pattern: reason`, the pattern one of path or
    path:line-text as `tidy` prints it."""
    rows = []
    for number, line in enumerate(tree.lines(EXEMPTIONS) if EXEMPTIONS in tree.files else (), 1):
        line = line.split("#")[0].strip()
        if line:
            head, _, reason = line.partition(": ")
            rule, pattern = head.split(maxsplit=1)
            rows.append((number, rule, pattern, reason))
    return rows


def run(root, names=()):
    """The violations that no exemption covers, and one for each exemption that covers none."""
    tree = Tree(root)
    exemptions, used, left = read_exemptions(tree), set(), []
    for name in names or RULES:
        for violation in RULES[name][0](tree):
            covering = [row for row in exemptions if row[1] == violation.rule
                        and (fnmatch(violation.path.as_posix(), row[2])
                             or row[2] in violation.message.split())]
            used.update(row[0] for row in covering)
            if not covering:
                left.append(violation)
    for number, rule, pattern, reason in exemptions:
        if rule not in RULES or not reason:
            left.append(Violation(EXEMPTIONS, number, "exemption",
                                  "a row is `rule pattern: reason`"))
        elif number not in used and (not names or rule in names):
            left.append(Violation(EXEMPTIONS, number, "exemption",
                                  f"`{rule} {pattern}` covers nothing any more"))
    return left


def main():
    rules = "\n".join(f"  {name:15}{sentence}" for name, (_, sentence) in RULES.items())
    parser = argparse.ArgumentParser(description="Check the style of the tree.", epilog=rules,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("rules", nargs="*", metavar="RULE")
    args = parser.parse_args()
    for name in args.rules:
        if name not in RULES:
            parser.error(f"there is no rule `{name}`")
    violations = run(args.root, args.rules)
    for path, line, rule, message in sorted(violations, key=str):
        print(f"{path}:{line}: {rule}: {message}")
    print(f"tidy: {len(args.rules or RULES)} rules, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
