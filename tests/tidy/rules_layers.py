"""Direction: arrows between folders go one way, and layers.txt is their only list."""

import re
from fnmatch import fnmatch
from pathlib import Path

from cpp import includes
from tree import Violation

ARROWS = Path("tests/tidy/layers.txt")
# Headers of C and POSIX that no table needs to allow.
SYSTEM = re.compile(
    r"[a-z_0-9]+|(?:sys|arpa|netinet)/\w+\.h"
    r"|(?:assert|errno|fcntl|math|poll|pthread|signal|stdbool|stddef|stdint|stdio|stdlib|string"
    r"|time|unistd|immintrin)\.h")


class Layers:
    """Rows of layers.txt: `folder <- folders`, and `<third party <- folders or file patterns`."""

    def __init__(self, lines):
        self.rows, self.third_party = {}, {}
        for line in lines:
            line = line.split("#")[0].strip()
            if line:
                left, right = line.split("<-")
                rows = self.third_party if left.startswith("<") else self.rows
                rows[left.strip().lstrip("<")] = right.split()

    def row(self, folder):
        """The folders that `folder` may include, or None where no row speaks of it."""
        for pattern, allowed in self.rows.items():
            if fnmatch(folder, pattern):
                return allowed
        return None

    def allows(self, path, target):
        folder = path.parent.as_posix()
        allowed = self.row(folder)
        return target == folder or any(fnmatch(target, pattern) for pattern in allowed or ())

    def allows_third_party(self, path, name):
        """Longest prefix first, so that one header can have a row of its own."""
        for prefix in sorted(self.third_party, key=len, reverse=True):
            if name.startswith(prefix):
                places = (path.as_posix(), path.parent.as_posix(), path.name)
                return any(fnmatch(place, pattern) for pattern in self.third_party[prefix]
                           for place in places)
        return False


def layer(tree):
    names = set(tree.files)
    layers = Layers(tree.lines(ARROWS)) if ARROWS in names else Layers([])
    for path in tree.cpp():
        folder = path.parent.as_posix()
        if layers.row(folder) is None:
            yield Violation(path, 1, "layer", f"`{folder}` has no row in {ARROWS}")
            continue
        for number, angled, name in includes(tree.lines(path)):
            foreign = angled and Path("include") / name not in names
            problem = (third_party_problem if foreign else own_problem)(layers, names, path, name)
            if problem:
                yield Violation(path, number, "layer", problem)


def own_problem(layers, names, path, name):
    target = Path(name)
    if path.parts[0] == "examples" and path.parent / target in names:
        return None  # a project of its own
    if Path("include") / target in names:
        target = Path("include") / target
    if target in names:
        allowed = layers.allows(path, target.parent.as_posix())
    elif any(name.startswith(prefix) for prefix in layers.third_party):
        allowed = layers.allows_third_party(path, name)
    else:
        return f"`{name}` is no file of the tree: include by full path from the root"
    return None if allowed else f"`{path.parent}` must not include `{name}`; see {ARROWS}"


def third_party_problem(layers, _names, path, name):
    if SYSTEM.fullmatch(name) or layers.allows_third_party(path, name):
        return None
    return f"`{path.parent}` must not include <{name}>; see {ARROWS}"


def dead_file(tree):
    """A header that nobody includes; public headers are for users."""
    included = {name for path in tree.files if path.suffix in {".cc", ".h", ".def", ".c"}
                for _, _, name in includes(tree.lines(path))}
    for path in tree.cpp(frozenset({".h", ".def"})):
        if path.as_posix() not in included and path.parts[0] not in ("include", "examples"):
            yield Violation(path, 1, "dead-file", "no file includes it")


def public_macro(tree):
    for path in tree.files:
        if path.parts[:2] != ("include", "segue"):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            match = re.match(r"\s*#\s*define\s+(\w+)", line)
            if match and not re.fullmatch(r"SEGUE_API|SEGUE_[A-Z0-9_]*_H", match.group(1)):
                yield Violation(path, number, "public-macro",
                                f"`{match.group(1)}`: public headers define SEGUE_API only")
