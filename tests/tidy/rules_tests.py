"""Tests: names of goldens tell the outcome, and every row of a table has one."""

import re
from pathlib import Path

from tree import Violation

GOLDENS = Path("tests/golden")
PIPELINE = Path("compiler/passes/pipeline.cc")
CODES = Path("compiler/diagnostics/diagnostics.def")


def goldens(tree):
    for path in tree.files:
        if GOLDENS in path.parents and path.suffix not in {".py", ".md"}:
            if any(line.startswith("# run:") for line in tree.lines(path)):
                yield path


def golden_name(tree):
    for path in goldens(tree):
        lines = tree.lines(path)
        if "# expect:" not in lines:
            yield Violation(path, len(lines), "golden-name",
                            "no `# expect:` block; `make golden` writes it")
            continue
        trailer = lines[lines.index("# expect:"):]
        fails = any(line.startswith("# exit:") for line in trailer)
        if fails != path.name.startswith("fail_"):
            yield Violation(path, 1, "golden-name", "a name starts with `fail_` if and only if an "
                            "error is expected")


def pass_golden(tree):
    """Every pass that can be switched off shows what it does."""
    if PIPELINE not in tree.files:
        return
    shown = {path.parent for path in goldens(tree)}
    for number, line in enumerate(tree.lines(PIPELINE), 1):
        match = re.search(r'\{\s*"([a-z-]+)",\s*Role::kOptional', line)
        if match and GOLDENS / "passes" / match.group(1) not in shown:
            yield Violation(PIPELINE, number, "pass-golden", f"`{match.group(1)}` has no golden "
                            f"in {GOLDENS}/passes/{match.group(1)}")


def code_golden(tree):
    """Every diagnostic is emitted by some golden."""
    if CODES not in tree.files:
        return
    emitted = set()
    for path in goldens(tree):
        trailer = tree.text(path).partition("\n# expect:")[2]
        emitted.update(re.findall(r"\b[EWN]\d{4}\b", trailer))
    for number, line in enumerate(tree.lines(CODES), 1):
        match = re.match(r"SEGUE_DIAGNOSTIC\((\w+)", line)
        if match and match.group(1) not in emitted:
            yield Violation(CODES, number, "code-golden", f"no golden emits {match.group(1)}")


def help_golden(tree):
    """The help of every subcommand is a contract."""
    shown = set()
    for path in goldens(tree):
        shown.update(re.findall(r"^# run:.*\bseg (\w+) --help", tree.text(path), re.MULTILINE))
    for path in tree.files:
        match = re.fullmatch(r"cli/cmd_(\w+)\.cc", path.as_posix())
        if match and not match.group(1).endswith("_test") and match.group(1) not in shown:
            yield Violation(path, 1, "help-golden", f"no golden of `seg {match.group(1)} --help`")
