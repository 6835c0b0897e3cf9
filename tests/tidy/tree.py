"""The files that tidy looks at, and what a rule says about them."""

import subprocess
from collections import namedtuple
from functools import lru_cache
from pathlib import Path

Violation = namedtuple("Violation", "path line rule message")

CPP = {".cc", ".h", ".def"}
CODE = CPP | {".py", ".cmake", ".sh"}


class Tree:
    """All files below `root` that git knows or would add, as paths relative to it."""

    def __init__(self, root):
        self.root = Path(root)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self.root, capture_output=True, check=True).stdout.decode()
        names = sorted({name for name in listed.split("\0") if name})
        self.files = [Path(name) for name in names if (self.root / name).is_file()]

    @lru_cache(maxsize=None)
    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def lines(self, path):
        return self.text(path).splitlines()

    def cpp(self, suffixes=frozenset(CPP)):
        return [path for path in self.files if path.suffix in suffixes]

    def code(self):
        """What people write and compile or run: C++, Python, shell, build files."""
        return [path for path in self.files if is_code(path)]

    def folders(self):
        """{folder: its files} for every folder that holds C++ or Python."""
        found = {}
        for path in self.files:
            found.setdefault(path.parent, []).append(path)
        return {folder: files for folder, files in sorted(found.items())
                if any(path.suffix in CPP | {".py"} for path in files)}


def is_code(path):
    return (path.suffix in CODE or path.name in ("CMakeLists.txt", "Makefile")
            or path.parent.as_posix() in ("scripts", ".ci"))
