#!/usr/bin/env python3
"""Runs golden tests: input and full expected output in one file.

    tests/golden/run.py --seg build/release/seg [--update] [FILE or FOLDER...]

A golden is any text file whose leading comment lines hold one or more commands:

    # run: seg explain %s --stage plan --only streams
    segment a = view >= 3 within 48h
    # expect:
    #   stream s0 = view

`# expect:` opens the trailer: for each `# run:` in order, standard output and then standard error
in full, each line behind `#   `, and `# exit: N` where the exit code was not 0. Commands go to the
shell from the repository's root, with `seg` on the PATH and

    %s  this file, relative to the root
    %S  the folder of this file
    %b  a copy of this file without the lines of this runner, printed as the file's name
    %t  an empty folder of this test, gone afterwards, printed as %t

A name starts with `fail_` if and only if some exit code is not 0. A crash, an internal error (3)
and a time-out are failures that --update does not record. `.seg`, `.plan` and `.image` files
without commands are inputs of others and live in a folder named `inputs`.
"""

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN, EXPECT, EXIT = "# run:", "# expect:", "# exit:"
TEST_SUFFIXES = {".seg", ".plan", ".image"}
TIMEOUT_S = 120
# What a crash prints: of several commands in a line only the last one's exit code is seen.
CRASHES = ("seg: internal error", "Sanitizer: ", "runtime error: ", "Segmentation fault")


class Golden:
    """One file: the commands at its head, the body, the recorded trailer."""

    def __init__(self, path):
        self.path = path
        self.name = path.relative_to(ROOT).as_posix()
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        end = lines.index(EXPECT) if EXPECT in lines else len(lines)
        self.head, self.trailer = lines[:end], lines[end:]
        self.commands = []
        for line in self.head:
            if line.strip() and not line.startswith("#"):
                break
            if line.startswith(RUN):
                self.commands.append(line[len(RUN):].strip())

    def body(self):
        return "".join(line + "\n" for line in self.head if not line.startswith(RUN))

    def write(self, trailer):
        text = "\n".join(self.head + trailer) + "\n"
        self.path.write_text(text, encoding="utf-8", errors="surrogateescape")


def environment(seg):
    keep = {name: value for name, value in os.environ.items()
            if name == "HOME" or name.endswith("SAN_OPTIONS")}
    path = f"{seg.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return keep | {"PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1",
                   "SEGUE_CACHE_DIR": ""}


def run_command(golden, command, seg):
    """The trailer lines of one command, its exit code, and a crash or time-out (or None)."""
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        body = Path(folder) / golden.path.name
        scratch = Path(folder) / "out"
        scratch.mkdir()
        if "%b" in command:
            body.write_text(golden.body(), encoding="utf-8", errors="surrogateescape")
        for mark, value in (("%s", golden.name), ("%S", str(Path(golden.name).parent)),
                            ("%t", str(scratch)), ("%b", str(body))):
            command = command.replace(mark, value)
        try:
            done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment(seg),
                                  stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                  timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return [], 0, f"no end after {TIMEOUT_S} s: {command}"
        text = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
        text = text.replace(str(scratch), "%t").replace(str(body), body.name)
    lines = [EXPECT] + [f"#   {line}" if line.strip() else "#" for line in text.splitlines()]
    if done.returncode != 0:
        lines.append(f"{EXIT} {done.returncode}")
    crashed = (done.returncode < 0 or done.returncode == 3 or done.returncode >= 126
               or any(mark in text for mark in CRASHES))
    problem = f"exit code {done.returncode}: {command}\n{text}" if crashed else None
    return lines, done.returncode, problem


def check(golden, seg, update):
    """An explanation of what is wrong with this golden, or None."""
    trailer, failed = [], False
    for command in golden.commands:
        lines, code, problem = run_command(golden, command, seg)
        if problem:
            return problem
        trailer += lines
        failed |= code != 0
    if failed != golden.path.name.startswith("fail_"):
        return ("exits with an error, so its name must start with fail_" if failed
                else "exits with 0, so its name must not start with fail_")
    if trailer == golden.trailer:
        return None
    if update:
        golden.write(trailer)
        print(f"updated {golden.name}")
        return None
    diff = difflib.unified_diff(golden.trailer, trailer, "expected", "actual", lineterm="")
    return "\n".join(diff)


def collect(paths):
    """(goldens, problems) below `paths`."""
    files = []
    for path in paths:
        files += [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    goldens, problems = [], []
    for path in files:
        if path.suffix not in TEST_SUFFIXES or "inputs" in path.relative_to(ROOT).parts:
            continue
        golden = Golden(path)
        if golden.commands:
            goldens.append(golden)
        else:
            problem = f"has no `{RUN}` line; inputs of others live in `inputs/`"
            problems.append((golden.name, problem))
    return goldens, problems


def main():
    parser = argparse.ArgumentParser(description="Run golden tests.")
    parser.add_argument("--seg", type=Path, default=ROOT / "build/release/seg")
    parser.add_argument("--update", action="store_true", help="rewrite the expected output")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT / "tests/golden"])
    args = parser.parse_args()
    seg = args.seg.resolve()
    if not seg.is_file():
        parser.error(f"there is no {args.seg}; build first")

    goldens, problems = collect([path.resolve() for path in args.paths])
    with ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda golden: check(golden, seg, args.update), goldens)
        problems += [(golden.name, text) for golden, text in zip(goldens, results) if text]
    for name, text in problems:
        print(f"FAILED {name}: {text}\n".encode("utf-8", "backslashreplace").decode())
    print(f"{len(goldens)} goldens, {len(problems)} failures")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
