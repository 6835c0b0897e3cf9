"""Words: what must not stand in any file, or in code."""

import re
from pathlib import Path

from cpp import strip
from tree import Violation

WORDS = Path("tests/tidy/banned_words.txt")
OWN_FOLDER = Path("tests/tidy")
PROSE = {".md", ".txt"}
# Files whose text came from others, word for word.
QUOTED = {"LICENSE"}

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SKIPPED = re.compile(r"\bDISABLED_\w+|\bGTEST_SKIP\(\)\s*;")
MACHINE = re.compile(r"(?:^|[^\w.-])(/(?:work|farm|root|home/\w+|tmp/bash_jobs)/)")
REGISTRY = re.compile(r"\b(registry\.npmjs|deb\.debian\.org|pypi\.org|maven\.org|repo1\.maven)")
CLOCK = re.compile(r"_clock::now|\b(?:clock_gettime|gettimeofday)\b|\btime\((?:nullptr|NULL|0)\)")


def matches(tree, pattern, files):
    for path in files:
        for number, line in enumerate(tree.lines(path), 1):
            for match in pattern.finditer(line):
                yield path, number, match.group(match.lastindex or 0)


def unfinished(tree):
    """Nothing is left for later in the tree: an issue is the place for that."""
    for path, number, word in matches(tree, UNFINISHED, tree.code()):
        if OWN_FOLDER not in path.parents:
            yield Violation(path, number, "unfinished", f"`{word}`: finish it, or open an issue")


def skipped_test(tree):
    tests = [path for path in tree.cpp() if path.name.endswith("_test.cc")]
    for path, number, word in matches(tree, SKIPPED, tests):
        yield Violation(path, number, "skipped-test", f"`{word}`: a skip states its reason")


def machine_path(tree):
    readable = [path for path in tree.files if path.suffix not in {".gz", ".zst", ".png", ".segl"}]
    for path, number, text in matches(tree, MACHINE, readable):
        yield Violation(path, number, "machine-path", f"`{text}` is a path of one machine")
    for path, number, text in matches(tree, REGISTRY, readable):
        yield Violation(path, number, "machine-path", f"`{text}` is a registry's host")


def banned_words(tree):
    """[(pattern, word, replacement)] of the list."""
    found = []
    for line in tree.lines(WORDS) if WORDS in tree.files else ():
        line = line.split("#")[0].strip()
        if line:
            word, replacement = (part.strip() for part in line.split("->"))
            pattern = re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])", re.IGNORECASE)
            found.append((pattern, word, replacement))
    return found


def banned_word(tree):
    words = banned_words(tree)
    if not words:
        return
    anything = re.compile("|".join(pattern.pattern for pattern, _, _ in words), re.IGNORECASE)
    for path in tree.files:
        ours = path in tree.code() or path.suffix in PROSE
        if not ours or OWN_FOLDER in path.parents or path.name in QUOTED:
            continue
        for number, line in enumerate(tree.lines(path), 1):
            if not anything.search(line):
                continue
            for pattern, word, replacement in words:
                if pattern.search(line):
                    yield Violation(path, number, "banned-word",
                                    f"`{word}`: say {replacement}")


def clock(tree):
    """Time is an input: nothing in runtime/ reads a clock."""
    for path in tree.cpp():
        if path.parts[0] != "runtime" or path.name.endswith("_test.cc"):
            continue
        for number, line in enumerate(strip(tree.text(path)).split("\n"), 1):
            if CLOCK.search(line):
                yield Violation(path, number, "clock", "nothing in runtime/ reads a clock")
