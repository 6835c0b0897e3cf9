"""Sizes and folders: a reader can hold each piece, and finds it by its name."""

import ast
import re

from cpp import functions
from tree import CPP, Violation

FILE_LINES_MAX = {".cc": 600, ".h": 300, ".py": 600}
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
README_LINES_MAX = 25
DECISION_LINES_MAX = 60
FOLDER_FILES_MIN = 3
VAGUE_FOLDERS = {"util", "utils", "common", "misc", "helper", "helpers"}


def file_size(tree):
    for path in tree.files:
        count, most = len(tree.lines(path)), FILE_LINES_MAX.get(path.suffix)
        if most and count > most:
            yield Violation(path, most + 1, "file-size",
                            f"{count} lines, {most} at most: split it by idea")


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def function_size(tree):
    for path in tree.files:
        found = ()
        if path.suffix in {".cc", ".h"}:
            found = functions(tree.text(path))
        elif path.suffix == ".py":
            found = python_functions(tree.text(path))
        for name, first, last in found:
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield Violation(path, first, "function-size",
                                f"`{name}` has {last - first + 1} lines, {FUNCTION_LINES_MAX} "
                                "at most: name its parts")


def line_length(tree):
    for path in tree.code():
        for number, line in enumerate(tree.lines(path), 1):
            if len(line) > COLUMNS_MAX:
                yield Violation(path, number, "line-length",
                                f"{len(line)} columns, {COLUMNS_MAX} at most")


def readme(tree):
    names = set(tree.files)
    for folder in tree.folders():
        page = folder / "README.md"
        if page not in names:
            yield Violation(folder, 1, "readme", "a folder of code opens with a README.md: what "
                            "comes in, what goes out, what to read first, what it never includes")
        elif len(tree.lines(page)) > README_LINES_MAX:
            yield Violation(page, README_LINES_MAX + 1, "readme",
                            f"{len(tree.lines(page))} lines, {README_LINES_MAX} at most")


def lone_folder(tree):
    everything = {path for file in tree.files for path in (file, *file.parents)}
    for folder in tree.folders():
        count = sum(path.parent == folder != path and path.name != "README.md"
                    for path in everything)
        if count < FOLDER_FILES_MIN:
            yield Violation(folder, 1, "lone-folder", f"{count} entries: a folder needs "
                            f"{FOLDER_FILES_MIN}; until then they live with their user")


def folder_name(tree):
    folders = {parent for path in tree.files for parent in path.parents}
    for folder in sorted(folders):
        if folder.name in VAGUE_FOLDERS:
            yield Violation(folder, 1, "folder-name",
                            f"`{folder.name}` says nothing: name the structure it owns")


def file_name(tree):
    stems = {path.with_suffix("") for path in tree.files}
    for path in tree.files:
        uncounted = re.sub(r"_?\d+$", "", path.stem)
        if path.suffix in CPP | {".py"} and not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
            yield Violation(path, 1, "file-name", "file names of code are snake_case")
        elif uncounted != path.stem and path.with_name(uncounted) in stems:
            yield Violation(path, 1, "file-name", "split by idea, never by count")


def decision_size(tree):
    for path in tree.files:
        if path.parent.as_posix() == "docs/decisions" and path.name[:4].isdigit():
            count = len(tree.lines(path))
            if count > DECISION_LINES_MAX:
                yield Violation(path, DECISION_LINES_MAX + 1, "decision-size",
                                f"{count} lines, {DECISION_LINES_MAX} at most")
